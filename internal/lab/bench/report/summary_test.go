package report

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/lab/bench/contestant"
	"github.com/order-sink/order-sink/internal/lab/bench/measure"
	"github.com/order-sink/order-sink/internal/lab/bench/plan"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
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

// A failed run is counted, and its figures are not.
func TestSummaryLeavesOutFailedRuns(t *testing.T) {
	s := summarize([]Result{
		{Workload: "insert", Contestant: "a", Figures: map[measure.Figure]float64{measure.Rate: 10}},
		{Workload: "insert", Contestant: "b", Figures: map[measure.Figure]float64{measure.Rate: 30}},
		{Workload: "insert", Contestant: "a", Figures: map[measure.Figure]float64{measure.Rate: 1000}, Failure: "wrong rows"},
		{Workload: "insert", Contestant: "a", Figures: map[measure.Figure]float64{measure.Rate: 20}},
		{Workload: "update", Contestant: "a", Figures: map[measure.Figure]float64{measure.Rate: 5}, Failure: "it ended"},
	})
	if got, there := s.median("insert", "a", measure.Rate); got != 15 || !there {
		t.Errorf("median %v, %v; expected 15", got, there)
	}
	if len(s) != 3 || s[0].runs != 3 || s[0].failures != 1 {
		t.Errorf("got %+v", s)
	}
	if _, there := s.median("update", "a", measure.Rate); there {
		t.Error("a contestant that has only failed has a median")
	}
}

// What every goal compares is in the full plan, under the names that it looks for.
func TestThePlanMeasuresEveryGoal(t *testing.T) {
	var results []Result
	for _, m := range plan.Full(500_000, 30*time.Second) {
		for _, c := range m.Contestants {
			one := Result{Workload: m.Name, Contestant: c.Name, Figures: map[measure.Figure]float64{}}
			for _, f := range slices.Concat(measure.AtFullSpeed, measure.OfTrickle, measure.OfIdle) {
				one.Figures[f] = 1
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
		if curves := g.curves(summarize(results), measure.Rate); len(curves) == 0 || len(curves[0].points) != 3 || curves[0].contestant != own {
			t.Errorf("%s: %v", g.name, curves)
		}
	}
}

func TestGoals(t *testing.T) {
	figures := func(r float64) map[measure.Figure]float64 { return map[measure.Figure]float64{measure.Rate: r} }
	s := summarize([]Result{
		{Workload: ofInsert, Contestant: own, Figures: figures(100)},
		{Workload: ofInsert, Contestant: contestant.StockTuned.Name, Figures: figures(40)},
		{Workload: ofInsert, Contestant: contestant.ConnectTunedName, Figures: figures(50)},
		{Workload: workload.Slow(0).Name, Contestant: own, Figures: map[measure.Figure]float64{measure.P99: 10}},
		{Workload: workload.Slow(0).Name, Contestant: "a", Figures: map[measure.Figure]float64{measure.P99: 40}},
		{Workload: workload.Slow(0).Name, Contestant: "b", Figures: map[measure.Figure]float64{measure.P99: 20}},
	})
	if got, there := against(measure.Rate, ofInsert, tunedPeers...)(s); got != 2 || !there {
		t.Errorf("against the fastest: %v, %v", got, there)
	}
	if got, there := against(measure.Rate, ofInsert, defaultPeers...)(s); there {
		t.Errorf("against peers that were not run: %v", got)
	}
	if got, there := lowest(measure.P99, workload.Slow(0).Name)(s); got != 0.5 || !there {
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
		if got := c.answer(c.value); got != c.expected {
			t.Errorf("%v of %+v: %q, expected %q", c.value, c.goal, got, c.expected)
		}
	}
}

func TestResultsAreAppended(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results.md")
	at := time.Date(2026, 11, 25, 1, 2, 3, 0, time.UTC)
	for _, commit := range []string{"aaaaaaa", "bbbbbbb" + dirty} {
		r := Report{Command: "bin/bench", Rounds: 2, Orders: 7, Machine: machine{commit: commit, cores: 2}, Began: at, Results: []Result{
			{Workload: ofInsert, Contestant: own, Round: 1, Figures: map[measure.Figure]float64{measure.Rate: 90_000.4, measure.Steal: 3}},
			{Workload: ofInsert, Contestant: own, Round: 2, Figures: map[measure.Figure]float64{measure.Rate: 110_000.4, measure.Steal: 5}},
			{Workload: ofUpdate, Contestant: own, Round: 1, Failure: "1 wrong"},
			{Workload: "insert, 1 partition", Contestant: own, Round: 1, Figures: map[measure.Figure]float64{measure.Rate: 50_000}},
		}}
		if err := r.Append(path); err != nil {
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
