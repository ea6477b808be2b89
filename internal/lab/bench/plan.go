package main

import "regexp"

// match is a workload and who competes in it.
type match struct {
	workload
	contestants []contestant
	rounds      int // at most; 0 for all
}

// plan is what a bench runs, in this order in each round.
func plan(o options) (matches []match, err error) {
	only, err := regexp.Compile(o.run)
	if err != nil {
		return nil, err
	}
	all := fullPlan(o)
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

func quickPlan(n int) []match {
	three := []contestant{orderSink, stockTuned, ceiling}
	return []match{
		{workload: insert(n, 4), contestants: three},
		{workload: update(n), contestants: three},
		{workload: insert(n, 1), contestants: three},
	}
}

// Tables that grow, in rows that are there before the run.
const small, middle, large = 100_000, 1_000_000, 10_000_000

func fullPlan(o options) []match {
	n, alone := o.orders, []contestant{orderSink}
	tuned := []contestant{orderSink, stockTuned, connectTuned, ceiling}
	return []match{
		{workload: insert(n, 4), contestants: []contestant{orderSink, stockDefault, stockTuned, connectDefault, connectTuned, ceiling, ceilingOne}},
		{workload: update(n), contestants: tuned},
		{workload: redelivery(n), contestants: alone},
		{workload: insert(n, 1), contestants: tuned},
		{workload: insert(n, 12), contestants: tuned},
		{workload: refused(n, 1000), contestants: alone},
		{workload: refused(n, 100), contestants: alone},
		{workload: refusedBefore(n, 1000), contestants: alone},
		{workload: refusedBefore(n, 100), contestants: alone},
		{workload: wide(min(n, 200_000)), contestants: tuned[:3]},
		{workload: slow(o.trickle), contestants: []contestant{orderSink, stockDefault, stockTuned, connectDefault, connectTuned}},
		// A topic that is filled while its sinks are frozen, for less than their session.
		{workload: shared(min(n, 300_000)), contestants: []contestant{orderSink, orderSinks(2), orderSinks(3)}},
		{workload: sharedFar(min(n, 300_000)), contestants: []contestant{orderSink, orderSinks(2), orderSinks(3)}},
		// Each of these takes minutes to fill.
		{workload: grown(min(n, 200_000), small), contestants: []contestant{orderSink, ceiling}, rounds: 1},
		{workload: grown(min(n, 200_000), middle), contestants: []contestant{orderSink, ceiling}, rounds: 1},
		{workload: grown(min(n, 200_000), large), contestants: []contestant{orderSink, ceiling}, rounds: 1},
		{workload: insert(n, 4), contestants: []contestant{connectCold}, rounds: 1},
	}
}
