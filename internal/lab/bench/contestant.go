package main

import (
	"context"
	"errors"
	"os/exec"
	"time"

	"github.com/order-sink/order-sink/internal/servers/process"
)

// contestant is one way from a topic (or from memory) into the table.
type contestant struct {
	name string
	// prepare, nil for none, is what is no part of a run.
	prepare func(s *stack, ctx context.Context) error
	// start begins with the orders of the topic. It returns at once: what a start
	// takes is a part of what is measured.
	start func(ctx context.Context, s *stack, r run) (*running, error)
}

// run is what a contestant is told of one run.
type run struct {
	workload
	topic string
	log   string // the name of its log
}

// running is a contestant at work.
type running struct {
	pids  []int
	ended <-chan error // what it ended with by itself, which it should not
	// settle waits until all that it has read is stored.
	settle func(ctx context.Context) error
	stop   func(ctx context.Context) error
	// confess, nil for none, asks it for figures of its own, before its end.
	confess func(ctx context.Context, figures map[figure]float64) error
	// freeze waits until it is ready and stops it, thaw lets it go on; nil where a
	// workload that needs them is not for it.
	freeze func(ctx context.Context) error
	thaw   func() error
	// deadLetters is the topic of what it has refused, "" for none.
	deadLetters string
}

// settled is for who stores the orders of a partition in their order, a batch in
// one statement: with the last marker, all is stored.
func settled(context.Context) error { return nil }

// follow makes a contestant of processes.
func follow(processes ...*process.Process) *running {
	ended := make(chan error, len(processes))
	r := &running{ended: ended, settle: settled}
	for _, p := range processes {
		r.pids = append(r.pids, p.PID())
		go func() {
			<-p.Done()
			ended <- p.Exit()
		}()
	}
	r.stop = func(context.Context) (err error) {
		for _, p := range processes {
			err = errors.Join(err, p.Stop(time.Minute))
		}
		return err
	}
	return r
}

// child runs a command whose output goes to the log of a run.
func (s *stack) child(name string, cmd *exec.Cmd) (*process.Process, error) {
	log, err := s.log(name)
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
