// Package plan says which contestants compete in which workload.
package plan

import (
	"regexp"
	"time"

	"github.com/order-sink/order-sink/internal/lab/bench/contestant"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
)

// Match is a workload and who competes in it.
type Match struct {
	workload.Workload
	Contestants []contestant.Contestant
	Rounds      int // at most; 0 for all
}

// Choose keeps the contestants of a plan whose "workload/contestant" matches run.
func Choose(all []Match, run string) (matches []Match, err error) {
	only, err := regexp.Compile(run)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		var chosen []contestant.Contestant
		for _, c := range m.Contestants {
			if only.MatchString(m.Name + "/" + c.Name) {
				chosen = append(chosen, c)
			}
		}
		if m.Contestants = chosen; len(chosen) > 0 {
			matches = append(matches, m)
		}
	}
	return matches, nil
}

// Quick is what a quick bench runs, in this order in each round.
func Quick(n int) []Match {
	three := []contestant.Contestant{contestant.OrderSink, contestant.StockTuned, contestant.Ceiling}
	return []Match{
		{Workload: workload.Insert(n, 4), Contestants: three},
		{Workload: workload.Update(n), Contestants: three},
		{Workload: workload.Insert(n, 1), Contestants: three},
	}
}

// Full is what a bench runs, with topics of n orders.
func Full(n int, trickle time.Duration) []Match {
	alone := []contestant.Contestant{contestant.OrderSink}
	tuned := []contestant.Contestant{contestant.OrderSink, contestant.StockTuned, contestant.ConnectTuned, contestant.Ceiling}
	return []Match{
		{Workload: workload.Insert(n, 4), Contestants: []contestant.Contestant{contestant.OrderSink, contestant.OrderSinkGeneral, contestant.StockDefault, contestant.StockTuned, contestant.ConnectDefault, contestant.ConnectTuned, contestant.Ceiling, contestant.CeilingOne}},
		{Workload: workload.Update(n), Contestants: tuned},
		{Workload: workload.Redelivery(n), Contestants: alone},
		{Workload: workload.Insert(n, 1), Contestants: tuned},
		{Workload: workload.Insert(n, 12), Contestants: tuned},
		{Workload: workload.Refused(n, 1000), Contestants: alone},
		{Workload: workload.Refused(n, 100), Contestants: alone},
		{Workload: workload.RefusedBefore(n, 1000), Contestants: alone},
		{Workload: workload.RefusedBefore(n, 100), Contestants: alone},
		{Workload: workload.Wide(min(n, 200_000)), Contestants: tuned[:3]},
		{Workload: workload.Tables(n, 12), Contestants: tuned[:3]},
		{Workload: workload.Tables(n, 50), Contestants: alone},
		{Workload: workload.Changes(min(n, 200_000)), Contestants: []contestant.Contestant{contestant.OrderSink, contestant.ConnectTuned}},
		{Workload: workload.Unwrapped(min(n, 200_000)), Contestants: []contestant.Contestant{contestant.OrderSink, contestant.ConnectTuned}},
		{Workload: workload.AvroOrders(n), Contestants: []contestant.Contestant{contestant.OrderSink, contestant.ConnectTuned}},
		{Workload: workload.Connector(n), Contestants: []contestant.Contestant{contestant.OrderSinkImported, contestant.OrderSinkWorker, contestant.ConnectTuned}},
		{Workload: workload.Idle(50), Contestants: []contestant.Contestant{contestant.OrderSinkWorker, contestant.ConnectIdle}},
		{Workload: workload.Slow(trickle), Contestants: []contestant.Contestant{contestant.OrderSink, contestant.StockDefault, contestant.StockTuned, contestant.ConnectDefault, contestant.ConnectTuned}},
		// A topic that is filled while its sinks are frozen, for less than their session.
		{Workload: workload.Shared(min(n, 300_000)), Contestants: []contestant.Contestant{contestant.OrderSink, contestant.OrderSinks(2), contestant.OrderSinks(3)}},
		{Workload: workload.SharedFar(min(n, 300_000)), Contestants: []contestant.Contestant{contestant.OrderSink, contestant.OrderSinks(2), contestant.OrderSinks(3)}},
		// Each of these takes minutes to fill.
		{Workload: workload.Grown(min(n, 200_000), workload.Small), Contestants: []contestant.Contestant{contestant.OrderSink, contestant.Ceiling}, Rounds: 1},
		{Workload: workload.Grown(min(n, 200_000), workload.Middle), Contestants: []contestant.Contestant{contestant.OrderSink, contestant.Ceiling}, Rounds: 1},
		{Workload: workload.Grown(min(n, 200_000), workload.Large), Contestants: []contestant.Contestant{contestant.OrderSink, contestant.Ceiling}, Rounds: 1},
		{Workload: workload.Insert(n, 4), Contestants: []contestant.Contestant{contestant.ConnectCold}, Rounds: 1},
	}
}
