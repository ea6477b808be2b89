package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// A figure is one number of a run.
type figure string

// The figures of a run. Those that were not measured are missing.
const (
	rate       figure = "rows/s"
	sinkCPU    figure = "sink us/row"
	mariadbCPU figure = "MariaDB us/row"
	brokerCPU  figure = "broker us/row"
	ratio      figure = "sink/MariaDB"
	memory     figure = "peak RSS MB"
	firstRow   figure = "first row s"
	stall      figure = "longest stall s"
	steal      figure = "steal %"
)

// result is what one run has given.
type result struct {
	workload, contestant string
	figures              map[figure]float64
	failure              string // "" for a run whose rows are right
}

// once is one run from an empty or prepared table to the last row, and its check.
func (s *stack) once(ctx context.Context, w workload, c contestant, round int) result {
	res := result{workload: w.name, contestant: c.name, figures: map[figure]float64{}}
	if err := s.tryOnce(ctx, w, c, round, res.figures); err != nil {
		res.failure = err.Error()
	}
	return res
}

func (s *stack) tryOnce(ctx context.Context, w workload, c contestant, round int, figures map[figure]float64) (err error) {
	topic, err := s.topic(ctx, w.sequence)
	if err != nil {
		return err
	}
	if err := s.table(ctx, w); err != nil {
		return err
	}
	if err := quiet(ctx, s.server.Process().PID()); err != nil {
		return err
	}
	stolen, total, err := machineTime()
	if err != nil {
		return err
	}
	began := time.Now()
	r, err := c.start(ctx, s, run{workload: w, topic: topic, log: logName(w, c, round)})
	if err != nil {
		return fmt.Errorf("starting %s: %w", c.name, err)
	}
	stopped := false
	stop := func() error {
		if stopped {
			return nil
		}
		stopped = true
		return r.stop(context.WithoutCancel(ctx))
	}
	defer func() { err = errors.Join(err, stop()) }()
	t, err := s.watch(ctx, w.sequence, r)
	if err != nil {
		return err
	}
	if figures[memory], err = peakMemory(r.pids...); err != nil {
		return err
	}
	stolenThen, totalThen, err := machineTime()
	if err != nil {
		return err
	}
	t.into(figures)
	if !w.filled && !w.keeps {
		figures[firstRow] = t.first.at.Sub(began).Seconds()
	}
	figures[steal] = 100 * (stolenThen - stolen) / (totalThen - total)
	if err := r.settle(ctx); err != nil {
		return err
	}
	if err := stop(); err != nil {
		return err
	}
	return s.check(ctx, w, topic, r.deadLetters)
}

// into adds what a timeline tells.
func (t timeline) into(figures map[figure]float64) {
	rows := float64(t.to.stored - t.from.stored)
	if rows <= 0 {
		return // all was stored between two looks
	}
	each := func(a, b time.Duration) float64 { return float64((b - a).Nanoseconds()) / 1000 / rows }
	figures[rate] = rows / t.to.at.Sub(t.from.at).Seconds()
	figures[sinkCPU] = each(t.from.used.sink, t.to.used.sink)
	figures[mariadbCPU] = each(t.from.used.mariadb, t.to.used.mariadb)
	figures[brokerCPU] = each(t.from.used.broker, t.to.used.broker)
	figures[stall] = t.stall.Seconds()
	if figures[mariadbCPU] > 0 {
		figures[ratio] = figures[sinkCPU] / figures[mariadbCPU]
	}
}

var inFileName = strings.NewReplacer(" ", "-", ",", "", "/", "-", "%", "pct")

func logName(w workload, c contestant, round int) string {
	return inFileName.Replace(fmt.Sprintf("%s-%s-%d", w.name, c.name, round))
}
