package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/order-sink/order-sink/internal/lab/bench/contestant"
	"github.com/order-sink/order-sink/internal/lab/bench/measure"
	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
	"github.com/order-sink/order-sink/internal/lab/connect/idle"
	"github.com/order-sink/order-sink/internal/servers/eventually"
)

// idleFor is how long idle connectors are watched.
const idleFor = 10 * time.Second

// idleOnce measures a worker whose connectors have stored an order each. It starts the worker
// again, because a worker of production starts with the connectors that it has.
func idleOnce(ctx context.Context, s *stack.Stack, w workload.Workload, c contestant.Contestant, figures map[measure.Figure]float64) (err error) {
	// A worker of either kind needs more connections than the default of 151.
	if err := allowConnections(ctx, s, "1000"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, allowConnections(context.WithoutCancel(ctx), s, "DEFAULT")) }()
	if err := s.Exec(ctx, "CREATE OR REPLACE DATABASE idle"); err != nil {
		return err
	}
	name := s.Name("idle")
	f := idle.Fleet{Size: w.Connectors, Prefix: strings.ReplaceAll(name, "-", "_"), Broker: s.Kafka, DSN: s.Server.DSN("idle")}
	if err := f.Prepare(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 4*stack.Patience)
	defer cancel()
	first, err := c.Idle(ctx, s, name)
	if err != nil {
		return err
	}
	err = errors.Join(f.Create(ctx, first.Address), first.Stop())
	if err != nil {
		return err
	}
	began := time.Now()
	worker, err := c.Idle(ctx, s, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, worker.Stop()) }()
	err = eventually.Until(ctx, "the worker is ready", func(ctx context.Context) error { return f.Ready(ctx, worker.Address) })
	if err != nil {
		return err
	}
	figures[measure.Ready] = time.Since(began).Seconds()
	if err := f.AwaitRunning(ctx, worker.Address); err != nil {
		return err
	}
	if err := f.AwaitGroups(ctx); err != nil {
		return err
	}
	return measure.Idle(ctx, s, worker.PID, idleFor, figures)
}

func allowConnections(ctx context.Context, s *stack.Stack, most string) error {
	admin, err := sql.Open("mysql", s.Server.AdminDSN(""))
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	defer admin.Close()
	if _, err := admin.ExecContext(ctx, "SET GLOBAL max_connections = "+most); err != nil {
		return fmt.Errorf("allowing connections: %w", err)
	}
	return nil
}
