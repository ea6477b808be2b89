package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// suite is the hot paths, each with the benchmarks that stand for it.
var suite = []part{
	{"plugins/connectjson", "^BenchmarkDecode$/^seed$|^BenchmarkProcessor$"},
	{"plugins/order", "^BenchmarkProcessBatch$"},
	{"plugins/mariadb", "^BenchmarkRows$"},
}

// part is the benchmarks of one folder that a pattern of go test names.
type part struct{ folder, pattern string }

// of is the part that a benchmark alone makes.
func of(b benchmark) (part, error) {
	for _, p := range suite {
		if strings.HasSuffix(b.pkg, "/"+p.folder) {
			names := strings.Split("Benchmark"+b.name, "/")
			for i := range names {
				names[i] = "^" + regexp.QuoteMeta(names[i]) + "$"
			}
			return part{p.folder, strings.Join(names, "/")}, nil
		}
	}
	return part{}, fmt.Errorf("no folder of the suite has benchmark %s", b)
}

// side is one of the two commits: its files, and a test binary of each folder.
type side struct {
	root     string
	binaries string
	broken   map[string]error // folders that cannot be measured
}

// build makes the test binaries in a directory. Without the paths of the two
// sides (-trimpath) what they have in common is compiled once.
func build(ctx context.Context, root, binaries string) (*side, error) {
	s := &side{root, binaries, map[string]error{}}
	for _, p := range suite {
		cmd := exec.CommandContext(ctx, "go", "test", "-c", "-trimpath", "-o", s.binary(p), "./"+p.folder)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		if err == nil {
			_, err = os.Stat(s.binary(p)) // a folder may have no tests
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			s.broken[p.folder] = fmt.Errorf("building its benchmarks: %w\n%s", err, out)
		}
	}
	return s, nil
}

func (s *side) binary(p part) string {
	return filepath.Join(s.binaries, filepath.Base(p.folder)+".test")
}

// run measures once and returns what go test prints.
func (s *side) run(ctx context.Context, p part) ([]byte, error) {
	cmd := exec.CommandContext(ctx, s.binary(p), "-test.run=^$", "-test.bench="+p.pattern,
		"-test.benchmem", "-test.benchtime=200ms", "-test.timeout=5m")
	cmd.Dir = filepath.Join(s.root, p.folder)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("running its benchmarks: %w\n%s%s", err, out, stderr.Bytes())
	}
	return out, nil
}

// measure runs the parts of both sides so many times. What the machine does
// beside hits both: they take turns, and each is the first one every other time.
// A part that base cannot run is left out, and noted there.
func measure(ctx context.Context, base, head *side, parts []part, rounds int) (before, now measurements, err error) {
	texts := map[*side]*bytes.Buffer{base: {}, head: {}}
	for round := range rounds {
		sides := []*side{base, head}
		if round%2 == 1 {
			sides = []*side{head, base}
		}
		for _, p := range parts {
			for _, s := range sides {
				if base.broken[p.folder] != nil {
					continue
				}
				out, err := s.run(ctx, p)
				switch {
				case ctx.Err() != nil:
					return nil, nil, ctx.Err()
				case err != nil && s == head:
					return nil, nil, fmt.Errorf("%s of this checkout: %w", p.folder, err)
				case err != nil:
					s.broken[p.folder] = err
				}
				texts[s].Write(out)
			}
		}
	}
	before, baseErr := read(texts[base])
	now, headErr := read(texts[head])
	return before, now, errors.Join(baseErr, headErr)
}
