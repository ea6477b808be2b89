package transform

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Kind is how the text of an option is read.
type Kind uint8

// The kinds, with the rules of Kafka's ConfigDef.
const (
	Text    Kind = iota // without the white space around it
	List                // names with commas between them, each one once
	Flag                // true or false
	Integer             // 32 bits
)

// Option is an option of a transform or a predicate, under the name that Kafka gives it.
type Option struct {
	Name     string
	Kind     Kind
	Default  string // of an option that is absent
	Required bool
	NotEmpty bool     // refuses empty text, and a list without a name
	OneOf    []string // the values that the option takes; nil for any
	AnyCase  bool     // takes the values of OneOf in capital and small letters
	// For is the name of the option that this one is an older name of. The newer name wins.
	For string
}

// ReplaceNull is the option replace.null.with.default, which many transforms have.
var ReplaceNull = Option{Name: "replace.null.with.default", Kind: Flag, Default: "true"}

// Settings are the checked options of a transform.
type Settings struct {
	values map[string]string
	given  map[string]bool
}

// Read checks the options that the user has given. The error joins all problems. Each
// problem names the option.
func Read(known []Option, given map[string]string) (*Settings, error) {
	s := &Settings{map[string]string{}, map[string]bool{}}
	var problems []error
	names := make([]string, len(known))
	for i, o := range known {
		names[i] = o.Name
		if _, isGiven := given[o.Name]; !isGiven && o.For == "" {
			s.values[o.Name] = o.Default
		}
	}
	for _, name := range sortedNames(given) {
		at := slices.Index(names, name)
		if at < 0 {
			problems = append(problems, fmt.Errorf("unknown option %s%s", name, Suggest(name, names)))
			continue
		}
		value, o := given[name], known[at]
		if err := o.check(value); err != nil {
			problems = append(problems, err)
			continue
		}
		if o.For != "" {
			if _, newer := given[o.For]; newer {
				continue
			}
			name = o.For
		}
		s.values[name], s.given[name] = strings.TrimSpace(value), true
	}
	for _, o := range known {
		if _, isGiven := given[o.Name]; o.Required && !isGiven && !s.given[o.Name] {
			name := o.Name
			if at := slices.IndexFunc(known, func(other Option) bool { return other.For == o.Name }); at >= 0 {
				name = known[at].Name // header of HasHeaderKey: name is the alias in YAML
			}
			problems = append(problems, fmt.Errorf("option %s is required", name))
		}
	}
	return s, errors.Join(problems...)
}

func sortedNames(given map[string]string) []string {
	names := make([]string, 0, len(given))
	for name := range given {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (o *Option) check(value string) error {
	trimmed := strings.TrimSpace(value)
	switch {
	case o.Kind == Flag && !strings.EqualFold(trimmed, "true") && !strings.EqualFold(trimmed, "false"):
		return fmt.Errorf("option %s is %q: expected true or false", o.Name, value)
	case o.Kind == Integer && !isInteger(trimmed):
		return fmt.Errorf("option %s is %q: expected an integer of 32 bits", o.Name, value)
	case len(o.OneOf) > 0 && !o.takes(trimmed):
		return fmt.Errorf("option %s is %q: expected %s", o.Name, value, strings.Join(o.OneOf, ", "))
	case o.NotEmpty && (o.Kind == List && len(split(value)) == 0 || trimmed == ""):
		return fmt.Errorf("option %s is empty", o.Name)
	}
	return nil
}

func (o *Option) takes(value string) bool {
	return slices.ContainsFunc(o.OneOf, func(known string) bool {
		return known == value || o.AnyCase && strings.EqualFold(known, value)
	})
}

func isInteger(text string) bool {
	_, err := strconv.ParseInt(text, 10, 32)
	return err == nil
}

// Invalid is the error of a constructor about the value of an option.
func Invalid(option string, err error) error { return fmt.Errorf("option %s: %w", option, err) }

// Has reports whether the user has given the option.
func (s *Settings) Has(name string) bool { return s.given[name] }

// Text returns the value of an option.
func (s *Settings) Text(name string) string { return s.values[name] }

// Names returns the names in an option of the kind List.
func (s *Settings) Names(name string) []string { return split(s.values[name]) }

// Flag returns an option of the kind Flag.
func (s *Settings) Flag(name string) bool {
	return strings.EqualFold(s.values[name], "true")
}

// Integer returns an option of the kind Integer, 0 for none.
func (s *Settings) Integer(name string) int {
	v, _ := strconv.Atoi(s.values[name])
	return v
}

// split reads a list as Kafka does.
func split(list string) []string {
	list = strings.TrimSpace(list)
	if list == "" {
		return nil
	}
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Pairs reads a list of pairs such as a:b. The error names the option.
func (s *Settings) Pairs(name string) ([][2]string, error) {
	var pairs [][2]string
	for _, text := range s.Names(name) {
		first, second, found := strings.Cut(text, ":")
		if !found || first == "" || second == "" || strings.Contains(second, ":") {
			return nil, fmt.Errorf("option %s has %q: expected two names with a colon between them", name, text)
		}
		pairs = append(pairs, [2]string{first, second})
	}
	return pairs, nil
}
