package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/order-sink/order-sink/internal/lab/bench/contestant"
	"github.com/order-sink/order-sink/internal/lab/bench/measure"
	"github.com/order-sink/order-sink/internal/lab/bench/report"
	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
)

// once is one run from a prepared table to the last row, and its check.
func once(ctx context.Context, s *stack.Stack, w workload.Workload, c contestant.Contestant, round int) report.Result {
	res := report.Result{Workload: w.Name, Contestant: c.Name, Round: round, Figures: map[measure.Figure]float64{}}
	if err := tryOnce(ctx, s, w, c, round, res.Figures); err != nil {
		res.Failure = strings.Join(strings.Fields(err.Error()), " ")
	}
	return res
}

func tryOnce(ctx context.Context, s *stack.Stack, w workload.Workload, c contestant.Contestant, round int, figures map[measure.Figure]float64) error {
	if c.Prepare != nil {
		if err := c.Prepare(ctx, s); err != nil {
			return err
		}
	}
	if w.Connectors > 0 {
		return idleOnce(ctx, s, w, c, figures)
	}
	if err := s.Table(ctx, w); err != nil {
		return err
	}
	r := contestant.Run{Workload: w, Log: inFileName.Replace(fmt.Sprintf("%s-%s-%d", w.Name, c.Name, round))}
	var err error
	if r.Topic, err = s.TopicOf(ctx, w); err != nil {
		return err
	}
	if w.Again {
		before := r
		before.Log += "-before"
		if _, err := pass(ctx, s, before, c, map[measure.Figure]float64{}); err != nil {
			return fmt.Errorf("storing what is to be delivered again: %w", err)
		}
		// Its markers would be taken for those of the next pass.
		if err := s.Exec(ctx, "DELETE FROM orders WHERE "+workload.IsMarker); err != nil {
			return err
		}
	}
	if err := measure.Quiet(ctx, s.Server.Process().PID()); err != nil {
		return err
	}
	deadLetters, err := pass(ctx, s, r, c, figures)
	if err != nil {
		return err
	}
	return s.Check(ctx, w, r.Topic, deadLetters)
}

// pass is a contestant at work, from its start to its orderly end.
func pass(ctx context.Context, s *stack.Stack, r contestant.Run, c contestant.Contestant, figures map[measure.Figure]float64) (deadLetters string, err error) {
	stolen, total, err := measure.MachineTime()
	if err != nil {
		return "", err
	}
	began := time.Now()
	started, err := c.Start(ctx, s, r)
	if err != nil {
		return "", fmt.Errorf("starting %s: %w", c.Name, err)
	}
	running := true
	defer func() {
		if running {
			err = errors.Join(err, started.Stop(context.WithoutCancel(ctx)))
		}
	}()
	if err := observe(ctx, s, r, started, began, figures); err != nil {
		return "", err
	}
	stolenThen, totalThen, err := measure.MachineTime()
	if err != nil {
		return "", err
	}
	figures[measure.Steal] = 100 * (stolenThen - stolen) / (totalThen - total)
	if figures[measure.Memory], err = measure.PeakMemory(started.PIDs...); err != nil {
		return "", err
	}
	if err := started.Settle(ctx); err != nil {
		return "", err
	}
	if started.OwnFigures != nil {
		if err := started.OwnFigures(ctx, figures); err != nil {
			return "", err
		}
	}
	running = false
	return started.DeadLetters, started.Stop(ctx)
}

func observe(ctx context.Context, s *stack.Stack, r contestant.Run, started *contestant.Running, began time.Time, figures map[measure.Figure]float64) error {
	switch {
	case r.Trickle > 0:
		return measure.Trickle(ctx, s, r.Workload, r.Topic, started.Subject, figures)
	case r.Fresh:
		// Nobody reads while the topic is filled, and all begin at once.
		if err := started.Freeze(ctx); err != nil {
			return err
		}
		if err := s.Produce(ctx, r.Topic, r.Sequence); err != nil {
			return err
		}
		if err := started.Thaw(); err != nil {
			return err
		}
	}
	t, err := measure.Watch(ctx, s, r.Sequence, started.Subject)
	if err != nil {
		return err
	}
	t.Into(figures)
	if !r.Filled && !r.Again && !r.Fresh {
		figures[measure.FirstRow] = t.First.At.Sub(began).Seconds()
	}
	return nil
}

var inFileName = strings.NewReplacer(" ", "-", ",", "", "/", "-", "%", "pct")
