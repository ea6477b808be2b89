// Package console prints tables, JSON and progress, and asks questions.
package console

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-isatty"
)

// Console has the input and the outputs of a command.
type Console struct {
	In          io.Reader
	Out         io.Writer
	Err         io.Writer
	Interactive bool // a user can answer a question
	Watched     bool // Err is a terminal
}

// Standard returns the console of the process.
func Standard() Console {
	watched := isatty.IsTerminal(os.Stderr.Fd())
	return Console{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		Interactive: watched && isatty.IsTerminal(os.Stdin.Fd()), Watched: watched,
	}
}

// Table writes a table. The function rows calls row for each row; every cell is
// [Visible]. A column is as wide as its widest cell in a thousand rows.
func (c Console) Table(header string, rows func(row func(cells ...any))) error {
	writer := tabwriter.NewWriter(c.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(writer, header)
	var err error
	n := 0
	rows(func(cells ...any) {
		for i, cell := range cells {
			cells[i] = Visible(fmt.Sprint(cell))
		}
		fmt.Fprintf(writer, strings.Repeat("%s\t", len(cells)-1)+"%s\n", cells...)
		if n++; n%1000 == 0 {
			err = errors.Join(err, writer.Flush())
		}
	})
	return errors.Join(err, writer.Flush())
}

// Document writes one JSON document of several lines.
func (c Console) Document(value any) error {
	encoder := NewEncoder(c.Out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// NewEncoder returns an encoder that writes each JSON document on a line of its own.
func NewEncoder(w io.Writer) *json.Encoder {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder
}

// Ask writes a question and waits for one line.
func (c Console) Ask(ctx context.Context, question string) (string, error) {
	fmt.Fprintf(c.Err, "%s", question)
	type answer struct {
		line string
		err  error
	}
	answers := make(chan answer, 1)
	go func() { // reading from a terminal cannot be cancelled
		line, err := bufio.NewReader(c.In).ReadString('\n')
		if errors.Is(err, io.EOF) {
			err = nil
		}
		answers <- answer{line, err}
	}()
	select {
	case a := <-answers:
		return a.line, a.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// Visible returns a text for a terminal, or "-" for an empty text. It escapes a text
// with unprintable characters: no dead letter may control the terminal.
func Visible(text string) string {
	if text == "" {
		return "-"
	}
	if !utf8.ValidString(text) || slices.ContainsFunc([]rune(text), Unprintable) {
		return fmt.Sprintf("%q", text)
	}
	return text
}

// Unprintable reports whether a character may control a terminal.
func Unprintable(r rune) bool { return !unicode.IsPrint(r) }

// Progress is a line on a terminal that shows the progress of work longer than a second.
// The zero value prints nothing.
type Progress struct {
	Console
	verb  string
	done  int64
	total int64
	next  time.Time
	shown bool
}

// Progress starts a progress line for total records. verb is a participle: read.
func (c Console) Progress(verb string, total int64) *Progress {
	return &Progress{Console: c, verb: verb, total: total, next: time.Now().Add(time.Second)}
}

// Advance counts a record.
func (p *Progress) Advance() {
	p.done++
	if !p.Watched || p.done%256 != 0 || time.Now().Before(p.next) {
		return
	}
	p.next, p.shown = time.Now().Add(200*time.Millisecond), true
	fmt.Fprintf(p.Err, "\r%s %d of %d records (%d %%)", p.verb, p.done, p.total, 100*p.done/max(p.total, 1))
}

// End clears the line.
func (p *Progress) End() {
	if p.shown {
		fmt.Fprintf(p.Err, "\r\x1b[K")
	}
}
