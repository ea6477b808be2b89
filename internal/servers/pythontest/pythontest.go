// Package pythontest installs Python packages for tests.
package pythontest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience is how long an installation may take.
const patience = 4 * time.Minute

// Interpreter returns the interpreter of an environment with the packages of a requirements
// file, in the user's cache. The first call on a machine installs it. The file has a hash for
// each package, and names the packages that a package needs. Without the Python that the
// hashes are for, the test is skipped; in CI (environment CI=true) it fails.
func Interpreter(t testing.TB, requirements string) string {
	t.Helper()
	const check = "import ensurepip, platform, sys, venv; assert (sys.version_info[:2], platform.system(), platform.machine()) == ((3, 11), 'Linux', 'x86_64')"
	if out, err := exec.Command("python3", "-c", check).CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%v\n%s", err, out)
		}
		t.Skip("the Python client is not installed: it needs Python 3.11 with venv on Linux x86_64 (Debian 12: apt-get install python3-venv)")
	}
	requirements, err := filepath.Abs(requirements)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(requirements)
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	// An environment cannot move, so it is made under its own name. The file ready says that
	// it is complete.
	dir := filepath.Join(cache, "order-sink", fmt.Sprintf("python-%.6x", sha256.Sum256(text)))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	defer lock(t, dir+".lock").Close()
	interpreter, ready := filepath.Join(dir, "bin", "python"), filepath.Join(dir, "ready")
	if _, err := os.Stat(ready); err == nil {
		return interpreter
	}
	run(t, "python3", "-m", "venv", "--clear", dir)
	run(t, interpreter, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "--only-binary=:all:", "-r", requirements)
	run(t, interpreter, "-m", "pip", "check")
	if err := os.WriteFile(ready, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return interpreter
}

// lock lets one process install at a time, until it closes the file.
func lock(t testing.TB, path string) *os.File {
	t.Helper()
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	return file
}

func run(t testing.TB, program string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if out, err := exec.CommandContext(ctx, program, args...).CombinedOutput(); err != nil {
		t.Fatalf("running %s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
}
