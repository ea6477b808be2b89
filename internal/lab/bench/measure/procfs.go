package measure

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/prometheus/procfs"

	"github.com/order-sink/order-sink/internal/lab/bench/stack"
)

// cpuTime is the user and system time that the processes have used so far.
func cpuTime(pids ...int) (total time.Duration, err error) {
	for _, pid := range pids {
		process, err := procfs.NewProc(pid)
		if err != nil {
			return 0, fmt.Errorf("reading the CPU time of a process: %w", err)
		}
		stat, err := process.Stat()
		if err != nil {
			return 0, fmt.Errorf("reading the CPU time of a process: %w", err)
		}
		total += time.Duration(stat.UTime+stat.STime) * tick
	}
	return total, nil
}

// tick is the unit of times in /proc, the same on every Linux.
const tick = 10 * time.Millisecond

// PeakMemory is the most that one of the processes has held, in MB.
func PeakMemory(pids ...int) (most float64, err error) {
	for _, pid := range pids {
		process, err := procfs.NewProc(pid)
		if err != nil {
			return 0, fmt.Errorf("reading the memory of a process: %w", err)
		}
		status, err := process.NewStatus()
		if err != nil {
			return 0, fmt.Errorf("reading the memory of a process: %w", err)
		}
		most = max(most, float64(status.VmHWM)/1e6)
	}
	return most, nil
}

// ForgetPeak resets what peakMemory returns for a process.
func ForgetPeak(pid int) error {
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0); err != nil {
		return fmt.Errorf("resetting the peak memory of a process: %w", err)
	}
	return nil
}

// MachineTime is the time that the hypervisor gave to other machines, and the time of all
// cores, in seconds.
func MachineTime() (stolen, total float64, err error) {
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return 0, 0, fmt.Errorf("reading the machine's CPU time: %w", err)
	}
	stat, err := fs.Stat()
	if err != nil {
		return 0, 0, fmt.Errorf("reading the machine's CPU time: %w", err)
	}
	all := stat.CPUTotal // the time of guests is a part of User
	return all.Steal, all.User + all.Nice + all.System + all.Idle + all.Iowait + all.IRQ + all.SoftIRQ + all.Steal, nil
}

// Quiet waits until a process does next to nothing, for a minute at most: what
// MariaDB does after a run (purging, flushing) would be paid by the next one.
func Quiet(ctx context.Context, pid int) error {
	const window = 500 * time.Millisecond
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		before, err := cpuTime(pid)
		if err != nil {
			return err
		}
		if err := stack.Sleep(ctx, window); err != nil {
			return err
		}
		after, err := cpuTime(pid)
		if err != nil {
			return err
		}
		if after-before < window/20 {
			return nil
		}
	}
	return nil
}
