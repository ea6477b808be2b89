// Command quickstart shows order-sink at work: it starts what is missing and
// only that (a private MariaDB below .run/, Kafka in memory), runs the shipped
// pipelines with the real binary, sends three orders, prints their rows, and
// stays until Ctrl-C. Then it stops what it started and nothing else.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	stack := &stack{dir: ".run"}
	// What was started is stopped in the opposite order, whatever happens.
	defer func() { err = errors.Join(err, stack.stop()) }()

	began := time.Now()
	for _, step := range []func(context.Context) error{
		stack.startMariaDB, stack.startKafka, stack.startSink, stack.sendOrders,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if err := stack.show(ctx, time.Since(began)); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		fmt.Println("\nStopping.")
		return nil
	case <-stack.sink.Done():
		return fmt.Errorf("order-sink ended by itself: %w; its log is %s", stack.sink.Err(), stack.log())
	}
}
