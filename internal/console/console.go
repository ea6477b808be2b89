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

// Table writes a table. The names of the columns have tabs between them; a column without
// a name is left out. The function rows calls row for each row; every cell is [Visible]. A
// column is as wide as its widest cell in a thousand rows.
func (c Console) Table(columns string, rows func(row func(cells ...any))) error {
	names := strings.Split(columns, "\t")
	writer := tabwriter.NewWriter(c.Out, 0, 0, 2, ' ', 0)
	shown := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return name == "" })
	fmt.Fprintln(writer, strings.Join(shown, "\t"))
	var err error
	n := 0
	rows(func(cells ...any) {
		var line []string
		for i, cell := range cells {
			if names[i] != "" {
				line = append(line, Visible(fmt.Sprint(cell)))
			}
		}
		fmt.Fprintln(writer, strings.Join(line, "\t"))
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
	var line string
	var err error
	answered := make(chan struct{})
	go func() { // reading from a terminal cannot be cancelled
		line, err = bufio.NewReader(c.In).ReadString('\n')
		close(answered)
	}()
	select {
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case <-answered:
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return line, err
	}
}

// Visible returns a text for a terminal, or "-" for an empty text. It escapes a text
// with unprintable characters: no dead letter may control the terminal.
func Visible(text string) string {
	if text == "" {
		return "-"
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return fmt.Sprintf("%q", text)
	}
	return text
}

// Progress shows the progress of work on total records that takes longer than a second.
// verb is a participle: read. The caller calls advance for each record, and end once.
func (c Console) Progress(verb string, total int64) (advance, end func()) {
	var done int64
	shown := false
	next := time.Now().Add(time.Second)
	advance = func() {
		done++
		if !c.Watched || done%256 != 0 || time.Now().Before(next) {
			return
		}
		next, shown = time.Now().Add(200*time.Millisecond), true
		fmt.Fprintf(c.Err, "\r%s %d of %d records (%d %%)", verb, done, total, 100*done/max(total, 1))
	}
	end = func() {
		if shown {
			fmt.Fprintf(c.Err, "\r\x1b[K")
		}
	}
	return advance, end
}
