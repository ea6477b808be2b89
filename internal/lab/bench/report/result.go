package report

import (
	"fmt"

	"github.com/order-sink/order-sink/internal/lab/bench/measure"
)

// Result is what one run has given.
type Result struct {
	Workload, Contestant string
	Round                int
	Figures              map[measure.Figure]float64
	Failure              string // "" for a run whose rows are right
}

// Line tells one run on the terminal.
func (r Result) Line() string {
	text := fmt.Sprintf("%d  %-26s %-26s", r.Round, r.Workload, r.Contestant)
	if r.Failure != "" {
		return text + "  FAILED: " + r.Failure
	}
	for _, f := range measure.Columns(r.Figures) {
		if value, there := r.Figures[f]; there {
			text += fmt.Sprintf("  %s %s", f.Format(value), f)
		}
	}
	return text
}
