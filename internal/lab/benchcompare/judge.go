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

// tolerated is how much more a benchmark may cost: machines that others use, too,
// differ by less than a gross loss.
const tolerated = 1.3

// The units that are judged, as benchmarks are read: nanoseconds are seconds.
const (
	timeUnit   = "sec/op"
	allocsUnit = "allocs/op"
)

// benchmark is one of a room's: "Decode/seed" of "plugins/connectjson". The package is no
// part of it: a benchmark that moves within its room is compared with what it was.
type benchmark struct{ room, name string }

func (b benchmark) String() string { return path.Base(b.room) + " " + b.name }

var roomOf = regexp.MustCompile(`(?:^|/)(plugins/[^/]+)(?:/|$)`)

// measurements are the values of each benchmark by unit, a value a run.
type measurements map[benchmark]map[string][]float64

// read takes what go test prints.
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
			room := roomOf.FindStringSubmatch(record.GetConfig("pkg"))
			if room == nil {
				return nil, fmt.Errorf("reading benchmarks: package %q is in no room", record.GetConfig("pkg"))
			}
			b := benchmark{room[1], name}
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

// result is what one unit of one benchmark says.
type result struct {
	benchmark
	unit       string
	base, head float64 // medians
	difference benchmath.Comparison
	gross      bool
}

// compare judges what both sides have, in the order of names, and names what only
// one side has.
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

// judge calls a loss gross if the median says so and chance hardly makes such a
// difference (by benchstat's test, which needs 4 runs at least).
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
		return cmp.Or(strings.Compare(a.room, b.room), strings.Compare(a.name, b.name))
	})
}
