package workload

import (
	"slices"
	"strings"
	"testing"
)

func TestMarkersStandAtEqualDistances(t *testing.T) {
	for _, partitions := range []int{1, 4, 12} {
		s := NewSequence(1, 12_345, partitions)
		position, found := make([]int, partitions), map[string]int{}
		for e := range s.Entries() {
			isMarker := strings.HasPrefix(e.OrderID, "mark-")
			if isMarker && !strings.Contains(string(e.Message.Value), e.OrderID) {
				t.Fatalf("%s is not in its message", e.OrderID)
			}
			if isMarker {
				found[e.OrderID] = position[e.Partition]
			}
			position[e.Partition]++
		}
		if len(found) != partitions*(Steps+1) {
			t.Errorf("%d partitions: %d markers", partitions, len(found))
		}
		for partition, length := range position {
			if length != s.length() {
				t.Errorf("%d partitions: partition %d has %d orders", partitions, partition, length)
			}
			atEqualDistances(t, partition, length, found)
		}
	}
}

// atEqualDistances asserts where the markers of a partition are.
func atEqualDistances(t *testing.T, partition, length int, found map[string]int) {
	t.Helper()
	if first, last := found[Marker(partition, 0)], found[Marker(partition, Steps)]; first != 0 || last != length-1 {
		t.Errorf("the markers of %d orders are from %d to %d", length, first, last)
	}
	for n := range Steps {
		gap := found[Marker(partition, n+1)] - found[Marker(partition, n)]
		if gap < length/Steps-1 || gap > length/Steps+1 {
			t.Errorf("%d orders between two markers of %d", gap, length)
		}
	}
}

func TestASequenceIsTheSameAgain(t *testing.T) {
	a, b := slices.Collect(idsOf(NewSequence(3, 5000, 4))), slices.Collect(idsOf(NewSequence(3, 5000, 4)))
	if !slices.Equal(a, b) {
		t.Error("the same sequence has other orders")
	}
	slices.Sort(a)
	if len(slices.Compact(a)) != 5000 {
		t.Error("an order is in it twice")
	}
}

func idsOf(s Sequence) func(func(string) bool) {
	return func(yield func(string) bool) {
		for e := range s.Entries() {
			if !yield(e.OrderID) {
				return
			}
		}
	}
}

// One in a hundred is refusable, and the markers are not.
func TestRefusableOrders(t *testing.T) {
	for _, w := range []Workload{Refused(20_000, 100), RefusedBefore(20_000, 100)} {
		codes := map[string]int{}
		for e := range w.Sequence.Entries() {
			codes[e.Message.Code]++
		}
		refusable := 20_000 - codes[""]
		if refusable < 190 || refusable > 200 {
			t.Errorf("%s: %v", w.Name, codes)
		}
		if kinds := len(codes) - 1; w.Sequence.refusable == byTheSink && kinds != 5 {
			t.Errorf("%s: %v", w.Name, codes)
		}
	}
}
