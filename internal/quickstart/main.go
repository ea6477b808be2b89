// Command quickstart shows order-sink at work. It starts the servers that are missing (a
// private MariaDB below .run/, Kafka in memory) and runs the shipped pipelines with the
// real binary. It sends three orders, prints their rows, and runs until Ctrl-C. Then it
// stops only the processes that it started. Before it uses servers that the environment
// names, it asks for confirmation.
//
// With -demo it runs the whole shop of pipelines/shop and prints a guided tour. With -connect
// it runs a worker with Kafka Connect's REST API, and creates a connector there. Both always
// use their own servers, even if the environment names others.
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
	flag.StringVar(&stack.dir, "dir", ".run", "the directory for the data of the private MariaDB and for the logs")
	flag.StringVar(&stack.binary, "binary", filepath.Join("bin", "order-sink"), "the order-sink binary to run")
	demo := flag.Bool("demo", false, "run the whole shop and print a guided tour")
	connect := flag.Bool("connect", false, "run a worker with Kafka Connect's REST API and create a connector")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second Ctrl-C ends the quick start and its children at once.
	context.AfterFunc(ctx, stop)
	err := run(ctx, stack, *demo, *connect)
	stop()
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, stack *stack, demo, connect bool) (err error) {
	// Even after an error, the processes stop in the reverse order of their start.
	defer func() { err = errors.Join(err, stack.stop()) }()

	if !demo && !connect { // these use no servers but their own
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
			shop.startMariaDB, stack.startMemory, shop.start, shop.tour,
		}
	}
	if connect {
		w := &connectWorker{stack: stack}
		steps = []func(context.Context) error{
			func(context.Context) error { return forgetVariables() },
			stack.startOwnMariaDB, stack.startMemory, w.start, w.create, stack.sendOrders,
			func(ctx context.Context) error { return w.show(ctx, time.Since(began)) },
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
		return fmt.Errorf("order-sink ended unexpectedly: %w; its log is %s", stack.sink.Exit(), stack.log())
	case <-stack.mariadbDone:
		return fmt.Errorf("MariaDB ended unexpectedly; its log is in %s", stack.dir)
	}
}
