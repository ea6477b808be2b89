package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The repository has two commits. The second commit allocates more in one plugin, moves
// the benchmark of another plugin to a package below, and repairs the third plugin, which
// did not build.
func TestTwoCommitsAreCompared(t *testing.T) {
	root, temporary := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temporary)
	write(t, root, "go.mod", "module example.com/shop\n\ngo 1.24\n")
	write(t, root, "plugins/connectjson/a_test.go", source(`b.Run("seed", func(b *testing.B) { allocate(b, 2) })`, "Decode"))
	write(t, root, "plugins/order/a_test.go", source("allocate(b, 2)", "ProcessBatch"))
	write(t, root, "plugins/mariadb/a_test.go", "package does not build")
	write(t, root, "plugins/connecttransform/a_test.go", source("allocate(b, 2)", "UnwrapAndRoute"))
	write(t, root, "plugins/a_test.go", source("allocate(b, 2)", "ChangeEvents"))
	git(t, root, "init", "-q")
	commit(t, root)
	write(t, root, "plugins/connectjson/a_test.go", source(`b.Run("seed", func(b *testing.B) { allocate(b, 3) })`, "Decode"))
	write(t, root, "plugins/mariadb/a_test.go", source("allocate(b, 2)", "Rows"))
	if err := os.Remove(filepath.Join(root, "plugins/order/a_test.go")); err != nil {
		t.Fatal(err)
	}
	write(t, root, "plugins/order/door_test.go", source("allocate(b, 2)", "Other"))
	write(t, root, "plugins/order/price/a_test.go", source("allocate(b, 2)", "ProcessBatch"))
	commit(t, root)

	var out strings.Builder
	err := run(t.Context(), &out, root, parent)
	const lost = "connectjson Decode/seed: more than 30 % more allocs/op, measured twice"
	if err == nil || !strings.Contains(err.Error(), lost) || strings.Contains(err.Error(), "ProcessBatch: more than 30 % more allocs/op") {
		t.Errorf("got %v, expected %q", err, lost)
	}
	for _, expected := range []string{"compared with ", "order ProcessBatch", "measured again:", "not compared: plugins/mariadb: its benchmarks of HEAD~1 fail"} {
		if !strings.Contains(out.String(), expected) {
			t.Errorf("%q is not printed:\n%s", expected, &out)
		}
	}
	for _, text := range []string{"is new", "is gone"} {
		if strings.Contains(out.String(), text) {
			t.Errorf("a benchmark %s:\n%s", text, &out)
		}
	}
	if left, _ := os.ReadDir(temporary); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if trees := git(t, root, "worktree", "list"); strings.Count(trees, "\n") != 1 {
		t.Errorf("worktrees:\n%s", trees)
	}

	// A checkout that does not build is an error.
	write(t, root, "plugins/order/price/b_test.go", "package does not build")
	if err := run(t.Context(), &out, root, "HEAD"); err == nil || !strings.Contains(err.Error(), "plugins/order of this checkout") {
		t.Errorf("a checkout that does not build: %v", err)
	}
}

func TestWithoutAParentItIsSkipped(t *testing.T) {
	origin, clone := t.TempDir(), filepath.Join(t.TempDir(), "clone")
	git(t, origin, "init", "-q")
	for range 2 {
		commit(t, origin)
	}
	git(t, origin, "clone", "-q", "--depth=1", "file://"+origin, clone)
	for name, root := range map[string]string{"a shallow clone": clone, "no repository": t.TempDir()} {
		var out strings.Builder
		if err := run(t.Context(), &out, root, parent); err != nil || !strings.HasPrefix(out.String(), "SKIPPED: ") {
			t.Errorf("%s: %v, %q", name, err, &out)
		}
	}
	// A missing commit that the user names is an error.
	if err := run(t.Context(), &strings.Builder{}, origin, "v1.0.0"); err == nil {
		t.Error("the missing commit is no error")
	}
}

// source returns a test file with one benchmark.
func source(body, name string) string {
	return fmt.Sprintf(`package shop

import "testing"

var sink []byte

func allocate(b *testing.B, times int) {
	for b.Loop() {
		for range times {
			sink = make([]byte, 100)
		}
	}
}

func Benchmark%s(b *testing.B) { %s }
`, name, body)
}

func write(t *testing.T, root, name, text string) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func commit(t *testing.T, root string) {
	t.Helper()
	git(t, root, "add", "-A")
	git(t, root, "-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-q", "--allow-empty", "-m", "a commit")
}

func git(t *testing.T, root string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}
