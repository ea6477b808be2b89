package dlq

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/mattn/go-isatty"
)

// The two values of --output.
const (
	outputText = "text"
	outputJSON = "json"
)

// console is where a command reads and writes.
type console struct {
	in          io.Reader
	out         io.Writer
	err         io.Writer
	interactive bool // somebody can answer a question
	watched     bool // somebody sees err while it is written
}

func terminal() console {
	watched := isatty.IsTerminal(os.Stderr.Fd())
	return console{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		interactive: watched && isatty.IsTerminal(os.Stdin.Fd()), watched: watched,
	}
}

// table writes rows in columns; the function gives them one at a time. Cells
// wait for the widest one, in a long table for that of their thousand.
func (c console) table(header string, rows func(line func(format string, cells ...any))) error {
	writer := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(writer, header)
	var err error
	n := 0
	rows(func(format string, cells ...any) {
		fmt.Fprintf(writer, format+"\n", cells...)
		if n++; n%1000 == 0 {
			err = errors.Join(err, writer.Flush())
		}
	})
	return errors.Join(err, writer.Flush())
}

// document writes one JSON document of several lines.
func (c console) document(value any) error {
	encoder := newEncoder(c.out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

func newEncoder(w io.Writer) *json.Encoder {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder
}

// ask writes a question and waits for one line.
func (c console) ask(ctx context.Context, question string) (string, error) {
	fmt.Fprintf(c.err, "%s", question)
	type answer struct {
		line string
		err  error
	}
	answers := make(chan answer, 1)
	go func() { // a read of a terminal cannot be cancelled
		line, err := bufio.NewReader(c.in).ReadString('\n')
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

// progress is a line on a terminal about what takes longer than a second.
type progress struct {
	console
	verb  string
	done  int64
	total int64
	next  time.Time
	shown bool
}

func (c console) progress(verb string, spans map[int32]span) *progress {
	p := &progress{console: c, verb: verb, next: time.Now().Add(time.Second)}
	for _, s := range spans {
		p.total += s.end - s.from
	}
	return p
}

func (p *progress) advance() {
	p.done++
	if !p.watched || p.done%256 != 0 || time.Now().Before(p.next) {
		return
	}
	p.next, p.shown = time.Now().Add(200*time.Millisecond), true
	fmt.Fprintf(p.err, "\r%s %d of %d records (%d %%)", p.verb, p.done, p.total, 100*p.done/max(p.total, 1))
}

// end clears the line.
func (p *progress) end() {
	if p.shown {
		fmt.Fprintf(p.err, "\r\x1b[K")
	}
}

func notPrintable(r rune) bool { return !unicode.IsPrint(r) }

func letters(n int) string {
	if n == 1 {
		return "1 letter"
	}
	return fmt.Sprintf("%d letters", n)
}
