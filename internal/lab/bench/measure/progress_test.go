package measure

import (
	"os"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
)

func TestProgress(t *testing.T) {
	p := newProgress(workload.NewSequence(1, 2*5001, 2)) // a marker every 100 orders
	look := func(advanced bool, stored int, markers ...string) {
		t.Helper()
		got, err := p.look(markers)
		if err != nil || got != advanced || p.stored() != stored {
			t.Errorf("after %v: %v, %v, %d stored; expected %v, %d", markers, got, err, p.stored(), advanced, stored)
		}
	}
	look(false, 0)
	look(true, 1, workload.Marker(0, 0))
	if p.beyond() {
		t.Error("the first row is not beyond the start")
	}
	look(true, 202, workload.Marker(0, 0), workload.Marker(1, 2))
	look(false, 202, workload.Marker(0, 0), workload.Marker(1, 2))
	if !p.beyond() || p.done() {
		t.Errorf("beyond %v, done %v", p.beyond(), p.done())
	}
	for n := range workload.Steps + 1 {
		look(n > 0, 201+1+100*n, workload.Marker(0, n))
	}
	var all []string
	for n := range workload.Steps + 1 {
		all = append(all, workload.Marker(1, n))
	}
	look(true, 2*5001, all...)
	if !p.done() {
		t.Error("not done with every marker seen")
	}
	if _, err := p.look([]string{"mark-09-01"}); err == nil {
		t.Error("a marker of another topic was taken")
	}
}

func TestMarkersOfAllTables(t *testing.T) {
	for expected, tables := range map[string][]string{
		"SELECT order_id FROM orders WHERE order_id LIKE 'mark-%'":                                                          {"orders"},
		"SELECT order_id FROM a WHERE order_id LIKE 'mark-%' UNION ALL SELECT order_id FROM b WHERE order_id LIKE 'mark-%'": {"a", "b"},
	} {
		if got := markers(tables); got != expected {
			t.Errorf("got %s, expected %s", got, expected)
		}
	}
}

func TestCPUTimeIsThatOfTheProcess(t *testing.T) {
	before, err := cpuTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for begin, n := time.Now(), 0; time.Since(begin) < stack.Patience; n++ {
		after, err := cpuTime(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if after > before {
			return
		}
	}
	t.Errorf("after %s of work it is still %s", stack.Patience, before)
}
