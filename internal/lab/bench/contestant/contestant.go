// Package contestant runs what the benchmark compares: order-sink, Kafka Connect, stock
// Redpanda Connect, and a loader that knows no Kafka.
package contestant

import (
	"context"
	"errors"
	"os/exec"
	"time"

	"github.com/order-sink/order-sink/internal/lab/bench/measure"
	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
	"github.com/order-sink/order-sink/internal/servers/process"
)

// Contestant is one way from a topic (or from memory) into the table.
type Contestant struct {
	Name string
	// Prepare, nil for none, is what is no part of a run.
	Prepare func(ctx context.Context, s *stack.Stack) error
	// Start begins with the orders of the topic. It returns at once: what a start
	// takes is a part of what is measured.
	Start func(ctx context.Context, s *stack.Stack, r Run) (*Running, error)
	// Idle, nil for none, starts a worker in a group, for a workload of idle connectors. A
	// worker of the same group knows the connectors of an earlier one.
	Idle func(ctx context.Context, s *stack.Stack, group string) (*IdleWorker, error)
}

// Run is what a contestant is told of one run.
type Run struct {
	workload.Workload
	Topic string // several topics have commas between their names
	Log   string // the name of its log
}

// Running is a contestant at work.
type Running struct {
	measure.Subject
	// Settle waits until all that it has read is stored.
	Settle func(ctx context.Context) error
	Stop   func(ctx context.Context) error
	// OwnFigures, nil for none, asks the contestant for its own figures, before its end.
	OwnFigures func(ctx context.Context, figures map[measure.Figure]float64) error
	// Freeze waits until it is ready and stops it, Thaw lets it go on; nil where a
	// workload that needs them is not for it.
	Freeze func(ctx context.Context) error
	Thaw   func() error
	// DeadLetters is the topic of what it has refused, "" for none.
	DeadLetters string
}

// settled is for who stores the orders of a partition in their order, a batch in
// one statement: with the last marker, all is stored.
func settled(context.Context) error { return nil }

// Follow makes a contestant of processes.
func Follow(processes ...*process.Process) *Running {
	ended := make(chan error, len(processes))
	r := &Running{Subject: measure.Subject{Ended: ended}, Settle: settled}
	for _, p := range processes {
		r.PIDs = append(r.PIDs, p.PID())
		go func() {
			<-p.Done()
			ended <- p.Exit()
		}()
	}
	r.Stop = func(context.Context) (err error) {
		for _, p := range processes {
			err = errors.Join(err, p.Stop(time.Minute))
		}
		return err
	}
	return r
}

// Child runs a command whose output goes to the log of a run.
func Child(s *stack.Stack, name string, cmd *exec.Cmd) (*process.Process, error) {
	log, err := s.Log(name)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	if cmd.Stdout == nil {
		cmd.Stdout = log
	}
	cmd.Stderr = log
	return process.Start(cmd)
}
