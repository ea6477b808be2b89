package report

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/prometheus/procfs"

	"github.com/order-sink/order-sink/internal/lab/bench/stack"
)

// Machine is what figures depend on.
type machine struct {
	cores                  int
	memory                 string
	kernel, mariadb, kafka string
	commit                 string // of order-sink; "abc1234, with changes"
}

// DescribeMachine asks the machine and the servers.
func DescribeMachine(ctx context.Context, s *stack.Stack) (m machine, err error) {
	m.cores = runtime.NumCPU()
	release, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return m, fmt.Errorf("asking for the kernel: %w", err)
	}
	m.kernel = strings.TrimSpace(string(release))
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		return m, fmt.Errorf("reading the memory's size: %w", err)
	}
	memory, err := fs.Meminfo()
	if err != nil {
		return m, fmt.Errorf("reading the memory's size: %w", err)
	}
	if memory.MemTotal == nil {
		return m, errors.New("reading the memory's size: /proc/meminfo has no MemTotal")
	}
	m.memory = fmt.Sprintf("%.0f GiB", float64(*memory.MemTotal)/(1<<20))
	if err := s.DB.QueryRowContext(ctx, "SELECT VERSION()").Scan(&m.mariadb); err != nil {
		return m, fmt.Errorf("asking for MariaDB's version: %w", err)
	}
	m.kafka = s.Kafka.Version()
	m.commit = commitOf(ctx, s)
	return m, nil
}

// commit is the one that is checked out, and whether anything beside the results
// differs from it.
func commitOf(ctx context.Context, s *stack.Stack) string {
	git := func(args ...string) (string, error) {
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir = s.Root
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
