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

	"github.com/order-sink/order-sink/internal/lab/bench/contestant"
	"github.com/order-sink/order-sink/internal/lab/bench/measure"
	"github.com/order-sink/order-sink/internal/lab/bench/plan"
	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
	"github.com/order-sink/order-sink/internal/servers/java"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "load" { // the loader is this program once more
		main()
		return
	}
	sharedtest.Main(m, ordersinktest.Close)
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
	o := fewOrders(t, `^(insert/(order-sink(, general)?|.*, tuned|ceiling)|insert, 1 partition/(order-sink|ceiling)|update/ceiling|redelivery/.*|refused.* 1 %/.*|40 columns/.*|.* tables/.*|(unwrapped )?change events/.*|Avro orders/.*|orders through a connector/.*|50 idle connectors/order-sink.*|200 orders/s/order-sink|12 partitions shared(, MariaDB far)?/2.*|insert, 1e\+05 rows there/ceiling)$`)
	const earlier = "# Results\n\nan earlier entry\n"
	if err := os.WriteFile(o.results, []byte(earlier), 0o644); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	err := bench(t.Context(), o, &out)
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
	matches, err := plan.Choose(plan.Full(o.orders, o.trickle), o.run)
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, m := range matches {
		for _, c := range m.Contestants {
			rows++
			// So few orders may all be stored between two looks, so that there is no
			// rate; there always is a latency of a trickle, and a memory.
			shown, always := measure.AtFullSpeed, measure.Memory
			switch {
			case m.Trickle > 0:
				shown, always = measure.OfTrickle, measure.P99
			case m.Connectors > 0:
				shown, always = measure.OfIdle, measure.IdleMemory
			}
			cells := rowOf(entry, m.Name, c.Name)
			if len(cells) != 2+len(shown)+1 || cells[len(cells)-1] != "0 of 1" {
				t.Errorf("%s, %s: the entry has %q", m.Name, c.Name, cells)
				continue
			}
			if value, err := strconv.ParseFloat(cells[2+slices.Index(shown, always)], 64); err != nil || value <= 0 {
				t.Errorf("%s, %s: %s %v, %v", m.Name, c.Name, always, value, err)
			}
		}
	}
	if rows < 15 {
		t.Errorf("%d runs", rows)
	}
	for _, goal := range []string{"first row after process start", "peak RSS, 1 partition", "peak RSS, 50 topics into 50 tables"} {
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
	s := &stack.Stack{Root: o.root, Dir: o.dir, Binary: o.binary, Self: self, Orders: o.orders, Out: &bytes.Buffer{}}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	javatest.Require(t, s.Start(t.Context()))

	wrong := contestant.Ceiling
	wrong.Start = func(ctx context.Context, s *stack.Stack, r contestant.Run) (*contestant.Running, error) {
		started, err := contestant.Ceiling.Start(ctx, s, r)
		if err == nil {
			settle := started.Settle
			started.Settle = func(ctx context.Context) error {
				return errors.Join(settle(ctx), s.Exec(ctx, "UPDATE orders SET qty = qty + 1 WHERE order_id = '"+workload.Marker(2, 7)+"'"))
			}
		}
		return started, err
	}
	ends := contestant.Contestant{Name: "one that ends", Start: func(ctx context.Context, s *stack.Stack, r contestant.Run) (*contestant.Running, error) {
		p, err := contestant.Child(s, r.Log, exec.CommandContext(ctx, "false"))
		if err != nil {
			return nil, err
		}
		return contestant.Follow(p), nil
	}}
	w := workload.Insert(o.orders, 4)
	for _, c := range []struct {
		contestant.Contestant
		failure string
	}{{wrong, "1 wrong"}, {ends, "it ended by itself: exit status 1"}} {
		if got := once(t.Context(), s, w, c.Contestant, 1); !strings.Contains(got.Failure, c.failure) {
			t.Errorf("%s: failure %q, expected %q", c.Name, got.Failure, c.failure)
		}
	}
	if got := once(t.Context(), s, w, contestant.Ceiling, 2); got.Failure != "" || got.Figures[measure.Memory] <= 0 {
		t.Errorf("after them: %+v", got)
	}
}
