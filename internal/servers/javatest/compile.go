package javatest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/java"
)

// Compile compiles a Maven project and returns the class path of it and of what it needs. The
// pom configures the plugins compiler and dependency, the latter with the outputFile
// target/classpath. Without javac, Compile skips the test; in CI (environment CI=true) the
// test fails.
func Compile(t testing.TB, project string) (classpath string) {
	t.Helper()
	if _, err := exec.LookPath("javac"); err != nil && os.Getenv("JAVA_HOME") == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("the Java client is not compiled: there is no javac (Debian: apt-get install default-jdk-headless)")
	}
	dir := t.TempDir() // a copy, because Maven writes its files into the project
	if err := os.CopyFS(dir, os.DirFS(project)); err != nil {
		t.Fatal(err)
	}
	if err := java.Maven(t.Context(), dir, "compiler:compile", "dependency:build-classpath"); err != nil {
		t.Fatalf("compiling the Java client: %v", err)
	}
	jars, err := os.ReadFile(filepath.Join(dir, "target", "classpath"))
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "target", "classes") + string(os.PathListSeparator) + strings.TrimSpace(string(jars))
}
