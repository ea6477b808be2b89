package properties

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
)

const (
	keyProviders    = "config.providers"
	providerPackage = "org.apache.kafka.common.config.provider."
)

// Providers are the config providers of a worker, by their names.
type Providers struct{ byName map[string]provider }

// provider returns the values of keys of a path. A key without a value is not in the result.
type provider interface {
	get(path string, keys []string) (map[string]string, error)
}

// NewProviders reads config.providers and config.providers.NAME.class and .param.*. The
// providers of Kafka itself exist. A class that order-sink does not have is no error as long
// as nobody uses it: Strimzi, for one, always names its own. A value with a placeholder of
// such a provider cannot be resolved.
func NewProviders(worker map[string]string, environ []string) (p *Providers, err error) {
	p = &Providers{byName: map[string]provider{}}
	for _, name := range kafkaconf.ParseList(worker[keyProviders]) {
		prefix := keyProviders + "." + name + "."
		class := kafkaconf.Trim(worker[prefix+"class"])
		var failed error
		switch class {
		case "": // Kafka takes no notice of a name without a class
		case providerPackage + "FileConfigProvider":
			p.byName[name], failed = newFiles(prefix, worker, readProperties)
		case providerPackage + "DirectoryConfigProvider":
			p.byName[name], failed = newFiles(prefix, worker, readDirectory)
		case providerPackage + "EnvVarConfigProvider":
			p.byName[name], failed = newEnvironment(prefix, worker, environ)
		default:
			p.byName[name] = missing{fmt.Sprintf("order-sink does not have the config provider %s: give it the secrets as files or variables, and use FileConfigProvider, DirectoryConfigProvider or EnvVarConfigProvider of the package %s",
				class, strings.TrimSuffix(providerPackage, "."))}
		}
		err = errors.Join(err, failed)
	}
	return p, err
}

// Placeholder is a text ${PROVIDER:PATH:KEY} or ${PROVIDER:KEY} in a value.
type Placeholder struct {
	Start, End          int // the bytes of the value
	Provider, Path, Key string
}

// pattern is Kafka's own.
var pattern = regexp.MustCompile(`\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}`)

// Placeholders returns the placeholders of a value that name one of the providers, in their
// order. Any other ${...} is plain text.
func (p *Providers) Placeholders(value string) (all []Placeholder) {
	for _, m := range pattern.FindAllStringSubmatchIndex(value, -1) {
		found := Placeholder{Start: m[0], End: m[1], Provider: value[m[2]:m[3]], Key: value[m[8]:m[9]]}
		if m[6] >= 0 {
			found.Path = value[m[6]:m[7]]
		}
		if _, ok := p.byName[found.Provider]; ok {
			all = append(all, found)
		}
	}
	return all
}

// Resolve returns the configuration with the values of its placeholders. A placeholder whose
// provider or key does not exist stays as it is, as in Kafka. A placeholder in a resolved
// value stays, too. A file that cannot be read is an error.
func (p *Providers) Resolve(config map[string]string) (map[string]string, error) {
	resolved := make(map[string]string, len(config))
	for _, key := range slices.Sorted(maps.Keys(config)) {
		value, err := p.ResolveValue(config[key])
		if err != nil {
			return nil, &kafkaconf.Error{Key: key, Text: err.Error()}
		}
		resolved[key] = value
	}
	return resolved, nil
}

// ResolveValue is [Providers.Resolve] for one value.
func (p *Providers) ResolveValue(value string) (string, error) {
	resolved, _, err := p.resolve(value)
	return resolved, err
}

// Unresolved returns the placeholders of a configuration that have no value, by the keys of
// the configuration. Kafka takes them for plain text, so a password would be wrong.
func (p *Providers) Unresolved(config map[string]string) map[string][]string {
	all := map[string][]string{}
	for key, value := range config {
		if _, unresolved, _ := p.resolve(value); unresolved != nil {
			all[key] = unresolved
		}
	}
	return all
}

func (p *Providers) resolve(value string) (resolved string, unresolved []string, err error) {
	var out strings.Builder
	end := 0
	for _, found := range p.Placeholders(value) {
		values, err := p.byName[found.Provider].get(found.Path, []string{found.Key})
		if err != nil {
			return "", nil, err
		}
		text, ok := values[found.Key]
		if !ok {
			text = value[found.Start:found.End]
			unresolved = append(unresolved, text)
		}
		out.WriteString(value[end:found.Start])
		out.WriteString(text)
		end = found.End
	}
	return out.String() + value[end:], unresolved, nil
}

// missing is a provider of a class that order-sink does not have.
type missing struct{ reason string }

func (m missing) get(string, []string) (map[string]string, error) { return nil, errors.New(m.reason) }

// environment is EnvVarConfigProvider.
type environment struct{ values map[string]string }

func newEnvironment(prefix string, worker map[string]string, environ []string) (provider, error) {
	key := prefix + "param.allowlist.pattern"
	allowed, err := regexp.Compile(worker[key])
	if err != nil {
		return nil, kafkaconf.Invalid(key, worker[key], "it is not a regular expression: "+err.Error())
	}
	e := environment{values: map[string]string{}}
	for _, variable := range environ {
		if name, value, ok := strings.Cut(variable, "="); ok && allowed.MatchString(name) {
			e.values[name] = value
		}
	}
	return e, nil
}

func (e environment) get(path string, _ []string) (map[string]string, error) {
	if path != "" {
		return nil, fmt.Errorf("reading a variable: EnvVarConfigProvider has no paths, but the path is %s: write ${PROVIDER:NAME}", path)
	}
	return e.values, nil
}

// files is FileConfigProvider or DirectoryConfigProvider.
type files struct {
	allowed []string // nil: every path
	read    func(path string, keys []string) (map[string]string, error)
}

func newFiles(prefix string, worker map[string]string, read func(string, []string) (map[string]string, error)) (provider, error) {
	key := prefix + "param.allowed.paths"
	f := files{read: read}
	for _, path := range kafkaconf.ParseList(worker[key]) {
		if !filepath.IsAbs(path) {
			return nil, &kafkaconf.Error{Key: key, Text: "Path " + path + " is not absolute"}
		}
		if _, err := os.Stat(path); err != nil {
			return nil, &kafkaconf.Error{Key: key, Text: "Path " + path + " does not exist"}
		}
		f.allowed = append(f.allowed, filepath.Clean(path))
	}
	return f, nil
}

// get returns nothing for a path that is not allowed, as in Kafka.
func (f files) get(path string, keys []string) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	if f.allowed != nil {
		path = filepath.Clean(path)
		if !slices.ContainsFunc(f.allowed, func(a string) bool {
			return path == a || strings.HasPrefix(path, strings.TrimSuffix(a, "/")+"/")
		}) {
			return nil, nil
		}
	}
	return f.read(path, keys)
}

func readProperties(path string, _ []string) (map[string]string, error) {
	values, err := ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("asking FileConfigProvider: %w", err)
	}
	return values, nil
}

func readDirectory(path string, keys []string) (map[string]string, error) {
	values := map[string]string{}
	for _, key := range keys {
		file := filepath.Join(path, key)
		if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() || filepath.Base(key) != key {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("asking DirectoryConfigProvider: %w", err)
		}
		values[key] = string(content)
	}
	return values, nil
}
