package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// cell is a median and, where there were several rounds, how far they went.
func cell(f figure, s spread) string {
	if s.least == s.most {
		return f.format(s.median)
	}
	return fmt.Sprintf("%s (%s-%s)", f.format(s.median), f.format(s.least), f.format(s.most))
}

// table writes the rows that belong under the columns, as Markdown: those of a
// trickle have a latency.
func (s summary) table(w io.Writer, columns []figure) {
	var text strings.Builder
	for _, r := range s {
		if _, latency := r.figures[p50]; latency != slices.Contains(columns, p50) {
			continue
		}
		fmt.Fprintf(&text, "| %s | %s ", r.workload, r.contestant)
		for _, f := range columns {
			if value, there := r.figures[f]; there {
				fmt.Fprintf(&text, "| %s ", cell(f, value))
			} else {
				text.WriteString("| ")
			}
		}
		fmt.Fprintf(&text, "| %d of %d |\n", r.failures, r.runs)
	}
	if text.Len() == 0 {
		return
	}
	fmt.Fprintf(w, "| workload | contestant ")
	for _, f := range columns {
		fmt.Fprintf(w, "| %s ", f)
	}
	fmt.Fprintf(w, "| failed |\n|%s\n%s\n", strings.Repeat("---|", len(columns)+3), text.String())
}

// report is one entry of the results: when, of what, on what, and the tables.
type report struct {
	options
	machine machine
	results []result
	began   time.Time
	took    time.Duration
}

func (r report) write(w io.Writer, plots []string) {
	s := summarize(r.results)
	fmt.Fprintf(w, "## %s, %s\n\n", r.began.UTC().Format("2006-01-02 15:04 MST"), r.machine.commit)
	fmt.Fprintf(w, "`%s`: %d runs in %s, %s, %d orders a topic. %s; the hypervisor kept %s of its time.\n\n",
		r.command, len(r.results), r.took.Round(time.Second), count(r.rounds, "round"), r.orders, r.machine, r.stolen())
	fmt.Fprintln(w, "Medians (least-most).")
	fmt.Fprintln(w)
	s.table(w, atFullSpeed)
	s.table(w, ofTrickle)
	for _, failed := range r.results {
		if failed.failure != "" {
			fmt.Fprintf(w, "- FAILED: %s, %s, round %d: %s\n", failed.workload, failed.contestant, failed.round, failed.failure)
		}
	}
	s.judge(w)
	for _, plot := range plots {
		fmt.Fprintf(w, "\n![%s](%s)\n", strings.TrimSuffix(filepath.Base(plot), ".svg"), plot)
	}
}

// stolen is the steal of the runs, in their median and at most.
func (r report) stolen() string {
	var all []float64
	for _, one := range r.results {
		if value, there := one.figures[steal]; there {
			all = append(all, value)
		}
	}
	if len(all) == 0 {
		return "an unknown part"
	}
	s := spreadOf(all)
	return fmt.Sprintf("%.0f %% (%.0f-%.0f %%)", s.median, s.least, s.most)
}

// append adds the entry to a file, whose earlier ones stay as they are, and puts
// the plots beside it. Figures of changed sources are marked as such.
func (r report) append(path string) error {
	name := r.began.UTC().Format("2006-01-02-1504") + "-" + strings.ReplaceAll(r.machine.commit, dirty, "-changed")
	plots, err := summarize(r.results).plots(filepath.Join(filepath.Dir(path), "plots"), name)
	if err != nil {
		return err
	}
	for i := range plots {
		plots[i] = "plots/" + filepath.Base(plots[i])
	}
	var text strings.Builder
	text.WriteString("\n")
	r.write(&text, plots)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("writing the results: %w", err)
	}
	if _, err = file.WriteString(text.String()); err == nil {
		err = file.Close()
	}
	if err != nil {
		return fmt.Errorf("writing the results: %w", err)
	}
	return nil
}

// report prints the results, and appends them where the options say so.
func (s *stack) report(ctx context.Context, o options, results []result, began time.Time) error {
	r := report{options: o, results: results, began: began, took: time.Since(began)}
	var err error
	if r.machine, err = s.machine(ctx); err != nil {
		return err
	}
	fmt.Fprintln(s.out)
	r.write(s.out, nil)
	if o.results == "" {
		return nil
	}
	return r.append(o.results)
}
