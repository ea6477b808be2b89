package report

import (
	"slices"

	"golang.org/x/perf/benchmath"

	"github.com/order-sink/order-sink/internal/lab/bench/measure"
)

// spread is the median of a figure over the rounds, and how far it went.
type spread struct{ median, least, most float64 }

func spreadOf(values []float64) spread {
	sample := benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds)
	center := benchmath.AssumeNothing.Summary(sample, 0.95).Center
	return spread{center, sample.Values[0], sample.Values[len(values)-1]}
}

// row is what all rounds of one contestant in one workload have given.
type row struct {
	workload, contestant string
	figures              map[measure.Figure]spread
	runs, failures       int
}

// summary is the rows in the order in which they were first run.
type summary []row

func summarize(results []Result) (s summary) {
	values := map[string]map[measure.Figure][]float64{}
	for _, r := range results {
		key := r.Workload + "/" + r.Contestant
		i := slices.IndexFunc(s, func(known row) bool { return known.workload == r.Workload && known.contestant == r.Contestant })
		if i < 0 {
			i, s = len(s), append(s, row{workload: r.Workload, contestant: r.Contestant, figures: map[measure.Figure]spread{}})
			values[key] = map[measure.Figure][]float64{}
		}
		s[i].runs++
		if r.Failure != "" { // a fast wrong answer is no answer
			s[i].failures++
			continue
		}
		for name, value := range r.Figures {
			values[key][name] = append(values[key][name], value)
			s[i].figures[name] = spreadOf(values[key][name])
		}
	}
	return s
}

// median of a figure; there is none where it was not run, or has only failed.
func (s summary) median(workload, contestant string, f measure.Figure) (float64, bool) {
	for _, r := range s {
		if r.workload == workload && r.contestant == contestant {
			found, there := r.figures[f]
			return found.median, there
		}
	}
	return 0, false
}
