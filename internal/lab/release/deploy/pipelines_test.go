package deploy

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// exists fails the test if a file of the repository does not exist. whose names the file
// that refers to it.
func exists(t *testing.T, whose, path string) bool {
	t.Helper()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("%s: %v", whose, err)
		return false
	}
	return true
}

// The expressions match a file of the command line and a variable with its default. The
// third form of a variable is in Bloblang.
var (
	filename = regexp.MustCompile(`^(config|pipelines)/.+\.yaml$`)
	comment  = regexp.MustCompile(`(?m)^\s*#.*$`)
	variable = regexp.MustCompile(`\$\{([A-Z_]+):([^}]*)\}|\$\{([A-Z_]+)\}|env\("([A-Z_]+)"\)(?:\.or\("([^"]*)"\))?`)
)

// imageCommand is the command of the Dockerfile.
var imageCommand = strings.Fields("streams --no-api -o config/service.yaml -r config/resources.yaml pipelines/orders.yaml")

// checkPipelines checks the files that a command names. Each file must exist, and each
// variable must be set if its default is the loopback address.
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
				t.Errorf("%s: %s needs %s, which is not set", whose, file, name)
			}
		}
	}
	if found < 2 {
		t.Errorf("%s: its command names no pipeline: %q", whose, command)
	}
}

// A sink that connects to the loopback address of its container never finds its servers.
func TestEveryPipelineOfComposeHasItsServers(t *testing.T) {
	dockerfile := read(t, "config/container/Dockerfile")
	checked := 0
	for name, service := range compose(t, "*").Services {
		if service.Build == nil || service.Build.Target == "connect" { // its pipelines come from connectors
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
