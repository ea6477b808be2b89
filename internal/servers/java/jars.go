package java

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// Jars returns a directory of the user's cache with the jars of a pom.xml. Maven fills the
// directory once; later calls are offline. The name identifies the content of the pom and
// so contains the versions: "kafka-4.3.1".
func Jars(ctx context.Context, name string, pom []byte) (string, error) {
	return cached(ctx, name, pom, "dependency:copy-dependencies")
}

// Unpacked is [Jars] for archives: the directory has the files of the archives that the pom
// names as items (artifactItems) of the dependency plugin.
func Unpacked(ctx context.Context, name string, pom []byte) (string, error) {
	return cached(ctx, name, pom, "dependency:unpack")
}

func cached(ctx context.Context, name string, pom []byte, goal string) (string, error) {
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	return fetch(ctx, cache, name, pom, goal)
}

// fetch returns the directory name of the cache. If the directory does not exist, fetch
// makes it with a goal of Maven that has the parameter outputDirectory.
func fetch(ctx context.Context, cache, name string, pom []byte, goal string) (string, error) {
	unlock, err := lock(cache)
	if err != nil {
		return "", err
	}
	defer unlock()
	dir := filepath.Join(cache, name)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	// The directory gets its name when it is complete.
	work, err := os.MkdirTemp(cache, name+"-")
	if err != nil {
		return "", fmt.Errorf("caching %s: %w", name, err)
	}
	defer func() { _ = os.RemoveAll(work) }() // a remaining directory only takes space
	if err := os.WriteFile(filepath.Join(work, "pom.xml"), pom, 0o644); err != nil {
		return "", fmt.Errorf("caching %s: %w", name, err)
	}
	whole := filepath.Join(work, "jars")
	if err := maven(ctx, work, goal, "-DoutputDirectory="+whole); err != nil {
		return "", fmt.Errorf("fetching %s: %w", name, err)
	}
	if err := os.Rename(whole, dir); err != nil {
		return "", fmt.Errorf("caching %s: %w", name, err)
	}
	return dir, nil
}

// Maven runs Maven with the project in dir.
func Maven(ctx context.Context, dir string, args ...string) error {
	cache, err := cacheDir()
	if err != nil {
		return err
	}
	unlock, err := lock(cache)
	if err != nil {
		return err
	}
	defer unlock()
	return maven(ctx, dir, args...)
}

func maven(ctx context.Context, dir string, args ...string) error {
	path, err := exec.LookPath("mvn")
	if err != nil {
		return fmt.Errorf("%w (%w)", ErrNotInstalled, err)
	}
	cmd := exec.CommandContext(ctx, path, append([]string{"-B", "-q"}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("running Maven: %w\n%s", err, out)
	}
	return nil
}

// lock lets one process run Maven at a time. Test processes run in parallel, and Maven's
// repository allows only one. The kernel releases the lock when its process ends.
func lock(cache string) (unlock func(), err error) {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return nil, fmt.Errorf("caching jars: %w", err)
	}
	file, err := os.OpenFile(filepath.Join(cache, "maven.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("caching jars: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, fmt.Errorf("caching jars: locking %s: %w", file.Name(), err)
	}
	return func() { file.Close() }, nil
}

func cacheDir() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("caching jars: %w", err)
	}
	return filepath.Join(dir, "order-sink"), nil
}
