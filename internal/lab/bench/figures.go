package main

import "fmt"

// A figure is one number of a run.
type figure string

// The figures of a run. Those that were not measured are missing.
const (
	rate       figure = "rows/s"
	sinkCPU    figure = "sink us/row"
	mariadbCPU figure = "MariaDB us/row"
	brokerCPU  figure = "broker us/row"
	ratio      figure = "sink/MariaDB"
	memory     figure = "peak RSS MB"
	firstRow   figure = "first row s"
	stall      figure = "longest stall s"
	steal      figure = "steal %"
	deadlocks  figure = "deadlocks retried"

	p50  figure = "p50 ms"
	p99  figure = "p99 ms"
	p999 figure = "p99.9 ms"
)

// The columns of the two tables: of runs at full speed, and of the trickle.
var (
	atFullSpeed = []figure{rate, sinkCPU, mariadbCPU, brokerCPU, ratio, memory, firstRow, stall, deadlocks, steal}
	// MariaDB's CPU is no column there: most of it is the looking.
	ofTrickle = []figure{p50, p99, p999, sinkCPU, memory, steal}
)

// format gives a figure the digits that mean something.
func (f figure) format(value float64) string {
	switch f {
	case rate, memory, steal, deadlocks:
		return fmt.Sprintf("%.0f", value)
	case p50, p99, p999:
		return fmt.Sprintf("%.1f", value)
	default:
		return fmt.Sprintf("%.2f", value)
	}
}

// result is what one run has given.
type result struct {
	workload, contestant string
	round                int
	figures              map[figure]float64
	failure              string // "" for a run whose rows are right
}

// line tells one run on the terminal.
func (r result) line() string {
	text := fmt.Sprintf("%d  %-26s %-26s", r.round, r.workload, r.contestant)
	if r.failure != "" {
		return text + "  FAILED: " + r.failure
	}
	shown := atFullSpeed
	if _, is := r.figures[p50]; is {
		shown = ofTrickle
	}
	for _, f := range shown {
		if value, there := r.figures[f]; there {
			text += fmt.Sprintf("  %s %s", f.format(value), f)
		}
	}
	return text
}
