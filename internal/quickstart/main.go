// Command quickstart shows order-sink at work: it starts what is missing and
// only that (a private MariaDB below .run/, Kafka in memory), runs the shipped
// pipelines with the real binary, sends three orders, prints their rows, and
// stays until Ctrl-C. Then it stops what it started and nothing else. Before it
// uses servers that the environment names, it asks for confirmation.
//
// With -demo it runs the whole shop of pipelines/shop, on servers of its own
// whatever the environment says, and tells its story.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

func main() {
	stack := &stack{}
	flag.StringVar(&stack.dir, "dir", ".run", "where the private MariaDB keeps its data, and the logs go")
	flag.StringVar(&stack.binary, "binary", filepath.Join("bin", "order-sink"), "the order-sink to run")
	demo := flag.Bool("demo", false, "run the whole shop and tell its story")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C ends it at once, and with it what it started.
	context.AfterFunc(ctx, stop)
	err := run(ctx, stack, *demo)
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, stack *stack, demo bool) (err error) {
	// What was started is stopped in the opposite order, whatever happens.
	defer func() { err = errors.Join(err, stack.stop()) }()

	if !demo { // the demo uses no servers but its own
		if err := confirm(ctx); err != nil {
			return err
		}
	}
	if err := stack.lock(); err != nil {
		return err
	}
	began := time.Now()
	steps := []func(context.Context) error{
		stack.startMariaDB, stack.startKafka, stack.startSink, stack.sendOrders,
		func(ctx context.Context) error { return stack.show(ctx, time.Since(began)) },
	}
	if demo {
		shop := &shop{stack: stack}
		steps = []func(context.Context) error{
			shop.startMariaDB, stack.startMemory, shop.start, shop.tell,
		}
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	select {
	case <-ctx.Done():
		fmt.Println("\nStopping.")
		return nil
	case <-stack.sink.Done():
		return fmt.Errorf("order-sink ended by itself: %w; its log is %s", stack.sink.Exit(), stack.log())
	case <-stack.mariadbDone:
		return fmt.Errorf("MariaDB ended by itself; its log is in %s", stack.dir)
	}
}
