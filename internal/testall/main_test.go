package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The parts of a small project: some pass, some fail in different ways.
var project = map[string]string{
	"go.mod": "module example.com/small\n\ngo 1.24\n",
	"Makefile": `.PHONY: tests skips
fine:
	@echo building
fails:
	@echo the linter says no; exit 3
prints:
	@echo "SKIPPED: the race detector, since there is no C compiler"
stops:
	@printf '%s\n' '{"Action":"output","Package":"cut","Test":"TestX","Output":"half way\n"}'; exit 1
asks:
	@echo "KAFKA_BROKERS=$$KAFKA_BROKERS MARIADB_DSN=$$MARIADB_DSN CONFIRM=$$QUICKSTART_CONFIRM OTHER=$$OTHER"
tests:
	go test -count=1 $(TEST_FLAGS) ./good ./bad ./broken ./nothing
skips:
	go test -count=1 $(TEST_FLAGS) ./good ./nothing
`,
	"config/a.yaml":    "seed_brokers: ${KAFKA_BROKERS:127.0.0.1:9092}\n",
	"pipelines/b.yaml": "dsn: ${MARIADB_DSN}\n",
	"nothing/a.go":     "package nothing\n",
	"broken/a_test.go": "package broken\n\nfunc f() { return 1 }\n",
	"good/a_test.go": `package good
import "testing"
func TestOne(t *testing.T) { t.Log("a line of a test that passes") }
func TestTwo(t *testing.T) { t.Run("a", func(*testing.T) {}); t.Run("b", func(t *testing.T) { t.Skip("there is no Chromium: install it") }) }
func TestThree(t *testing.T) { t.Skip("there is no Chromium: install it") }
func TestFour(t *testing.T) { t.SkipNow() }
`,
	"bad/a_test.go": `package bad
import "testing"
func TestPasses(t *testing.T) { t.Log("a line of a test that passes") }
func TestFails(t *testing.T) { t.Run("inner", func(t *testing.T) { t.Error("got 1, expected 2") }) }
func TestStops(t *testing.T) { t.Log("soon"); panic("by mistake") }
`,
}

// all runs parts of the small project as `make test` does.
func all(t *testing.T, targets ...string) (output string, err error) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range project {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := os.Create(filepath.Join(dir, "output"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	runErr := run(out, dir, targets)
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text), runErr
}

func contains(t *testing.T, output string, patterns ...string) {
	t.Helper()
	for _, pattern := range patterns {
		if !regexp.MustCompile(`(?m)` + pattern).MatchString(output) {
			t.Errorf("%q is missing", pattern)
		}
	}
	if t.Failed() {
		t.Logf("the output:\n%s", output)
	}
}

func TestAPartThatFailsDoesNotPreventTheOthers(t *testing.T) {
	t.Setenv("CI", "")
	output, err := all(t, "fails", "tests", "missing", "stops", "fine")
	if err == nil {
		t.Error("it passed")
	}
	contains(t, output,
		`^the linter says no$`, `^building$`, // what the parts print
		`^ok  \texample.com/small/good\t`, `^FAIL\texample.com/small/bad\t`, // as go test closes
		`a_test.go:4: got 1, expected 2$`, `^panic: by mistake`, `soon$`, `too many return values`, `^half way$`,
		`^fails +FAILED +\d+s +0 +0 +0$`, `^tests +FAILED +\d+s +4 +3 +3$`, `^missing +FAILED`, `^stops +FAILED +\d+s +0 +1 +0$`, `^fine +ok +\d+s +0 +0 +0$`,
		`^  example.com/small/bad TestFails/inner$`, `^  example.com/small/bad TestStops$`, `^  example.com/small/broken$`, `^  cut$`,
		`^5 passed, 6 failed$`, // a part without tests counts as one
	)
	for _, noise := range []string{"a line of a test that passes", "=== RUN", `"Action"`} {
		if strings.Contains(output, noise) {
			t.Errorf("%q is in the output", noise)
		}
	}
}

func TestSkippedTestsAreListedByReason(t *testing.T) {
	t.Setenv("CI", "")
	output, err := all(t, "skips", "prints")
	if err != nil {
		t.Error(err)
	}
	contains(t, output,
		`^skips +ok +\d+s +3 +0 +3$`, `^prints +ok +\d+s +0 +0 +1$`,
		`^  there is no Chromium: install it\n    example.com/small/good TestTwo/b\n    example.com/small/good TestThree$`,
		`^  no reason given\n    example.com/small/good TestFour$`,
		`^  the race detector, since there is no C compiler$`,
		`^3 passed, 0 failed$`,
	)
}

func TestInCINothingMayBeSkipped(t *testing.T) {
	t.Setenv("CI", "true")
	for target, expected := range map[string]string{"skips": `^3 passed, 3 failed$`, "prints": `^0 passed, 1 failed$`} {
		output, err := all(t, target)
		if err == nil {
			t.Errorf("%s passed", target)
		}
		contains(t, output, expected)
	}
	if output, err := all(t, "fine"); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

func TestNoPartSeesTheServersOfItsUser(t *testing.T) {
	t.Setenv("KAFKA_BROKERS", "kafka.example.com:9092")
	t.Setenv("MARIADB_DSN", "sink:secret@tcp(db.example.com)/orders")
	t.Setenv("QUICKSTART_CONFIRM", "yes")
	t.Setenv("OTHER", "kept")
	output, err := all(t, "asks")
	if err != nil {
		t.Error(err)
	}
	contains(t, output, `^KAFKA_BROKERS= MARIADB_DSN= CONFIRM= OTHER=kept$`)
}
