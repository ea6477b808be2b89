package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/order-sink/order-sink/internal/lab/bench/plan"
	"github.com/order-sink/order-sink/internal/lab/bench/report"
	"github.com/order-sink/order-sink/internal/lab/bench/stack"
)

// bench runs the plan on servers of its own.
func bench(ctx context.Context, o options, out io.Writer) (err error) {
	all := plan.Full(o.orders, o.trickle)
	if o.quick {
		all = plan.Quick(o.orders)
	}
	matches, err := plan.Choose(all, o.run)
	if err != nil {
		return err
	}
	if len(matches) == 0 {
		return errors.New("-run matches nothing")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	s := &stack.Stack{Root: o.root, Dir: o.dir, Binary: o.binary, Self: self, Orders: o.orders, Profiled: o.profile, Options: strings.Fields(o.mariadb), Out: out}
	defer func() { err = errors.Join(err, s.Stop()) }()
	if err := s.Start(ctx); err != nil {
		return err
	}
	if err := warm(ctx, s); err != nil {
		return err
	}
	began := time.Now()
	results, err := runRounds(ctx, s, matches, o.rounds)
	if err != nil {
		return err
	}
	if err := writeReport(ctx, s, o, results, began); err != nil {
		return err
	}
	failed := 0
	for _, r := range results {
		if r.Failure != "" {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d runs have failed; the logs are in %s", failed, len(results), s.Dir)
	}
	return nil
}

// runRounds lets the contestants of a workload take turns, so that a slow hour of the
// machine is everybody's.
func runRounds(ctx context.Context, s *stack.Stack, matches []plan.Match, rounds int) (results []report.Result, err error) {
	for round := 1; round <= rounds; round++ {
		for _, m := range matches {
			if m.Rounds > 0 && round > m.Rounds {
				continue
			}
			if results, err = runRound(ctx, s, m, round, results); err != nil {
				return nil, err
			}
		}
	}
	return results, nil
}

// runRound runs each contestant of a workload once.
func runRound(ctx context.Context, s *stack.Stack, m plan.Match, round int, results []report.Result) ([]report.Result, error) {
	for _, c := range m.Contestants {
		res := once(ctx, s, m.Workload, c, round)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		fmt.Fprintln(s.Out, res.Line())
		results = append(results, res)
	}
	return results, nil
}

// writeReport prints the results, and appends them where the options say so.
func writeReport(ctx context.Context, s *stack.Stack, o options, results []report.Result, began time.Time) error {
	r := report.Report{Command: o.command, Rounds: o.rounds, Orders: o.orders, Results: results, Began: began, Took: time.Since(began)}
	var err error
	if r.Machine, err = report.DescribeMachine(ctx, s); err != nil {
		return err
	}
	fmt.Fprintln(s.Out)
	r.Write(s.Out, nil)
	if o.results == "" {
		return nil
	}
	return r.Append(o.results)
}
