package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// machine is what figures depend on.
type machine struct {
	cores                  int
	memory                 string
	kernel, mariadb, kafka string
	commit                 string // of order-sink; "abc1234, with changes"
}

func (s *stack) machine(ctx context.Context) (m machine, err error) {
	m.cores = runtime.NumCPU()
	release, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return m, fmt.Errorf("asking for the kernel: %w", err)
	}
	m.kernel = strings.TrimSpace(string(release))
	info, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return m, fmt.Errorf("asking for the memory's size: %w", err)
	}
	var kilobytes float64
	if _, err := fmt.Sscanf(string(info), "MemTotal: %f kB", &kilobytes); err != nil {
		return m, fmt.Errorf("reading the memory's size: %w", err)
	}
	m.memory = fmt.Sprintf("%.0f GiB", kilobytes/(1<<20))
	if err := s.db.QueryRowContext(ctx, "SELECT VERSION()").Scan(&m.mariadb); err != nil {
		return m, fmt.Errorf("asking for MariaDB's version: %w", err)
	}
	m.kafka = s.kafka.Version()
	m.commit = s.commit(ctx)
	return m, nil
}

// commit is the one that is checked out, and whether anything beside the results
// differs from it.
func (s *stack) commit(ctx context.Context) string {
	git := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir = s.root
		out, err := cmd.Output()
		return strings.TrimSpace(string(out)), err
	}
	commit, err := git("rev-parse", "--short", "HEAD")
	if err != nil { // what was unpacked from an archive has none
		return "unknown"
	}
	if changes, err := git("status", "--porcelain", "--", ".", ":!pipelines/bench/results.md", ":!pipelines/bench/plots"); err != nil || changes != "" {
		commit += dirty
	}
	return commit
}

const dirty = ", with changes"

func (m machine) String() string {
	return fmt.Sprintf("%d cores, %s, Linux %s, MariaDB %s, Kafka %s, %s",
		m.cores, m.memory, m.kernel, m.mariadb, m.kafka, runtime.Version())
}
