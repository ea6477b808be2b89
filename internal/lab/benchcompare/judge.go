package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"
)

// tolerated is how much more a benchmark may cost. Differences on a shared machine are
// smaller.
const tolerated = 1.3

// The units that the program compares. The reader of benchmarks converts nanoseconds to
// seconds.
const (
	timeUnit   = "sec/op"
	allocsUnit = "allocs/op"
)

// benchmark is a benchmark of a plugin: "Decode/seed" of "plugins/connectjson". It does
// not name the package, because a benchmark may move to another package of its plugin.
type benchmark struct{ plugin, name string }

func (b benchmark) String() string { return path.Base(b.plugin) + " " + b.name }

var pluginOf = regexp.MustCompile(`(?:^|/)(plugins(?:/[^/]+)?)(?:/|$)`)

// measurements has the values of each benchmark by unit, one value for each run.
type measurements map[benchmark]map[string][]float64

// read reads the output of go test.
func read(text io.Reader) (measurements, error) {
	all := measurements{}
	reader := benchfmt.NewReader(text, "")
	for reader.Scan() {
		switch record := reader.Result().(type) {
		case *benchfmt.SyntaxError:
			return nil, fmt.Errorf("reading benchmarks: %w", record)
		case *benchfmt.Result:
			name := string(record.Name)
			if i := strings.LastIndexByte(name, '-'); i > 0 && strings.Trim(name[i+1:], "0123456789") == "" {
				name = name[:i] // the number of processors
			}
			plugin := pluginOf.FindStringSubmatch(record.GetConfig("pkg"))
			if plugin == nil {
				return nil, fmt.Errorf("reading benchmarks: package %q is in no plugin", record.GetConfig("pkg"))
			}
			b := benchmark{plugin[1], name}
			if all[b] == nil {
				all[b] = map[string][]float64{}
			}
			for _, v := range record.Values {
				all[b][v.Unit] = append(all[b][v.Unit], v.Value)
			}
		}
	}
	if err := reader.Err(); err != nil {
		return nil, fmt.Errorf("reading benchmarks: %w", err)
	}
	return all, nil
}

// result compares one unit of one benchmark.
type result struct {
	benchmark
	unit       string
	base, head float64 // medians
	difference benchmath.Comparison
	gross      bool
}

// compare judges the benchmarks of both sides, in the order of names, and returns the
// benchmarks of only one side.
func compare(base, head measurements) (results []result, onlyBase, onlyHead []benchmark) {
	for _, b := range sorted(head) {
		if base[b] == nil {
			onlyHead = append(onlyHead, b)
			continue
		}
		for _, unit := range []string{timeUnit, allocsUnit} {
			if len(base[b][unit]) > 0 && len(head[b][unit]) > 0 {
				results = append(results, judge(b, unit, base[b][unit], head[b][unit]))
			}
		}
	}
	for _, b := range sorted(base) {
		if head[b] == nil {
			onlyBase = append(onlyBase, b)
		}
	}
	return results, onlyBase, onlyHead
}

// judge calls a loss gross if the median is a gross loss and the difference is hardly
// chance (by benchstat's test, which needs at least 4 runs).
func judge(b benchmark, unit string, base, head []float64) result {
	before := benchmath.NewSample(base, &benchmath.DefaultThresholds)
	now := benchmath.NewSample(head, &benchmath.DefaultThresholds)
	v := result{
		benchmark: b, unit: unit,
		base:       benchmath.AssumeNothing.Summary(before, 0.95).Center,
		head:       benchmath.AssumeNothing.Summary(now, 0.95).Center,
		difference: benchmath.AssumeNothing.Compare(before, now),
	}
	v.gross = v.head > tolerated*v.base && v.difference.P < v.difference.Alpha
	return v
}

func sorted[V any](all map[benchmark]V) []benchmark {
	return slices.SortedFunc(maps.Keys(all), func(a, b benchmark) int {
		return cmp.Or(strings.Compare(a.plugin, b.plugin), strings.Compare(a.name, b.name))
	})
}
