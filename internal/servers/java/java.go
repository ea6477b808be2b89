// Package java finds Java and fetches jars with Maven. The tests and the benchmark need
// both for Kafka's own programs.
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

// minVersion is the oldest Java that Kafka supports.
const minVersion = 17

// ErrNotInstalled means that Kafka's programs cannot run on this machine. It names the
// packages to install.
var ErrNotInstalled = errors.New("the real Kafka needs Java 17 or newer and, the first time, Maven: install them (Debian, Ubuntu: apt-get install openjdk-17-jre-headless maven; macOS: brew install openjdk maven)")

var majorVersion = regexp.MustCompile(`version "(\d+)`)

// Find returns the path of a Java that is new enough. It runs the program to get the
// version: on macOS, /usr/bin/java exists even when Java is not installed.
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
		return "", fmt.Errorf("%w (%s does not print its version)", ErrNotInstalled, path)
	}
	if major, _ := strconv.Atoi(string(found[1])); major < minVersion {
		return "", fmt.Errorf("%w (%s is Java %d)", ErrNotInstalled, path, major)
	}
	return path, nil
}
