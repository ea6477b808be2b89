package contestant

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"

	"github.com/order-sink/order-sink/internal/lab/bench/stack"
)

// The ceiling is what MariaDB takes from a loader that has the rows in memory and
// knows no Kafka: this program, in a process of its own.
var (
	Ceiling    = ceilingOf("ceiling", 4)
	CeilingOne = ceilingOf("ceiling, 1 connection", 1)
)

func ceilingOf(name string, connections int) Contestant {
	return Contestant{Name: name, Start: func(ctx context.Context, s *stack.Stack, r Run) (*Running, error) {
		cmd := exec.CommandContext(context.WithoutCancel(ctx), s.Self, "load", "-dsn", s.Server.DSN("orders"), "-connections", strconv.Itoa(connections),
			"-seed", fmt.Sprint(r.Sequence.Seed), "-orders", strconv.Itoa(r.Sequence.Orders), "-partitions", strconv.Itoa(r.Sequence.Partitions))
		// Not cmd.StdoutPipe, which the waiting for the process closes.
		read, write, err := os.Pipe()
		if err != nil {
			return nil, fmt.Errorf("starting the loader: %w", err)
		}
		cmd.Stdout = write
		p, err := Child(s, r.Log, cmd)
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
		started := Follow(p)
		started.Settle = func(ctx context.Context) error {
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
