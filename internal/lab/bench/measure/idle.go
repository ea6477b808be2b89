package measure

import (
	"context"
	"fmt"
	"time"

	"github.com/order-sink/order-sink/internal/lab/bench/stack"
)

// Idle takes the figures of a process that has nothing to do for some time.
func Idle(ctx context.Context, s *stack.Stack, pid int, during time.Duration, figures map[Figure]float64) error {
	if err := ForgetPeak(pid); err != nil {
		return err
	}
	before, err := cpuTime(pid)
	if err != nil {
		return err
	}
	if err := stack.Sleep(ctx, during); err != nil {
		return err
	}
	after, err := cpuTime(pid)
	if err != nil {
		return err
	}
	figures[idleCPU] = 100 * (after - before).Seconds() / during.Seconds()
	if figures[IdleMemory], err = PeakMemory(pid); err != nil {
		return err
	}
	var open float64
	if err := s.DB.QueryRowContext(ctx, "SELECT COUNT(*) FROM information_schema.processlist WHERE db = 'idle'").Scan(&open); err != nil {
		return fmt.Errorf("counting the connections: %w", err)
	}
	figures[connections] = open
	return nil
}
