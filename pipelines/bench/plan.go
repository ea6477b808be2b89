package main

import "regexp"

// match is a workload and who competes in it.
type match struct {
	workload
	contestants []contestant
}

// plan is what a bench runs, in this order in each round.
func plan(o options) (matches []match, err error) {
	only, err := regexp.Compile(o.run)
	if err != nil {
		return nil, err
	}
	all := fullPlan(o.orders)
	if o.quick {
		all = quickPlan(o.orders)
	}
	for _, m := range all {
		var chosen []contestant
		for _, c := range m.contestants {
			if only.MatchString(m.name + "/" + c.name) {
				chosen = append(chosen, c)
			}
		}
		if m.contestants = chosen; len(chosen) > 0 {
			matches = append(matches, m)
		}
	}
	return matches, nil
}

// The workloads of one topic have the same orders.
func insert(n int) workload {
	return workload{name: "insert", sequence: newSequence(1, n, 4)}
}

func update(n int) workload {
	return workload{name: "update", sequence: newSequence(1, n, 4), filled: true}
}

func onePartition(n int) workload {
	return workload{name: "insert, 1 partition", sequence: newSequence(1, n, 1)}
}

func quickPlan(n int) []match {
	three := []contestant{orderSink, stockTuned, ceiling}
	return []match{
		{insert(n), three},
		{update(n), three},
		{onePartition(n), three},
	}
}

func fullPlan(n int) []match {
	return []match{
		{insert(n), []contestant{orderSink, stockDefault, stockTuned, ceiling, ceilingOne}},
		{update(n), []contestant{orderSink, stockTuned, ceiling}},
		{onePartition(n), []contestant{orderSink, stockTuned, ceiling}},
	}
}
