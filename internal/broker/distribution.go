package broker

import (
	"context"
	_ "embed" // pom.xml
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
)

// kafkaVersion is the one in pom.xml; minJava is what it asks for.
const (
	kafkaVersion = "4.3.1"
	minJava      = 17
)

//go:embed pom.xml
var pom []byte

// ErrNotInstalled says that the real broker cannot run on this machine, and
// what to install.
var ErrNotInstalled = errors.New("the real Kafka needs Java 17 or newer and, the first time, Maven: install them (Debian, Ubuntu: apt-get install openjdk-17-jre-headless maven; macOS: brew install openjdk maven)")

var javaMajor = regexp.MustCompile(`version "(\d+)`)

// java finds a Java that can run the broker. It is asked for its version,
// since macOS has a /usr/bin/java that only says that there is none.
func java(ctx context.Context) (string, error) {
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
	found := javaMajor.FindSubmatch(out)
	if found == nil {
		return "", fmt.Errorf("%w (%s does not say its version)", ErrNotInstalled, path)
	}
	if major, _ := strconv.Atoi(string(found[1])); major < minJava {
		return "", fmt.Errorf("%w (%s is Java %d)", ErrNotInstalled, path, major)
	}
	return path, nil
}

// distribution returns the directory of the broker's jars below cache, which
// Maven fills the first time (about 46 files, 44 MB); later starts are offline.
func distribution(ctx context.Context, cache string) (string, error) {
	jars := filepath.Join(cache, "kafka-"+kafkaVersion)
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", fmt.Errorf("caching Kafka: %w", err)
	}
	// Test processes run side by side, and Maven's own repository is not made
	// for two at once. The kernel lifts the lock when its holder dies.
	lock, err := os.OpenFile(jars+".lock", os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", fmt.Errorf("caching Kafka: %w", err)
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", fmt.Errorf("caching Kafka: locking %s: %w", lock.Name(), err)
	}
	if _, err := os.Stat(jars); err == nil {
		return jars, nil
	}
	maven, err := exec.LookPath("mvn")
	if err != nil {
		return "", fmt.Errorf("%w (%w)", ErrNotInstalled, err)
	}
	// The directory gets its name only once it is whole.
	work, err := os.MkdirTemp(cache, "kafka-"+kafkaVersion+"-")
	if err != nil {
		return "", fmt.Errorf("caching Kafka: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }() // what is left over is only space
	if err := os.WriteFile(filepath.Join(work, "pom.xml"), pom, 0o644); err != nil {
		return "", fmt.Errorf("caching Kafka: %w", err)
	}
	whole := filepath.Join(work, "jars")
	cmd := exec.CommandContext(ctx, maven, "-B", "-q", "-f", filepath.Join(work, "pom.xml"),
		"dependency:copy-dependencies", "-DoutputDirectory="+whole)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("fetching Kafka %s with Maven: %w\n%s", kafkaVersion, err, out)
	}
	if err := os.Rename(whole, jars); err != nil {
		return "", fmt.Errorf("caching Kafka: %w", err)
	}
	return jars, nil
}

func cacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("caching Kafka: %w", err)
	}
	return filepath.Join(dir, "order-sink"), nil
}
