package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// suite has the benchmarks of the hot paths.
var suite = []part{
	{"plugins/connectjson", "^BenchmarkDecode$/^seed$|^BenchmarkProcessor$"},
	{"plugins/connecttransform", "^BenchmarkUnwrapAndRoute$|^BenchmarkTransforms$"},
	{"plugins/order", "^BenchmarkProcessBatch$"},
	{"plugins/mariadb", "^BenchmarkRows$"},
	{"plugins", "^BenchmarkChangeEvents$"},
}

// part has the benchmarks of one plugin that match a pattern of go test. They may be in
// the package of the plugin or in any package below it. The plugin of a benchmark of several
// plugins is their folder.
type part struct{ plugin, pattern string }

// of returns the part with only one benchmark.
func of(b benchmark) (part, error) {
	if !slices.ContainsFunc(suite, func(p part) bool { return p.plugin == b.plugin }) {
		return part{}, fmt.Errorf("no plugin of the suite has benchmark %s", b)
	}
	names := strings.Split("Benchmark"+b.name, "/")
	for i := range names {
		names[i] = "^" + regexp.QuoteMeta(names[i]) + "$"
	}
	return part{b.plugin, strings.Join(names, "/")}, nil
}

var benchmarkFunction = regexp.MustCompile(`(?m)^func (Benchmark\w*)\(`)

// folders returns the packages below root that have a benchmark of the part. If there are
// none, it returns the package of the plugin, which then fails to build or to run.
func (p part) folders(root string) (folders []string, err error) {
	// Only the first element of each alternative names a function.
	functions := regexp.MustCompile(regexp.MustCompile(`/[^|]*`).ReplaceAllString(p.pattern, ""))
	err = filepath.WalkDir(filepath.Join(root, p.plugin), func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // a commit without this plugin
		}
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		named := slices.ContainsFunc(benchmarkFunction.FindAllSubmatch(text, -1), func(found [][]byte) bool { return functions.Match(found[1]) })
		if named && !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
		return err
	})
	if len(folders) == 0 {
		folders = []string{p.plugin}
	}
	return folders, err
}

// side is one of the two commits: its files and a test binary for each folder.
type side struct {
	root     string
	binaries string
	folders  map[string][]string // by plugin
	broken   map[string]error    // plugins that cannot be measured
}

// build builds the test binaries in a directory. -trimpath removes the paths of the two
// sides, so Go compiles their common packages once.
func build(ctx context.Context, root, binaries string) (*side, error) {
	s := &side{root, binaries, map[string][]string{}, map[string]error{}}
	for _, p := range suite {
		var err error
		if s.folders[p.plugin], err = p.folders(root); err != nil {
			return nil, fmt.Errorf("finding the benchmarks of %s: %w", p.plugin, err)
		}
		for _, folder := range s.folders[p.plugin] {
			cmd := exec.CommandContext(ctx, "go", "test", "-c", "-trimpath", "-o", s.binary(folder), "./"+folder)
			cmd.Dir = root
			out, err := cmd.CombinedOutput()
			if err == nil {
				_, err = os.Stat(s.binary(folder)) // a folder may have no tests
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			if err != nil {
				s.broken[p.plugin] = fmt.Errorf("building the benchmarks: %w\n%s", err, out)
			}
		}
	}
	return s, nil
}

func (s *side) binary(folder string) string {
	return filepath.Join(s.binaries, strings.ReplaceAll(filepath.ToSlash(folder), "/", "-")+".test")
}

// run measures a part once and returns the output of go test.
func (s *side) run(ctx context.Context, p part) (printed []byte, err error) {
	for _, folder := range s.folders[p.plugin] {
		cmd := exec.CommandContext(ctx, s.binary(folder), "-test.run=^$", "-test.bench="+p.pattern,
			"-test.benchmem", "-test.benchtime=200ms", "-test.timeout=5m")
		cmd.Dir = filepath.Join(s.root, folder)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("running the benchmarks: %w\n%s%s", err, out, stderr.Bytes())
		}
		printed = append(printed, out...)
	}
	return printed, nil
}

// measure runs the parts of both sides several times. The sides alternate, and each is
// first in every second round, so other work on the machine affects both. measure omits
// a part that base cannot run, and notes the error in base.
func measure(ctx context.Context, base, head *side, parts []part, rounds int) (before, now measurements, err error) {
	texts := map[*side]*bytes.Buffer{base: {}, head: {}}
	for round := range rounds {
		sides := []*side{base, head}
		if round%2 == 1 {
			sides = []*side{head, base}
		}
		for _, p := range parts {
			if err := runBoth(ctx, sides, base, head, p, texts); err != nil {
				return nil, nil, err
			}
		}
	}
	before, baseErr := read(texts[base])
	now, headErr := read(texts[head])
	return before, now, errors.Join(baseErr, headErr)
}

// runBoth runs a part on one side after the other.
func runBoth(ctx context.Context, sides []*side, base, head *side, p part, texts map[*side]*bytes.Buffer) error {
	for _, s := range sides {
		if _, broken := base.broken[p.plugin]; broken {
			return nil
		}
		out, err := s.run(ctx, p)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && s == head {
			return fmt.Errorf("%s of this checkout: %w", p.plugin, err)
		}
		if err != nil {
			base.broken[p.plugin] = err
			break
		}
		texts[s].Write(out)
	}
	return nil
}
