package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of times in /proc, the same on every Linux.
const tick = 10 * time.Millisecond

// cpuTime is what the processes have used so far, in user and system mode.
func cpuTime(pids ...int) (total time.Duration, err error) {
	for _, pid := range pids {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return 0, fmt.Errorf("reading the CPU time of a process: %w", err)
		}
		// The name, in parentheses, may hold anything; utime and stime are the
		// 12th and 13th field after it.
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		for _, field := range fields[11:13] {
			ticks, err := strconv.ParseInt(string(field), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("reading the CPU time of a process: %w", err)
			}
			total += time.Duration(ticks) * tick
		}
	}
	return total, nil
}

// peakMemory is the most that one of the processes has held, in MB.
func peakMemory(pids ...int) (most float64, err error) {
	for _, pid := range pids {
		file, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			return 0, fmt.Errorf("reading the memory of a process: %w", err)
		}
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			if text, found := strings.CutPrefix(lines.Text(), "VmHWM:"); found {
				kilobytes, err := strconv.ParseFloat(strings.Fields(text)[0], 64)
				if err != nil {
					return 0, fmt.Errorf("reading the memory of a process: %w", err)
				}
				most = max(most, kilobytes*1024/1e6)
			}
		}
	}
	return most, nil
}

// forgetPeak makes peakMemory of a process begin anew.
func forgetPeak(pid int) error {
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0); err != nil {
		return fmt.Errorf("forgetting the peak memory of a process: %w", err)
	}
	return nil
}

// machineTime is the time that the hypervisor gave to others, and all of it, in
// ticks of all cores.
func machineTime() (stolen, total float64, err error) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0, fmt.Errorf("reading the machine's CPU time: %w", err)
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	// user nice system idle iowait irq softirq steal; what follows is in user.
	for i, field := range strings.Fields(line)[1:9] {
		ticks, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return 0, 0, fmt.Errorf("reading the machine's CPU time: %w", err)
		}
		if total += ticks; i == 7 {
			stolen = ticks
		}
	}
	return stolen, total, nil
}

// quiet waits until a process does next to nothing, for a minute at most: what
// MariaDB does after a run (purging, flushing) would be paid by the next one.
func quiet(ctx context.Context, pid int) error {
	const window = 500 * time.Millisecond
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		before, err := cpuTime(pid)
		if err != nil {
			return err
		}
		if err := sleep(ctx, window); err != nil {
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
