package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/servers/java"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "load" { // the loader is this program once more
		main()
		return
	}
	code := m.Run()
	ordersinktest.Close()
	os.Exit(code)
}

func fewOrders(t *testing.T, run string) options {
	return options{
		run: run, rounds: 1, orders: 24_000, trickle: time.Second, root: ordersinktest.Root(t), binary: ordersinktest.Binary(t),
		dir: t.TempDir(), command: "bin/bench", results: filepath.Join(t.TempDir(), "results.md"),
	}
}

// Every contestant, and every kind of workload, over real servers: each run's rows
// are compared with its topic.
func TestBench(t *testing.T) {
	o := fewOrders(t, `^(insert/(order-sink|.*, tuned|ceiling)|insert, 1 partition/(order-sink|ceiling)|update/ceiling|redelivery/.*|refused.* 1 %/.*|40 columns/.*|200 orders/s/order-sink|12 partitions shared(, MariaDB far)?/2.*|insert, 1e\+05 rows there/ceiling)$`)
	const earlier = "# Results\n\nan earlier entry\n"
	if err := os.WriteFile(o.results, []byte(earlier), 0o644); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err := measure(t.Context(), o, &out)
	if err != nil && !errors.Is(err, java.ErrNotInstalled) {
		t.Log(out.String())
	}
	javatest.Require(t, err)

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
			// So few orders may all be stored between two looks, so that there is no
			// rate; there always is a latency of a trickle, and a memory.
			shown, always := atFullSpeed, memory
			if m.trickle > 0 {
				shown, always = ofTrickle, p99
			}
			cells := rowOf(entry, m.name, c.name)
			if len(cells) != 2+len(shown)+1 || cells[len(cells)-1] != "0 of 1" {
				t.Errorf("%s, %s: the entry has %q", m.name, c.name, cells)
				continue
			}
			if value, err := strconv.ParseFloat(cells[2+slices.Index(shown, always)], 64); err != nil || value <= 0 {
				t.Errorf("%s, %s: %s %v, %v", m.name, c.name, always, value, err)
			}
		}
	}
	if rows < 15 {
		t.Errorf("%d runs", rows)
	}
	for _, goal := range []string{"first row after process start", "peak RSS, 1 partition"} {
		if !strings.Contains(entry, "| "+goal+" |") {
			t.Errorf("the entry does not judge %q", goal)
		}
	}
	if t.Failed() {
		t.Log(entry)
	}
}

// rowOf is the cells of one row of an entry.
func rowOf(entry, workload, contestant string) []string {
	for line := range strings.Lines(entry) {
		if strings.HasPrefix(line, "| "+workload+" | "+contestant+" |") {
			cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			return cells
		}
	}
	return nil
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
	javatest.Require(t, s.start(t.Context()))

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
