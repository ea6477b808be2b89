package main

import (
	"fmt"
	"io"
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

// table writes the rows that have the first of the columns, as Markdown.
func (s summary) table(w io.Writer, columns []figure) {
	var text strings.Builder
	for _, r := range s {
		if _, has := r.figures[columns[0]]; !has && (columns[0] != rate || r.failures < r.runs) {
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
	fmt.Fprintf(w, "| failed |\n|%s\n%s", strings.Repeat("---|", len(columns)+3), text.String())
}

func report(s *stack, results []result, took time.Duration) {
	fmt.Fprintf(s.out, "\n%d runs in %s\n\n", len(results), took.Round(time.Second))
	summarize(results).table(s.out, atFullSpeed)
	fmt.Fprintln(s.out)
	summarize(results).table(s.out, ofTrickle)
}
