package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
)

// The ceiling is what MariaDB takes from a loader that has the rows in memory and
// knows no Kafka: this program, in a process of its own.
var (
	ceiling    = ceilingOf("ceiling", 4)
	ceilingOne = ceilingOf("ceiling, 1 connection", 1)
)

func ceilingOf(name string, connections int) contestant {
	return contestant{name: name, start: func(ctx context.Context, s *stack, r run) (*running, error) {
		cmd := exec.CommandContext(context.WithoutCancel(ctx), s.self, "load", "-dsn", s.server.DSN("orders"), "-connections", strconv.Itoa(connections),
			"-seed", fmt.Sprint(r.sequence.seed), "-orders", strconv.Itoa(r.sequence.orders), "-partitions", strconv.Itoa(r.sequence.partitions))
		// Not cmd.StdoutPipe, which is closed by whoever waits for the process.
		read, write, err := os.Pipe()
		if err != nil {
			return nil, fmt.Errorf("starting the loader: %w", err)
		}
		cmd.Stdout = write
		p, err := s.child(r.log, cmd)
		write.Close()
		if err != nil {
			read.Close()
			return nil, err
		}
		loaded := make(chan error, 1)
		go func() {
			defer read.Close()
			if bufio.NewScanner(read).Scan() {
				loaded <- nil
			} else {
				loaded <- errors.New("the loader ended before all was written")
			}
		}()
		started := follow(p)
		started.settle = func(ctx context.Context) error {
			select {
			case err := <-loaded:
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return started, nil
	}}
}
