package chaos

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/order-sink/order-sink/internal/checker"
)

// line is what one trial has found.
type line struct {
	fault  string
	times  int
	orders int
	report checker.Report
	stall  time.Duration
	passed bool
	broken bool // it ended before the table was compared
}

// lines are the trials of this process.
type lines struct {
	mutex sync.Mutex
	all   []line
}

var summary lines

func (s *lines) add(l line) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.all = append(s.all, l)
}

var columns = []string{"fault", "times", "orders", "rows", "dead letters", "lost", "doubled", "regressed", "wrongly dead-lettered", "letters sent twice", "longest stall", ""}

// cells are a line in the order of columns. Lost are orders without their row or their
// dead letter, doubled are rows that the log does not have, regressed are rows that are not
// the newest version of their order.
func (l line) cells() []string {
	r := l.report
	result := "ok"
	if !l.passed {
		result = "FAILED"
	}
	if l.broken {
		cells := []string{l.fault, fmt.Sprint(l.times)}
		for len(cells) < len(columns)-1 {
			cells = append(cells, "?")
		}
		return append(cells, result)
	}
	return []string{
		l.fault, fmt.Sprint(l.times), fmt.Sprint(l.orders), fmt.Sprint(r.Rows), fmt.Sprint(r.DeadLetters),
		fmt.Sprint(r.MissingRows + r.MissingDeadLetters), fmt.Sprint(r.ExtraRows), fmt.Sprint(r.WrongRows),
		fmt.Sprint(r.UndeservedDeadLetters + r.WrongDeadLetters), fmt.Sprint(r.Repeated), l.stall.Round(100 * time.Millisecond).String(), result,
	}
}

func (s *lines) print(w io.Writer, took time.Duration) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, strings.Join(columns, "\t"))
	for _, l := range s.all {
		fmt.Fprintln(table, strings.Join(l.cells(), "\t"))
	}
	fmt.Fprintf(table, "%d faults in %s, CHAOS_SEED=%d\n", len(s.all), took.Round(time.Second), seed)
	return table.Flush()
}

// write appends a run to a file of results: nothing that is there is replaced.
func (s *lines) write(path string, took time.Duration) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("writing the results: %w", err)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "\n## %s\n\n`CHAOS_SEED=%d make chaos`: %d faults in %s, on %d cores, %s.\n\n",
		time.Now().UTC().Format("2006-01-02 15:04 MST"), seed, len(s.all), took.Round(time.Second), runtime.NumCPU(), runtime.Version())
	fmt.Fprintf(&text, "| %s |\n|%s\n", strings.Join(columns, " | "), strings.Repeat("---|", len(columns)))
	for _, l := range s.all {
		fmt.Fprintf(&text, "| %s |\n", strings.Join(l.cells(), " | "))
	}
	if _, err = file.WriteString(text.String()); err == nil {
		err = file.Close()
	}
	if err != nil {
		return fmt.Errorf("writing the results: %w", err)
	}
	return nil
}
