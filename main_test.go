package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

// maxBinary is the size that the documentation promises for the static binary.
const maxBinary = 50 << 20

func TestMain(m *testing.M) { sharedtest.Main(m, ordersinktest.Close) }

// Every shipped file is valid for the binary that ships with it.
func TestEveryShippedConfigurationLints(t *testing.T) {
	t.Parallel()
	var files []string
	for _, folder := range []string{"config", "pipelines", "pipelines/shop", "pipelines/bench"} {
		shipped, err := filepath.Glob(folder + "/*.yaml")
		if err != nil || len(shipped) == 0 {
			t.Fatalf("found %d files in %s: %v", len(shipped), folder, err)
		}
		files = append(files, shipped...)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			if out, err := run(t, "lint", "-r", "config/resources.yaml", "-r", "config/shop.yaml", "-r", "config/gateway.yaml", file); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestLintRefusesWhatIsWrong(t *testing.T) {
	t.Parallel()
	shipped, err := os.ReadFile("pipelines/orders.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]struct{ from, to, says string }{
		"unknown field":             {"mode: strict", "mood: strict", "mood"},
		"unknown mode":              {"mode: strict", "mode: lax", "lax"},
		"empty key":                 {"key: [ order_id ]", "key: []", "key"},
		"key not among columns":     {"key: [ order_id ]", "key: [ id ]", "key names id"},
		"version not among columns": {"version: kafka_timestamp_ms", "version: changed_at", "changed_at"},
		"limit beyond all":          {"ratio: 0.5", "ratio: 50", "ratio"},
		"tombstone":                 {"version: kafka_timestamp_ms", "tombstone: bury", "bury"},
		"no table":                  {`"${MARIADB_TABLE:orders}"`, `""`, "table"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(string(shipped), edit.from, edit.to, 1)
			if text == string(shipped) {
				t.Fatalf("%q is not in pipelines/orders.yaml", edit.from)
			}
			file := filepath.Join(t.TempDir(), "orders.yaml")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := run(t, "lint", "-r", "config/resources.yaml", file)
			if err == nil || !strings.Contains(out, edit.says) {
				t.Errorf("lint answered %v, expected an error that names %q:\n%s", err, edit.says, out)
			}
		})
	}
}

// Lint names each mistake in a chain of Kafka Connect's transforms.
func TestLintNamesAMisspelledOptionOfATransform(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "chain.yaml")
	const chain = `
input: { generate: { mapping: 'root = {}' } }
pipeline:
  processors:
    - connect_transform:
        transforms:
          - { name: rename, type: org.apache.kafka.connect.transforms.ReplaceField$Value, renamse: 'a:b' }
          - { name: route, type: org.apache.kafka.connect.transforms.RegexRoute, regex: x, replacement: y }
output: { drop: {} }
`
	if err := os.WriteFile(file, []byte(chain), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := run(t, "lint", file)
	for _, says := range []string{
		"transforms[0] (rename): unknown option renamse: did you mean renames?",
		"transforms[1] (route): type org.apache.kafka.connect.transforms.RegexRoute is not supported: did you mean org.apache.kafka.connect.transforms.RegexRouter?",
	} {
		if err == nil || !strings.Contains(out, says) {
			t.Errorf("lint answered %v, expected %q:\n%s", err, says, out)
		}
	}
	if err := os.WriteFile(file, []byte(strings.NewReplacer("renamse", "renames", "RegexRoute,", "RegexRouter,").Replace(chain)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := run(t, "lint", file); err != nil {
		t.Errorf("a chain without a mistake: %v\n%s", err, out)
	}
}

func TestTheCommandLineIsRedpandaConnects(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args []string
		says []string
	}{
		{[]string{"--version"}, []string{"Version: ", "commit ", "Date: "}},
		{[]string{"--help"}, []string{"order-sink", "run", "streams", "lint", "test", "create", "list"}},
		{[]string{"list", "processors"}, []string{"connect_json_decode", "order_price", "mapping"}},
		{[]string{"list", "outputs"}, []string{"mariadb_upsert", "redpanda", "fallback"}},
		{[]string{"create", "redpanda/connect_json_decode,order_price/mariadb_upsert"}, []string{"connect_json_decode:", "order_price:", "mariadb_upsert:", "max_rows_per_statement:"}},
		{[]string{"run", "--help"}, []string{"order-sink run"}},
		{[]string{"streams", "--help"}, []string{"order-sink streams"}},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			t.Parallel()
			out, err := run(t, test.args...)
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, part := range test.says {
				if !strings.Contains(out, part) {
					t.Errorf("%q is missing in the output:\n%s", part, out)
				}
			}
		})
	}
}

func TestTheReleasedBinaryIsSmallStaticAndStamped(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "order-sink")
	build := exec.Command("go", "build", "-trimpath", "-o", binary, "-ldflags",
		"-s -w -X 'main.version=v1.2.3' -X 'main.commit=abc1234' -X 'main.date=2026-01-02'", ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() >= maxBinary {
		t.Errorf("the binary has %d bytes, the documentation promises fewer than %d", info.Size(), maxBinary)
	}
	out, err := exec.Command(binary, "--version").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "v1.2.3 (commit abc1234)") || !strings.Contains(string(out), "2026-01-02") {
		t.Errorf("--version answered %v:\n%s", err, out)
	}
}

func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out, err := exec.Command(ordersinktest.Binary(t), args...).CombinedOutput()
	return string(out), err
}

// Another build needs one import to have the plugins.
func TestThePluginsWorkInAnotherBuild(t *testing.T) {
	t.Parallel()
	root, dir := ordersinktest.Root(t), t.TempDir()
	for name, edit := range map[string]func(string) string{
		"go.sum": func(text string) string { return text },
		"go.mod": func(text string) string {
			return strings.Replace(text, "module github.com/order-sink/order-sink", "module example.com/theirs", 1) +
				"\nrequire github.com/order-sink/order-sink v0.0.0\n\nreplace github.com/order-sink/order-sink => " + root + "\n"
		},
	} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(edit(string(text))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(`package main

import (
	"context"

	"github.com/redpanda-data/benthos/v4/public/service"

	_ "github.com/order-sink/order-sink/plugins"
)

func main() { service.RunCLI(context.Background()) }
`), 0o600); err != nil {
		t.Fatal(err)
	}
	build := exec.Command("go", "build", "-o", "theirs", ".")
	build.Dir, build.Env = dir, append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-mod=mod")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(filepath.Join(dir, "theirs"), "list").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, plugin := range []string{"connect_json_decode", "order_price", "mariadb_upsert", "kafka_read", "dead_letter_send"} {
		if !strings.Contains(string(out), plugin) {
			t.Errorf("%s is not in that build", plugin)
		}
	}
}
