// Package imports tests that the linter refuses the forbidden imports in every folder. A
// file that moves must keep its rules.
package imports

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

const (
	module  = "github.com/order-sink/order-sink/"
	benthos = "github.com/redpanda-data/benthos/v4/public/service"
	connect = "github.com/redpanda-data/connect/v4/public/components/pure"

	// file is the name of a file that may not import the framework.
	file = "forbidden.go"
	// otherPlugin is a plugin that imports no other package of the repository.
	otherPlugin = "plugins/other"
)

// forbidden returns the imports that a file of a folder may not have if the file may not
// import the framework.
func forbidden(folder string) []string {
	switch {
	case strings.HasPrefix(folder, "internal/connect/") && folder != "internal/connect/stream":
		return []string{benthos, module + "internal/servers/process"}
	case strings.HasPrefix(folder, "internal/"):
		return []string{module + "internal/servers/process"}
	case strings.HasPrefix(folder, "plugins/internal/"):
		return []string{benthos, connect, module + "internal/servers/process"}
	default:
		return []string{benthos, connect, module + "internal/servers/process", module + otherPlugin}
	}
}

func TestTheLinterRefusesForbiddenImports(t *testing.T) {
	t.Parallel()
	root, dir := ordersinktest.Root(t), t.TempDir()
	for _, name := range []string{"go.mod", "go.sum", "main.go", ".golangci.yml"} {
		copyFile(t, filepath.Join(root, name), filepath.Join(dir, name))
	}
	for _, name := range []string{"plugins", "internal"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	expected := map[string]bool{}
	folders := packages(t, dir)
	if err := os.Mkdir(filepath.Join(dir, otherPlugin), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, otherPlugin, "doc.go"), []byte("package other\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for folder, pkg := range folders {
		text := "package " + pkg + "\n\nimport (\n"
		for _, path := range forbidden(folder) {
			text += fmt.Sprintf("\t_ %q\n", path)
			expected[folder+" imports "+path] = true
		}
		if err := os.WriteFile(filepath.Join(dir, folder, file), []byte(text+")\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if len(expected) < 40 {
		t.Fatalf("%d imports are tested, expected more", len(expected))
	}
	report := lint(t, root, dir)
	for _, found := range regexp.MustCompile(`(?m)^(\S+)/forbidden\.go:\d+:\d+: import '([^']+)' is not allowed`).FindAllStringSubmatch(report, -1) {
		delete(expected, found[1]+" imports "+found[2])
	}
	for missed := range expected {
		t.Errorf("the linter does not report that %s", missed)
	}
	if t.Failed() {
		t.Logf("the linter:\n%s", report[max(0, len(report)-4000):])
	}
}

// packages returns the packages of the product by folder. A folder whose name ends in
// "test" helps only tests.
func packages(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	clause := regexp.MustCompile(`(?m)^package (\w+)$`)
	for _, top := range []string{"plugins", "internal/command", "internal/connect", "internal/console", "internal/pipeline"} {
		err := fs.WalkDir(os.DirFS(dir), top, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() && entry.Name() == "testdata" {
				return fs.SkipDir
			}
			if folder := filepath.Dir(path); folder != "plugins" && !strings.HasSuffix(folder, "test") && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				text, err := os.ReadFile(filepath.Join(dir, path))
				if err != nil {
					return err
				}
				found[folder] = string(clause.FindSubmatch(text)[1])
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// lint runs the linter of the Makefile and returns its reports about imports.
func lint(t *testing.T, root, dir string) string {
	t.Helper()
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	linter := regexp.MustCompile(`(?m)^GOLANGCI_LINT := (\S+)$`).FindSubmatch(makefile)
	if linter == nil {
		t.Fatal("the Makefile names no linter")
	}
	cmd := exec.Command("go", "run", string(linter[1]), "run", "--enable-only", "depguard", "--max-issues-per-linter", "0", "--max-same-issues", "0", "./...")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("the linter found nothing:\n%s", out)
	}
	return string(out)
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
