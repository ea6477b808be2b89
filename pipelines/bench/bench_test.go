package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/java"
	"github.com/order-sink/order-sink/internal/sink"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "load" { // the loader is this program once more
		main()
		return
	}
	code := m.Run()
	sink.Close()
	os.Exit(code)
}

func fewOrders(t *testing.T, run string) options {
	return options{
		run: run, rounds: 1, orders: 24_000, trickle: time.Second, root: sink.Root(t), binary: sink.Binary(t),
		dir: t.TempDir(), command: "bin/bench", results: filepath.Join(t.TempDir(), "results.md"),
	}
}

// Every contestant, and every kind of workload, over real servers: each run's rows
// are compared with its topic.
func TestBench(t *testing.T) {
	o := fewOrders(t, `^(insert/(order-sink|.*, tuned|ceiling)|insert, 1 partition/(order-sink|ceiling)|update/ceiling|redelivery/.*|refused.* 1 %/.*|40 columns/.*|200 orders/s/order-sink|12 partitions shared/2.*|insert, 1e\+05 rows there/ceiling)$`)
	const earlier = "# Results\n\nan earlier entry\n"
	if err := os.WriteFile(o.results, []byte(earlier), 0o644); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err := measure(t.Context(), o, &out)
	if err != nil && !errors.Is(err, java.ErrNotInstalled) {
		t.Log(out.String())
	}
	java.Require(t, err)

	text, err := os.ReadFile(o.results)
	if err != nil {
		t.Fatal(err)
	}
	entry, kept := strings.CutPrefix(string(text), earlier)
	if !kept {
		t.Fatalf("the earlier entry is gone:\n%s", text)
	}
	matches, err := plan(o)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, m := range matches {
		for _, c := range m.contestants {
			rows++
			// No failure, and a first figure above 0; so few orders may pass the
			// ceiling between two looks.
			first := `\d*[1-9]\d*(?:\.\d+)? `
			if c.name == ceiling.name {
				first = ""
			}
			line := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(m.name) + ` \| ` + regexp.QuoteMeta(c.name) + ` \| ` + first + `.*\| 0 of 1 \|$`)
			if len(line.FindAllString(entry, -1)) != 1 {
				t.Errorf("%s, %s: no row in the entry", m.name, c.name)
			}
		}
	}
	if rows < 15 {
		t.Errorf("%d runs", rows)
	}
	for _, goal := range []string{"rows/s, empty table, against the fastest tuned peer", "peak RSS, 1 partition"} {
		if !strings.Contains(entry, "| "+goal+" |") {
			t.Errorf("the entry does not judge %q", goal)
		}
	}
	plot := regexp.MustCompile(`!\[.*\]\((plots/.*-partitions\.svg)\)`).FindStringSubmatch(entry)
	if plot == nil {
		t.Fatalf("the entry has no plot of the partitions:\n%s", entry)
	}
	drawn, err := os.ReadFile(filepath.Join(filepath.Dir(o.results), plot[1]))
	if err != nil || !bytes.Contains(drawn, []byte("order-sink")) {
		t.Errorf("the plot: %v, %d bytes", err, len(drawn))
	}
	if t.Failed() {
		t.Log(entry)
	}
}

// A contestant that is fast and wrong, or that ends, has failed.
func TestFailedRuns(t *testing.T) {
	o := fewOrders(t, "")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	s := &stack{root: o.root, dir: o.dir, binary: o.binary, self: self, orders: o.orders, out: &bytes.Buffer{}}
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Error(err)
		}
	})
	java.Require(t, s.start(t.Context()))

	wrong := ceiling
	wrong.start = func(ctx context.Context, s *stack, r run) (*running, error) {
		started, err := ceiling.start(ctx, s, r)
		if err == nil {
			settle := started.settle
			started.settle = func(ctx context.Context) error {
				return errors.Join(settle(ctx), s.exec(ctx, "UPDATE orders SET qty = qty + 1 WHERE order_id = '"+marker(2, 7)+"'"))
			}
		}
		return started, err
	}
	ends := contestant{name: "one that ends", start: func(ctx context.Context, s *stack, r run) (*running, error) {
		p, err := s.child(r.log, exec.CommandContext(ctx, "false"))
		if err != nil {
			return nil, err
		}
		return follow(p), nil
	}}
	w := insert(o.orders, 4)
	for _, c := range []struct {
		contestant
		failure string
	}{{wrong, "1 wrong"}, {ends, "it ended by itself: exit status 1"}} {
		if got := s.once(t.Context(), w, c.contestant, 1); !strings.Contains(got.failure, c.failure) {
			t.Errorf("%s: failure %q, expected %q", c.name, got.failure, c.failure)
		}
	}
	if got := s.once(t.Context(), w, ceiling, 2); got.failure != "" || got.figures[memory] <= 0 {
		t.Errorf("after them: %+v", got)
	}
}
