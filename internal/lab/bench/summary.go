package main

import (
	"cmp"
	"math"
	"slices"
)

// spread is the median of a figure over the rounds, and how far it went.
type spread struct{ median, least, most float64 }

func spreadOf(values []float64) spread {
	values = slices.Sorted(slices.Values(values))
	n := len(values)
	return spread{(values[(n-1)/2] + values[n/2]) / 2, values[0], values[n-1]}
}

// percentile is the smallest value that so many of a hundred do not exceed.
func percentile[T cmp.Ordered](sorted []T, percent float64) T {
	n := float64(len(sorted))
	return sorted[max(0, min(len(sorted)-1, int(math.Ceil(n*percent/100))-1))]
}

// row is what all rounds of one contestant in one workload have given.
type row struct {
	workload, contestant string
	figures              map[figure]spread
	runs, failures       int
}

// summary is the rows in the order in which they were first run.
type summary []row

func summarize(results []result) (s summary) {
	values := map[string]map[figure][]float64{}
	for _, r := range results {
		key := r.workload + "/" + r.contestant
		i := slices.IndexFunc(s, func(known row) bool { return known.workload == r.workload && known.contestant == r.contestant })
		if i < 0 {
			i, s = len(s), append(s, row{workload: r.workload, contestant: r.contestant, figures: map[figure]spread{}})
			values[key] = map[figure][]float64{}
		}
		s[i].runs++
		if r.failure != "" { // a fast wrong answer is no answer
			s[i].failures++
			continue
		}
		for name, value := range r.figures {
			values[key][name] = append(values[key][name], value)
			s[i].figures[name] = spreadOf(values[key][name])
		}
	}
	return s
}

// median of a figure; there is none where it was not run, or has only failed.
func (s summary) median(workload, contestant string, f figure) (float64, bool) {
	for _, r := range s {
		if r.workload == workload && r.contestant == contestant {
			found, there := r.figures[f]
			return found.median, there
		}
	}
	return 0, false
}
