// Command benchcompare measures the hot paths of this checkout and of the commit before it
// alternately on this machine. It fails on a gross loss: a benchmark that needs over 30 %
// more time or allocations, in two measurements. It only prints smaller losses, because
// the machine may be busy with other work.
//
//	bin/benchcompare [commit, HEAD~1 unless given]
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"text/tabwriter"

	"golang.org/x/perf/benchunit"
)

const (
	parent       = "HEAD~1"
	rounds       = 6
	secondRounds = 10 // of the benchmarks that seem to have lost
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	commit := parent
	if len(os.Args) > 1 && os.Args[1] != "" {
		commit = os.Args[1]
	}
	err := run(ctx, os.Stdout, ".", commit)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "benchcompare:", err)
		os.Exit(1)
	}
}

// run compares the checkout at root with one of its commits. A missing parent is no error:
// run prints that there is nothing to compare with.
func run(ctx context.Context, out io.Writer, root, commit string) error {
	title, err := describe(ctx, root, commit)
	if errors.Is(err, errNoCommit) && commit == parent {
		fmt.Fprintf(out, "SKIPPED: there is no commit to compare the benchmarks with: %v (in a shallow clone, run git fetch --deepen=1)\n", err)
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "Benchmarks of this checkout, compared with", title)
	dir, err := os.MkdirTemp("", "order-sink-benchcompare-")
	if err != nil {
		return fmt.Errorf("comparing benchmarks: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // a remaining directory only takes space
	base, head, err := prepare(ctx, root, commit, dir)
	if err != nil {
		return err
	}
	before, now, err := measure(ctx, base, head, suite, rounds)
	if err != nil {
		return err
	}
	results, onlyBase, onlyHead := compare(before, now)
	print(out, results)
	for _, b := range onlyHead {
		fmt.Fprintf(out, "not compared: %s is new\n", b)
	}
	for _, b := range onlyBase {
		fmt.Fprintf(out, "not compared: %s is gone\n", b)
	}
	for plugin, err := range base.broken {
		fmt.Fprintf(out, "not compared: %s: its benchmarks of %s fail: %v\n", plugin, commit, err)
	}
	return confirm(ctx, out, base, head, results)
}

// prepare extracts the commit into dir and builds both sides.
func prepare(ctx context.Context, root, commit, dir string) (base, head *side, err error) {
	source := filepath.Join(dir, "source")
	if err := os.Mkdir(source, 0o755); err != nil {
		return nil, nil, fmt.Errorf("comparing benchmarks: %w", err)
	}
	if err := extract(ctx, root, commit, source); err != nil {
		return nil, nil, err
	}
	if base, err = build(ctx, source, filepath.Join(dir, "base")); err != nil {
		return nil, nil, err
	}
	if head, err = build(ctx, root, filepath.Join(dir, "head")); err != nil {
		return nil, nil, err
	}
	for plugin, err := range head.broken {
		return nil, nil, fmt.Errorf("%s of this checkout: %w", plugin, err)
	}
	return base, head, nil
}

// confirm measures the benchmarks again that seem to have lost. The error names the
// benchmarks that lost both times.
func confirm(ctx context.Context, out io.Writer, base, head *side, results []result) error {
	suspects := map[benchmark][]string{} // their units
	for _, v := range results {
		if v.gross {
			suspects[v.benchmark] = append(suspects[v.benchmark], v.unit)
		}
	}
	var lost []error
	for _, b := range sorted(suspects) {
		p, err := of(b)
		if err != nil {
			return err
		}
		before, now, err := measure(ctx, base, head, []part{p}, secondRounds)
		if err != nil {
			return err
		}
		again, _, _ := compare(before, now)
		// The pattern of a benchmark also matches its sub-benchmarks.
		again = slices.DeleteFunc(again, func(v result) bool { return v.benchmark != b })
		fmt.Fprintln(out, "measured again:")
		print(out, again)
		for _, v := range again {
			if v.gross && slices.Contains(suspects[b], v.unit) {
				lost = append(lost, fmt.Errorf("%s: more than 30 %% more %s, measured twice", b, v.unit))
			}
		}
	}
	return errors.Join(lost...)
}

// print prints the medians, their difference, and the probability that it is chance.
func print(out io.Writer, results []result) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, v := range results {
		mark := ""
		if v.gross {
			mark = "  more than 30 %"
		}
		scale := func(value float64) string { return benchunit.Scale(value, benchunit.ClassOf(v.unit)) }
		fmt.Fprintf(table, "%s\t%s\t%s\t→ %s\t%s\t%s%s\n", v.benchmark, v.unit, scale(v.base), scale(v.head),
			v.difference.FormatDelta(v.base, v.head), v.difference, mark)
	}
	_ = table.Flush() // to standard output
}
