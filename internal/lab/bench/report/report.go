// Package report summarizes the figures of all runs, compares them with the goals, and
// writes the tables and the plots.
package report

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/order-sink/order-sink/internal/lab/bench/measure"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
)

// cell is a median and, where there were several rounds, how far they went.
func cell(f measure.Figure, s spread) string {
	if s.least == s.most {
		return f.Format(s.median)
	}
	return fmt.Sprintf("%s (%s-%s)", f.Format(s.median), f.Format(s.least), f.Format(s.most))
}

// table writes the rows that belong under the columns, as Markdown.
func (s summary) table(w io.Writer, columns []measure.Figure) {
	var text strings.Builder
	for _, r := range s {
		if measure.Columns(r.figures)[0] != columns[0] {
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

// Report is one entry of the results: when, of what, on what, and the tables.
type Report struct {
	Command string // that made it
	Rounds  int
	Orders  int // of a topic
	Machine machine
	Results []Result
	Began   time.Time
	Took    time.Duration
}

func (r Report) Write(w io.Writer, plots []string) {
	s := summarize(r.Results)
	fmt.Fprintf(w, "## %s, %s\n\n", r.Began.UTC().Format("2006-01-02 15:04 MST"), r.Machine.commit)
	fmt.Fprintf(w, "`%s`: %d runs in %s, %s, %d orders a topic. %s; the hypervisor kept %s of its time.\n\n",
		r.Command, len(r.Results), r.Took.Round(time.Second), workload.Count(r.Rounds, "round"), r.Orders, r.Machine, r.stolen())
	fmt.Fprintln(w, "Medians (least-most).")
	fmt.Fprintln(w)
	s.table(w, measure.AtFullSpeed)
	s.table(w, measure.OfTrickle)
	s.table(w, measure.OfIdle)
	for _, failed := range r.Results {
		if failed.Failure != "" {
			fmt.Fprintf(w, "- FAILED: %s, %s, round %d: %s\n", failed.Workload, failed.Contestant, failed.Round, failed.Failure)
		}
	}
	s.judge(w)
	for _, plot := range plots {
		fmt.Fprintf(w, "\n![%s](%s)\n", strings.TrimSuffix(filepath.Base(plot), ".svg"), plot)
	}
}

// stolen is the steal of the runs, in their median and at most.
func (r Report) stolen() string {
	var all []float64
	for _, one := range r.Results {
		if value, there := one.Figures[measure.Steal]; there {
			all = append(all, value)
		}
	}
	if len(all) == 0 {
		return "an unknown part"
	}
	s := spreadOf(all)
	return fmt.Sprintf("%.0f %% (%.0f-%.0f %%)", s.median, s.least, s.most)
}

// Append adds the entry to a file, whose earlier ones stay as they are, and puts
// the plots beside it. Figures of changed sources are marked as such.
func (r Report) Append(path string) error {
	name := r.Began.UTC().Format("2006-01-02-1504") + "-" + strings.ReplaceAll(r.Machine.commit, dirty, "-changed")
	plots, err := summarize(r.Results).plots(filepath.Join(filepath.Dir(path), "plots"), name)
	if err != nil {
		return err
	}
	for i := range plots {
		plots[i] = "plots/" + filepath.Base(plots[i])
	}
	var text strings.Builder
	text.WriteString("\n")
	r.Write(&text, plots)
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
