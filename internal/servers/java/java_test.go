package java

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Processes that start together fetch the jars once, and never see an incomplete
// directory.
func TestJarsAreFetchedOnce(t *testing.T) {
	bin, cache, calls := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "calls")
	program(t, bin, "mvn", `
for arg; do case "$arg" in -DoutputDirectory=*) out="${arg#*=}";; esac; done
echo call >> `+calls+`
mkdir -p "$out" && echo 1 > "$out/first.jar" && sleep 0.3 && echo 2 > "$out/last.jar"`)
	t.Setenv("PATH", bin+":/usr/bin:/bin")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			dir, err := fetch(t.Context(), cache, "kafka-1", nil, "dependency:copy-dependencies")
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := os.Stat(filepath.Join(dir, "last.jar")); err != nil {
				t.Errorf("the directory is incomplete: %v", err)
			}
		})
	}
	wg.Wait()
	if text, _ := os.ReadFile(calls); strings.Count(string(text), "call") != 1 {
		t.Errorf("Maven was called for: %q, expected one call", text)
	}
	// The second call needs no Maven.
	t.Setenv("PATH", t.TempDir())
	if _, err := fetch(t.Context(), cache, "kafka-1", nil, "dependency:copy-dependencies"); err != nil {
		t.Errorf("with the jars in place: %v", err)
	}
}

func TestAFetchThatFailsLeavesNothing(t *testing.T) {
	bin, cache := t.TempDir(), t.TempDir()
	program(t, bin, "mvn", `echo no network; exit 1`)
	t.Setenv("PATH", bin+":/usr/bin:/bin")
	_, err := fetch(t.Context(), cache, "kafka-1", nil, "dependency:copy-dependencies")
	if err == nil || errors.Is(err, ErrNotInstalled) || !strings.Contains(err.Error(), "no network") {
		t.Errorf("got %v, expected the message of Maven", err)
	}
	left, _ := filepath.Glob(filepath.Join(cache, "*"))
	if len(left) != 1 || filepath.Ext(left[0]) != ".lock" {
		t.Errorf("left in the cache: %v, expected the lock alone", left)
	}
}

func TestNotInstalled(t *testing.T) {
	for name, set := range map[string]func(t *testing.T){
		"no Java":        func(t *testing.T) { t.Setenv("PATH", t.TempDir()) },
		"Java too old":   func(t *testing.T) { fakeJava(t, `echo 'openjdk version "11.0.2" 2019-01-15' >&2`) },
		"Java of old":    func(t *testing.T) { fakeJava(t, `echo 'java version "1.8.0_292"' >&2`) },
		"the macOS stub": func(t *testing.T) { fakeJava(t, `echo 'Unable to locate a Java Runtime.' >&2; exit 1`) },
		"bad JAVA_HOME":  func(t *testing.T) { t.Setenv("JAVA_HOME", t.TempDir()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("JAVA_HOME", "")
			set(t)
			if path, err := Find(t.Context()); !errors.Is(err, ErrNotInstalled) {
				t.Errorf("Find: %q, %v; expected %v", path, err, ErrNotInstalled)
			}
		})
	}
	t.Run("no Maven", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if _, err := fetch(t.Context(), t.TempDir(), "kafka-1", nil, "dependency:copy-dependencies"); !errors.Is(err, ErrNotInstalled) {
			t.Errorf("got %v, expected %v", err, ErrNotInstalled)
		}
	})
	t.Run("new enough", func(t *testing.T) {
		t.Setenv("JAVA_HOME", "")
		fakeJava(t, `echo 'openjdk version "21" 2023-09-19' >&2`)
		if path, err := Find(t.Context()); err != nil || path != "java" {
			t.Errorf("Find: %q, %v; expected java", path, err)
		}
	})
}

func fakeJava(t *testing.T, script string) {
	bin := t.TempDir()
	program(t, bin, "java", script)
	t.Setenv("PATH", bin+":/usr/bin:/bin")
}

func program(t *testing.T, dir, name, script string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}
