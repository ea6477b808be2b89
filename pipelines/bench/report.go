package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// columns of the table, and of a line on the terminal.
var columns = []figure{rate, sinkCPU, mariadbCPU, brokerCPU, ratio, memory, firstRow, stall, steal}

// format gives a figure the digits that mean something.
func format(f figure, value float64) string {
	switch f {
	case rate:
		return fmt.Sprintf("%.0f", value)
	case memory, steal:
		return fmt.Sprintf("%.0f", value)
	case sinkCPU, mariadbCPU, brokerCPU, firstRow, stall, ratio:
		return fmt.Sprintf("%.2f", value)
	default:
		return fmt.Sprintf("%.1f", value)
	}
}

// cell is a median and, where there were several rounds, how far they went.
func cell(f figure, s spread) string {
	if s.least == s.most {
		return format(f, s.median)
	}
	return fmt.Sprintf("%s (%s-%s)", format(f, s.median), format(f, s.least), format(f, s.most))
}

// table writes the summary as Markdown.
func (s summary) table(w io.Writer) {
	fmt.Fprint(w, "| workload | contestant ")
	for _, f := range columns {
		fmt.Fprintf(w, "| %s ", f)
	}
	fmt.Fprintf(w, "| failed |\n|%s\n", strings.Repeat("---|", len(columns)+3))
	for _, r := range s {
		fmt.Fprintf(w, "| %s | %s ", r.workload, r.contestant)
		for _, f := range columns {
			if value, there := r.figures[f]; there {
				fmt.Fprintf(w, "| %s ", cell(f, value))
			} else {
				fmt.Fprint(w, "| ")
			}
		}
		fmt.Fprintf(w, "| %d of %d |\n", r.failures, r.runs)
	}
}

func report(_ context.Context, s *stack, _ options, results []result, took time.Duration) error {
	fmt.Fprintf(s.out, "\n%d runs in %s\n\n", len(results), took.Round(time.Second))
	summarize(results).table(s.out)
	return nil
}
