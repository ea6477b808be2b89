package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

func TestMarkersStandAtEqualDistances(t *testing.T) {
	for _, partitions := range []int{1, 4, 12} {
		s := newSequence(1, 12_345, partitions)
		position, found := make([]int, partitions), map[string]int{}
		for e := range s.entries() {
			if strings.HasPrefix(e.OrderID, "mark-") {
				if !strings.Contains(string(e.message.Value), e.OrderID) {
					t.Fatalf("%s is not in its message", e.OrderID)
				}
				found[e.OrderID] = position[e.partition]
			}
			position[e.partition]++
		}
		if len(found) != partitions*(steps+1) {
			t.Errorf("%d partitions: %d markers", partitions, len(found))
		}
		for partition, length := range position {
			if length != s.length() || found[marker(partition, 0)] != 0 || found[marker(partition, steps)] != length-1 {
				t.Errorf("%d partitions: partition %d has %d orders, its markers are from %d to %d",
					partitions, partition, length, found[marker(partition, 0)], found[marker(partition, steps)])
			}
			for n := range steps {
				gap := found[marker(partition, n+1)] - found[marker(partition, n)]
				if gap < length/steps-1 || gap > length/steps+1 {
					t.Errorf("%d partitions: %d orders between two markers of %d", partitions, gap, length)
				}
			}
		}
	}
}

func TestASequenceIsTheSameAgain(t *testing.T) {
	a, b := slices.Collect(ids(newSequence(3, 5000, 4))), slices.Collect(ids(newSequence(3, 5000, 4)))
	if !slices.Equal(a, b) {
		t.Error("the same sequence has other orders")
	}
	slices.Sort(a)
	if len(slices.Compact(a)) != 5000 {
		t.Error("an order is in it twice")
	}
}

func ids(s sequence) func(func(string) bool) {
	return func(yield func(string) bool) {
		for e := range s.entries() {
			if !yield(e.OrderID) {
				return
			}
		}
	}
}

// One in a hundred is refusable, and the markers are not.
func TestRefusableOrders(t *testing.T) {
	for _, w := range []workload{refused(20_000, 100), refusedBefore(20_000, 100)} {
		codes := map[string]int{}
		for e := range w.sequence.entries() {
			codes[e.message.Code]++
		}
		refusable := 20_000 - codes[""]
		if refusable < 190 || refusable > 200 {
			t.Errorf("%s: %v", w.name, codes)
		}
		if kinds := len(codes) - 1; w.sequence.refusable == byTheSink && kinds != 5 {
			t.Errorf("%s: %v", w.name, codes)
		}
	}
}

func TestProgress(t *testing.T) {
	p := newProgress(newSequence(1, 2*5001, 2)) // a marker every 100 orders
	look := func(advanced bool, stored int, markers ...string) {
		t.Helper()
		got, err := p.look(markers)
		if err != nil || got != advanced || p.stored() != stored {
			t.Errorf("after %v: %v, %v, %d stored; expected %v, %d", markers, got, err, p.stored(), advanced, stored)
		}
	}
	look(false, 0)
	look(true, 1, marker(0, 0))
	if p.beyond() {
		t.Error("the first row is not beyond the start")
	}
	look(true, 202, marker(0, 0), marker(1, 2))
	look(false, 202, marker(0, 0), marker(1, 2))
	if !p.beyond() || p.done() {
		t.Errorf("beyond %v, done %v", p.beyond(), p.done())
	}
	for n := range steps + 1 {
		look(n > 0, 201+1+100*n, marker(0, n))
	}
	var all []string
	for n := range steps + 1 {
		all = append(all, marker(1, n))
	}
	look(true, 2*5001, all...)
	if !p.done() {
		t.Error("not done with every marker seen")
	}
	if _, err := p.look([]string{"mark-09-01"}); err == nil {
		t.Error("a marker of another topic was taken")
	}
}

// Of the copies of the pipelines nothing but the columns differs.
func TestWidePipelines(t *testing.T) {
	root := ordersinktest.Root(t)
	for _, path := range []string{"pipelines/orders.yaml", "pipelines/bench/stock.yaml", "pipelines/bench/stock_tuned.yaml"} {
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		wide, err := widen(string(text))
		if err != nil {
			t.Fatal(err)
		}
		narrow, changed := strings.Split(string(text), "\n"), 0
		for i, line := range strings.Split(wide, "\n") {
			if line != narrow[i] {
				changed++
				if n := strings.Count(line, "more_"); n < moreFields || n%moreFields != 0 {
					t.Errorf("%s: %d names in %s", path, n, line)
				}
			}
		}
		if expected := map[bool]int{true: 1, false: 3}[path == "pipelines/orders.yaml"]; changed != expected {
			t.Errorf("%s: %d lines differ, expected %d", path, changed, expected)
		}
	}
	if _, err := widen("output: {}"); err == nil {
		t.Error("a pipeline without columns was made wide")
	}
}

// The stock pipelines differ by what README.md says, and by nothing else.
func TestTunedStockDiffersBySettingsOnly(t *testing.T) {
	lines := func(name string) []string {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool { return strings.HasPrefix(line, "#") })
	}
	var more []string
	plain := lines("stock.yaml")
	for _, line := range lines("stock_tuned.yaml") {
		if !slices.Contains(plain, line) {
			more = append(more, strings.TrimSpace(line))
		}
	}
	if expected := []string{"max_yield_batch_bytes: 4MB", "partition_buffer_bytes: 8MB", "fetch_max_wait: 200ms", "dsn: '${MARIADB_DSN:orders:orders@tcp(127.0.0.1:3306)/orders}?interpolateParams=true'"}; !slices.Equal(more, expected) {
		t.Errorf("the tuned one has %q", more)
	}
}

func TestCPUTimeIsThatOfTheProcess(t *testing.T) {
	before, err := cpuTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for begin, n := time.Now(), 0; time.Since(begin) < patience; n++ {
		after, err := cpuTime(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if after > before {
			return
		}
	}
	t.Errorf("after %s of work it is still %s", patience, before)
}
