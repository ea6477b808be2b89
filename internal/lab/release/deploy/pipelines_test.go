package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// exists tells whether a file of the repository is there; whose is it that
// names it.
func exists(t *testing.T, whose, path string) bool {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("%s: %v", whose, err)
		return false
	}
	return true
}

// A file of the command line, and what a variable is when nobody sets it. The
// third form is Bloblang's.
var (
	filename = regexp.MustCompile(`^(config|pipelines)/.+\.yaml$`)
	comment  = regexp.MustCompile(`(?m)^\s*#.*$`)
	variable = regexp.MustCompile(`\$\{([A-Z_]+):([^}]*)\}|\$\{([A-Z_]+)\}|env\("([A-Z_]+)"\)(?:\.or\("([^"]*)"\))?`)
)

// The image's own command, and what it sets, are those of the Dockerfile.
var imageCommand = strings.Fields("streams --no-api -o config/service.yaml -r config/resources.yaml pipelines/orders.yaml")

// checkPipelines looks through the files that a command names: each must be
// there, and whatever would otherwise be this machine's loopback must be set.
func checkPipelines(t *testing.T, whose string, command []string, isSet func(name string) bool) {
	t.Helper()
	if len(command) == 0 {
		command = imageCommand
	}
	absolute, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range command {
		if !filename.MatchString(file) {
			continue
		}
		found++
		path := filepath.Join(absolute, file)
		if !exists(t, whose, path) {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range variable.FindAllStringSubmatch(comment.ReplaceAllString(string(text), ""), -1) {
			name, otherwise := match[1]+match[3]+match[4], match[2]+match[5]
			needed := match[3] != "" || strings.Contains(otherwise, "127.0.0.1")
			if needed && !isSet(name) {
				t.Errorf("%s: %s wants %s, which is not set", whose, file, name)
			}
		}
	}
	if found < 2 {
		t.Errorf("%s: its command names no pipeline: %q", whose, command)
	}
}

// A sink that looks for its servers on its container's own loopback waits for ever.
func TestEveryPipelineOfComposeHasItsServers(t *testing.T) {
	dockerfile := read(t, "config/container/Dockerfile")
	checked := 0
	for name, service := range compose(t, "*").Services {
		if service.Build == nil {
			continue
		}
		checked++
		checkPipelines(t, name, service.Command, func(variable string) bool {
			value := service.Environment[variable]
			return value != nil && *value != "" || strings.Contains(dockerfile, variable+"=0.0.0.0:")
		})
	}
	if checked != 6 {
		t.Errorf("%d services run order-sink, expected the sink and five of the shop", checked)
	}
}

// read returns a file of the repository.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
