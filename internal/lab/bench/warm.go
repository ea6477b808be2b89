package main

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
	"github.com/order-sink/order-sink/internal/servers/kafka"
)

// warm lets the servers work before anybody is measured, or the contestant that is
// first would pay for it: a JVM compiles what it does often (the broker's first run
// took twice the CPU time a row of its later ones), and MariaDB's files grow.
func warm(ctx context.Context, s *stack.Stack) error {
	fmt.Fprintln(s.Out, "warming the servers")
	w := workload.Insert(s.Orders, 4)
	topic, err := s.TopicOf(ctx, w)
	if err != nil {
		return err
	}
	for range 3 {
		if err := readAll(ctx, s, topic); err != nil {
			return fmt.Errorf("warming Kafka: %w", err)
		}
	}
	if err := s.Table(ctx, w); err != nil {
		return err
	}
	if err := workload.Load(ctx, workload.Loader{DSN: s.Server.DSN("orders"), Connections: 4, Rows: w.Sequence}); err != nil {
		return fmt.Errorf("warming MariaDB: %w", err)
	}
	return nil
}

func readAll(ctx context.Context, s *stack.Stack, topic string) error {
	ctx, cancel := context.WithTimeout(ctx, stack.Patience)
	defer cancel()
	return kafka.Read(ctx, s.Kafka.Seeds(), topic, func(*kgo.Record) error { return nil })
}
