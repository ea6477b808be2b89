package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// measure runs the plan on servers of its own.
func measure(ctx context.Context, o options, out io.Writer) (err error) {
	matches, err := plan(o)
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
	s := &stack{root: o.root, dir: o.dir, binary: o.binary, self: self, orders: o.orders, profiled: o.profile, mariadb: strings.Fields(o.mariadb), out: out}
	defer func() { err = errors.Join(err, s.stop()) }()
	if err := s.start(ctx); err != nil {
		return err
	}
	if err := s.warm(ctx); err != nil {
		return err
	}
	began := time.Now()
	results, err := s.rounds(ctx, matches, o.rounds)
	if err != nil {
		return err
	}
	if err := s.report(ctx, o, results, began); err != nil {
		return err
	}
	failed := 0
	for _, r := range results {
		if r.failure != "" {
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d runs have failed; the logs are in %s", failed, len(results), s.dir)
	}
	return nil
}

// rounds lets the contestants of a workload take turns, so that a slow hour of the
// machine is everybody's.
func (s *stack) rounds(ctx context.Context, matches []match, rounds int) (results []result, err error) {
	for round := 1; round <= rounds; round++ {
		for _, m := range matches {
			if m.rounds > 0 && round > m.rounds {
				continue
			}
			for _, c := range m.contestants {
				res := s.once(ctx, m.workload, c, round)
				if ctx.Err() != nil {
					return nil, ctx.Err()
				}
				fmt.Fprintln(s.out, res.line())
				results = append(results, res)
			}
		}
	}
	return results, nil
}
