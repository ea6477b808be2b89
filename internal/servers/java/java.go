// Package java finds a Java and fetches jars with Maven, for what the tests and
// the benchmark run of Kafka's own programs.
package java

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// minVersion is what Kafka asks for.
const minVersion = 17

// ErrNotInstalled says that Kafka's programs cannot run on this machine, and
// what to install.
var ErrNotInstalled = errors.New("the real Kafka needs Java 17 or newer and, the first time, Maven: install them (Debian, Ubuntu: apt-get install openjdk-17-jre-headless maven; macOS: brew install openjdk maven)")

var majorVersion = regexp.MustCompile(`version "(\d+)`)

// Find finds a Java that is new enough. It is asked for its version, since
// macOS has a /usr/bin/java that only says that there is none.
func Find(ctx context.Context) (string, error) {
	path := filepath.Join(os.Getenv("JAVA_HOME"), "bin", "java")
	if os.Getenv("JAVA_HOME") == "" {
		path = "java"
	}
	out, err := exec.CommandContext(ctx, path, "-version").CombinedOutput()
	if err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", fmt.Errorf("%w (running %s: %w)", ErrNotInstalled, path, err)
	}
	found := majorVersion.FindSubmatch(out)
	if found == nil {
		return "", fmt.Errorf("%w (%s does not say its version)", ErrNotInstalled, path)
	}
	if major, _ := strconv.Atoi(string(found[1])); major < minVersion {
		return "", fmt.Errorf("%w (%s is Java %d)", ErrNotInstalled, path, major)
	}
	return path, nil
}
