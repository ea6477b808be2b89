package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// once is one run from a prepared table to the last row, and its check.
func (s *stack) once(ctx context.Context, w workload, c contestant, round int) result {
	res := result{workload: w.name, contestant: c.name, round: round, figures: map[figure]float64{}}
	if err := s.tryOnce(ctx, w, c, round, res.figures); err != nil {
		res.failure = strings.Join(strings.Fields(err.Error()), " ")
	}
	return res
}

func (s *stack) tryOnce(ctx context.Context, w workload, c contestant, round int, figures map[figure]float64) error {
	if c.prepare != nil {
		if err := c.prepare(s, ctx); err != nil {
			return err
		}
	}
	if err := s.table(ctx, w); err != nil {
		return err
	}
	r := run{workload: w, log: inFileName.Replace(fmt.Sprintf("%s-%s-%d", w.name, c.name, round))}
	var err error
	if r.topic, err = s.topicOf(ctx, w); err != nil {
		return err
	}
	if w.again {
		before := r
		before.log += "-before"
		if _, err := s.pass(ctx, before, c, map[figure]float64{}); err != nil {
			return fmt.Errorf("storing what is to be delivered again: %w", err)
		}
		// Its markers would be taken for those of the next pass.
		if err := s.exec(ctx, "DELETE FROM orders WHERE "+isMarker); err != nil {
			return err
		}
	}
	if err := quiet(ctx, s.server.Process().PID()); err != nil {
		return err
	}
	deadLetters, err := s.pass(ctx, r, c, figures)
	if err != nil {
		return err
	}
	return s.check(ctx, w, r.topic, deadLetters)
}

// pass is a contestant at work, from its start to its orderly end.
func (s *stack) pass(ctx context.Context, r run, c contestant, figures map[figure]float64) (deadLetters string, err error) {
	stolen, total, err := machineTime()
	if err != nil {
		return "", err
	}
	began := time.Now()
	started, err := c.start(ctx, s, r)
	if err != nil {
		return "", fmt.Errorf("starting %s: %w", c.name, err)
	}
	running := true
	defer func() {
		if running {
			err = errors.Join(err, started.stop(context.WithoutCancel(ctx)))
		}
	}()
	if err := s.measure(ctx, r, started, began, figures); err != nil {
		return "", err
	}
	stolenThen, totalThen, err := machineTime()
	if err != nil {
		return "", err
	}
	figures[steal] = 100 * (stolenThen - stolen) / (totalThen - total)
	if figures[memory], err = peakMemory(started.pids...); err != nil {
		return "", err
	}
	if err := started.settle(ctx); err != nil {
		return "", err
	}
	if started.confess != nil {
		if err := started.confess(ctx, figures); err != nil {
			return "", err
		}
	}
	running = false
	return started.deadLetters, started.stop(ctx)
}

func (s *stack) measure(ctx context.Context, r run, started *running, began time.Time, figures map[figure]float64) error {
	switch {
	case r.trickle > 0:
		return s.trickle(ctx, r, started, figures)
	case r.fresh:
		// Nobody reads while the topic is filled, and all begin at once.
		if err := started.freeze(ctx); err != nil {
			return err
		}
		if err := s.produce(ctx, r.topic, r.sequence); err != nil {
			return err
		}
		if err := started.thaw(); err != nil {
			return err
		}
	}
	t, err := s.watch(ctx, r.sequence, started)
	if err != nil {
		return err
	}
	t.into(figures)
	if !r.filled && !r.again && !r.fresh {
		figures[firstRow] = t.first.at.Sub(began).Seconds()
	}
	return nil
}

// into adds what a timeline tells.
func (t timeline) into(figures map[figure]float64) {
	rows := float64(t.to.stored - t.from.stored)
	if rows <= 0 {
		return // all was stored between two looks
	}
	figures[rate] = rows / t.to.at.Sub(t.from.at).Seconds()
	figures[stall] = t.stall.Seconds()
	t.to.used.since(t.from.used).into(figures, rows)
}

func (u usage) into(figures map[figure]float64, rows float64) {
	figures[sinkCPU] = float64(u.sink.Microseconds()) / rows
	figures[mariadbCPU] = float64(u.mariadb.Microseconds()) / rows
	figures[brokerCPU] = float64(u.broker.Microseconds()) / rows
	if u.mariadb > 0 {
		figures[ratio] = float64(u.sink) / float64(u.mariadb)
	}
}

func (u usage) since(before usage) usage {
	return usage{u.sink - before.sink, u.mariadb - before.mariadb, u.broker - before.broker}
}

var inFileName = strings.NewReplacer(" ", "-", ",", "", "/", "-", "%", "pct")
