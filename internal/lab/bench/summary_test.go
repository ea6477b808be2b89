package main

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		values   []float64
		expected spread
	}{
		{[]float64{7}, spread{7, 7, 7}},
		{[]float64{9, 1, 2}, spread{2, 1, 9}},
		{[]float64{4, 1, 9, 2}, spread{3, 1, 9}},
	} {
		before := slices.Clone(c.values)
		if got := spreadOf(c.values); got != c.expected {
			t.Errorf("%v: got %v, expected %v", c.values, got, c.expected)
		}
		if !slices.Equal(before, c.values) {
			t.Errorf("%v was changed to %v", before, c.values)
		}
	}
}

func TestPercentile(t *testing.T) {
	var thousand []int
	for i := range 1000 {
		thousand = append(thousand, i+1)
	}
	for _, c := range []struct {
		sorted   []int
		percent  float64
		expected int
	}{
		{thousand, 50, 500}, {thousand, 99, 990}, {thousand, 99.9, 999}, {thousand, 100, 1000}, {thousand, 0, 1},
		{[]int{3}, 50, 3}, {[]int{3}, 99.9, 3}, {[]int{3, 4}, 50, 3}, {[]int{3, 4}, 51, 4},
	} {
		if got := percentile(c.sorted, c.percent); got != c.expected {
			t.Errorf("p%v of %d: got %d, expected %d", c.percent, len(c.sorted), got, c.expected)
		}
	}
}

// A failed run is counted, and its figures are not.
func TestSummaryLeavesOutFailedRuns(t *testing.T) {
	s := summarize([]result{
		{workload: "insert", contestant: "a", figures: map[figure]float64{rate: 10}},
		{workload: "insert", contestant: "b", figures: map[figure]float64{rate: 30}},
		{workload: "insert", contestant: "a", figures: map[figure]float64{rate: 1000}, failure: "wrong rows"},
		{workload: "insert", contestant: "a", figures: map[figure]float64{rate: 20}},
		{workload: "update", contestant: "a", figures: map[figure]float64{rate: 5}, failure: "it ended"},
	})
	if got, there := s.median("insert", "a", rate); got != 15 || !there {
		t.Errorf("median %v, %v; expected 15", got, there)
	}
	if len(s) != 3 || s[0].runs != 3 || s[0].failures != 1 {
		t.Errorf("got %+v", s)
	}
	if _, there := s.median("update", "a", rate); there {
		t.Error("a contestant that has only failed has a median")
	}
}

// What every goal compares is in the full plan, under the names that it looks for.
func TestThePlanMeasuresEveryGoal(t *testing.T) {
	matches, err := plan(options{orders: 500_000, trickle: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	var results []result
	for _, m := range matches {
		for _, c := range m.contestants {
			one := result{workload: m.name, contestant: c.name, figures: map[figure]float64{}}
			for _, f := range slices.Concat(atFullSpeed, ofTrickle) {
				one.figures[f] = 1
			}
			results = append(results, one)
		}
	}
	for _, g := range goals() {
		if value, there := g.measure(summarize(results)); !there || value != 1 {
			t.Errorf("%s: %v, %v", g.name, value, there)
		}
	}
	for _, g := range growths() {
		if curves := g.curves(summarize(results), rate); len(curves) == 0 || len(curves[0].points) != 3 || curves[0].contestant != own {
			t.Errorf("%s: %v", g.name, curves)
		}
	}
}

func TestGoals(t *testing.T) {
	figures := func(r float64) map[figure]float64 { return map[figure]float64{rate: r} }
	s := summarize([]result{
		{workload: ofInsert, contestant: own, figures: figures(100)},
		{workload: ofInsert, contestant: stockTuned.name, figures: figures(40)},
		{workload: ofInsert, contestant: connectTunedName, figures: figures(50)},
		{workload: slow(0).name, contestant: own, figures: map[figure]float64{p99: 10}},
		{workload: slow(0).name, contestant: "a", figures: map[figure]float64{p99: 40}},
		{workload: slow(0).name, contestant: "b", figures: map[figure]float64{p99: 20}},
	})
	if got, there := against(rate, ofInsert, tunedPeers...)(s); got != 2 || !there {
		t.Errorf("against the fastest: %v, %v", got, there)
	}
	if got, there := against(rate, ofInsert, defaultPeers...)(s); there {
		t.Errorf("against peers that were not run: %v", got)
	}
	if got, there := lowest(p99, slow(0).name)(s); got != 0.5 || !there {
		t.Errorf("against the lowest: %v, %v", got, there)
	}
	for _, c := range []struct {
		goal
		value    float64
		expected string
	}{
		{goal{must: 2, after: 3}, 1.99, "**no**"},
		{goal{must: 2, after: 3}, 2, "yes"},
		{goal{must: 2, after: 3}, 3, "yes, and what is after"},
		{goal{must: 350, after: 200, atMost: true}, 351, "**no**"},
		{goal{must: 350, after: 200, atMost: true}, 350, "yes"},
		{goal{must: 350, after: 200, atMost: true}, 199, "yes, and what is after"},
		{goal{must: 1, after: none}, 5, "yes"},
		{goal{must: none, after: none}, 5, "reported"},
		{goal{must: 1, after: none}, math.NaN(), "**no**"},
	} {
		if got := c.verdict(c.value); got != c.expected {
			t.Errorf("%v of %+v: %q, expected %q", c.value, c.goal, got, c.expected)
		}
	}
}

func TestResultsAreAppended(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.md")
	at := time.Date(2026, 11, 25, 1, 2, 3, 0, time.UTC)
	for _, commit := range []string{"aaaaaaa", "bbbbbbb" + dirty} {
		r := report{options: options{command: "bin/bench", rounds: 2, orders: 7}, machine: machine{commit: commit, cores: 2}, began: at, results: []result{
			{workload: ofInsert, contestant: own, round: 1, figures: map[figure]float64{rate: 90_000.4, steal: 3}},
			{workload: ofInsert, contestant: own, round: 2, figures: map[figure]float64{rate: 110_000.4, steal: 5}},
			{workload: ofUpdate, contestant: own, round: 1, failure: "1 wrong"},
			{workload: "insert, 1 partition", contestant: own, round: 1, figures: map[figure]float64{rate: 50_000}},
		}}
		if err := r.append(path); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, expected := range []string{
		"\n## 2026-11-25 01:02 UTC, aaaaaaa\n", "\n## 2026-11-25 01:02 UTC, bbbbbbb, with changes\n",
		"| insert | order-sink | 100000 (90000-110000) |", "| 0 of 2 |", "4 % (3-5 %)",
		"- FAILED: update, order-sink, round 1: 1 wrong\n",
		"(plots/2026-11-25-0102-aaaaaaa-partitions.svg)", "(plots/2026-11-25-0102-bbbbbbb-changed-partitions.svg)",
	} {
		if !strings.Contains(string(text), expected) {
			t.Errorf("%q is not in\n%s", expected, text)
		}
	}
	drawn, err := filepath.Glob(filepath.Join(filepath.Dir(path), "plots", "*.svg"))
	if err != nil || len(drawn) != 2 {
		t.Errorf("plots: %v, %v", drawn, err)
	}
}
