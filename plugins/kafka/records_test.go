package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// log is records of a topic, as a fetch brings them: 100 bytes each, 10 at a time.
type log struct {
	*records
	marked []string
	lags   map[int32]int64
}

func newLog(limit, batch int) *log {
	l := &log{records: newRecords(limits{buffer: limit, batch: batch, records: 5}), lags: map[int32]int64{}}
	l.mark = func(at place, next kgo.EpochOffset) {
		l.marked = append(l.marked, fmt.Sprint(at.number, "/", next.Offset-1))
	}
	l.lag = func(n int64, _ string, partition int32) { l.lags[partition] = n }
	return l
}

func (l *log) fetched(partition int32, from, to int64) {
	var all []*kgo.Record
	for offset := from; offset < to; offset++ {
		all = append(all, &kgo.Record{Topic: "orders", Partition: partition, Offset: offset, Value: make([]byte, 36)})
	}
	l.add(kgo.Fetches{{Topics: []kgo.FetchTopic{{Topic: "orders", Partitions: []kgo.FetchPartition{{Partition: partition, HighWatermark: to, Records: all}}}}}})
}

// given is the next batch as "partition: offsets".
func (l *log) given(t *testing.T, expected string) *batch {
	t.Helper()
	b := l.take()
	got := "nothing"
	if b != nil {
		got = fmt.Sprintf("%d: %d-%d", b.partition.number, b.records[0].Offset, b.records[len(b.records)-1].Offset)
	}
	if got != expected {
		t.Fatalf("given out: %s, expected %s", got, expected)
	}
	return b
}

// known lets output A write the first batch of a partition, which runs alone.
func (l *log) known(t *testing.T, expected string) {
	t.Helper()
	b := l.given(t, expected)
	b.Arrived("A", len(b.records))
	l.given(t, "nothing")
	b.Passed("A", len(b.records))
	l.given(t, "nothing")
	l.settle(b, written)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (l *log) expect(t *testing.T, what string, held int, marked ...string) {
	t.Helper()
	if l.held != held || strings.Join(l.marked, " ") != strings.Join(marked, " ") {
		t.Fatalf("%s: %d bytes are held and %v is marked, expected %d and %v", what, l.held, l.marked, held, marked)
	}
}

func TestAPartitionIsGivenOutBatchByBatch(t *testing.T) {
	l := newLog(10_000, 300)
	l.fetched(0, 0, 5)
	l.fetched(1, 7, 9)
	l.expect(t, "fetched", 700)
	first := l.given(t, "0: 0-2")
	other := l.given(t, "1: 7-8")
	l.given(t, "nothing")
	l.settle(first, written)
	l.expect(t, "one written", 400, "0/2")
	l.given(t, "0: 3-4")
	l.settle(other, written)
	l.expect(t, "and the other", 200, "0/2", "1/8")
	if l.lags[0] != 2 || l.lags[1] != 0 {
		t.Errorf("the lags are %v", l.lags)
	}
}

func TestARecordAboveTheLimitIsABatch(t *testing.T) {
	l := newLog(10, 10)
	l.fetched(0, 0, 2)
	b := l.given(t, "0: 0-0")
	l.settle(b, written)
	l.given(t, "0: 1-1")
}

// A batch is what one statement takes, however small its records are.
func TestABatchHasSoManyRecordsAtMost(t *testing.T) {
	l := newLog(10_000, 10_000)
	l.fetched(0, 0, 12)
	for _, expected := range []string{"0: 0-4", "0: 5-9", "0: 10-11"} {
		l.settle(l.given(t, expected), written)
	}
	l.expect(t, "all written", 0, "0/4", "0/9", "0/11")
}

// The turns go round: a partition that is always full does not starve another.
func TestPartitionsTakeTurns(t *testing.T) {
	l := newLog(10_000, 100)
	l.fetched(0, 0, 9)
	l.fetched(1, 0, 9)
	var got []int32
	for range 6 {
		b := l.take()
		got = append(got, b.partition.number)
		l.settle(b, written)
	}
	if fmt.Sprint(got) != "[0 1 0 1 0 1]" {
		t.Errorf("the turns were %v", got)
	}
}

func TestTheNextBatchComesOnceAnOutputHasTheFirst(t *testing.T) {
	l := newLog(10_000, 200)
	l.fetched(0, 0, 8)
	l.known(t, "0: 0-1")
	first := l.given(t, "0: 2-3")
	l.given(t, "nothing")
	first.Arrived("A", len(first.records))
	second := l.given(t, "0: 4-5")
	second.Arrived("A", len(second.records))
	if !isClosed(first.Before("A")) || isClosed(second.Before("A")) {
		t.Error("the second batch may be written before the first")
	}
	l.given(t, "nothing") // never a third
	first.Passed("A", len(first.records))
	l.settle(first, written)
	if !isClosed(second.Before("A")) {
		t.Error("the second batch is kept although the first is written")
	}
	l.settle(second, written)
	l.given(t, "0: 6-7")
	l.expect(t, "written in order", 200, "0/1", "0/3", "0/5")
}

// While the letters of a batch are on their way its partition goes on, behind it.
func TestTheNextBatchIsWrittenWhileLettersAreOnTheirWay(t *testing.T) {
	l := newLog(10_000, 200)
	l.fetched(0, 0, 8)
	l.known(t, "0: 0-1")
	l.fetched(1, 0, 2)
	first := l.given(t, "0: 2-3")
	other := l.given(t, "1: 0-1")
	first.Arrived("A", len(first.records))
	l.given(t, "nothing")
	first.Passed("A", len(first.records))
	second := l.given(t, "0: 4-5")
	second.Arrived("A", len(second.records))
	if !isClosed(second.Before("A")) {
		t.Error("the second batch waits for the letters of the first")
	}
	second.Passed("A", len(second.records))
	l.given(t, "nothing") // never a third
	l.settle(second, written)
	l.settle(other, written)
	l.expect(t, "the first is not settled", 600, "0/1", "1/1")
	l.settle(first, written)
	l.expect(t, "it is", 200, "0/1", "1/1", "0/3", "0/5")
	l.given(t, "0: 6-7")
}

// Where other partitions are at work, nothing is gained by a second batch.
func TestTwoPartitionsHaveOneBatchEach(t *testing.T) {
	l := newLog(10_000, 200)
	l.fetched(0, 0, 6)
	l.fetched(1, 0, 6)
	for _, b := range []*batch{l.given(t, "0: 0-1"), l.given(t, "1: 0-1")} {
		b.Arrived("A", 2)
		b.Passed("A", 2)
		l.settle(b, written)
	}
	l.given(t, "0: 2-3").Arrived("A", 2)
	l.given(t, "1: 2-3").Arrived("A", 2)
	l.given(t, "nothing")
}

// A batch behind one that came back is written again behind it, though it was
// written already, and its offset is not committed before.
func TestWhatComesBackIsGivenOutBeforeWhatFollows(t *testing.T) {
	for _, order := range []string{"the first verdict first", "the second verdict first"} {
		t.Run(order, func(t *testing.T) {
			l := newLog(10_000, 200)
			l.fetched(0, 0, 8)
			l.known(t, "0: 0-1")
			first := l.given(t, "0: 2-3")
			first.Arrived("A", len(first.records))
			second := l.given(t, "0: 4-5")
			if order == "the first verdict first" {
				l.settle(first, returned)
				l.given(t, "nothing") // the second is still being written
				l.settle(second, written)
			} else {
				l.settle(second, written)
				l.settle(first, returned)
			}
			l.expect(t, "both are to be written again", 600, "0/1")
			l.given(t, "nothing") // it rests first
			l.awaitRested(t)
			again := l.given(t, "0: 2-3")
			again.Arrived("A", len(again.records))
			l.settle(again, written)
			l.settle(l.given(t, "0: 4-5"), written)
			l.expect(t, "written", 200, "0/1", "0/3", "0/5")
		})
	}
}

func TestAPartitionThatLeavesWaitsForItsBatch(t *testing.T) {
	l := newLog(10_000, 200)
	l.fetched(0, 0, 6)
	b := l.given(t, "0: 0-1")
	left := make(chan struct{})
	go func() { l.leave(t.Context(), map[string][]int32{"orders": {0}}); close(left) }()
	eventually(t, func() bool { l.mutex.Lock(); defer l.mutex.Unlock(); return l.held == 200 })
	l.given(t, "nothing")
	if isClosed(left) {
		t.Fatal("it has not waited")
	}
	l.settle(b, written)
	<-left
	l.expect(t, "left", 0, "0/1")
	// Back again, it begins where the group says.
	l.fetched(0, 1, 3)
	l.given(t, "0: 1-2")
}

// What another member has is not committed, nor given out beside what is still
// being written here.
func TestAPartitionThatIsLost(t *testing.T) {
	for _, v := range []verdict{written, returned} {
		l := newLog(10_000, 200)
		l.fetched(0, 0, 6)
		b := l.given(t, "0: 0-1")
		over, done := context.WithCancel(t.Context())
		done()
		l.leave(over, map[string][]int32{"orders": {0}, "never seen": {1}})
		l.fetched(0, 0, 2) // it is back already
		l.given(t, "nothing")
		l.settle(b, v)
		l.awaitRested(t)
		l.expect(t, "settled after all", 200)
		l.settle(l.given(t, "0: 0-1"), written)
		l.expect(t, "read again", 0, "0/1")
	}
}

func TestNothingIsFetchedBeyondTheLimit(t *testing.T) {
	l := newLog(300, 200)
	if !l.awaitRoom(t.Context()) {
		t.Fatal("there is room")
	}
	l.fetched(0, 0, 3)
	room := make(chan bool)
	go func() { room <- l.awaitRoom(t.Context()) }()
	b := l.given(t, "0: 0-1")
	select {
	case <-room:
		t.Fatal("more is fetched than may be held")
	case <-time.After(20 * time.Millisecond):
	}
	l.settle(b, written)
	if !<-room {
		t.Fatal("there is room again")
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if l.awaitRoom(ended) {
		t.Error("it goes on after its end")
	}
}

func TestTroubleIsWhatTheBrokerSays(t *testing.T) {
	l := newLog(300, 200)
	refused := errors.New("not authorized")
	failed := func(topic string, err error) {
		l.add(kgo.Fetches{{Topics: []kgo.FetchTopic{{Topic: topic, Partitions: []kgo.FetchPartition{{Err: err}}}}}})
	}
	for _, step := range []struct {
		do       func()
		expected string
	}{
		{func() {}, "<nil>"},
		{func() { failed("orders", context.DeadlineExceeded) }, "<nil>"},
		{func() { failed("", kgo.ErrClientClosed) }, "<nil>"},
		{func() { failed("orders", refused) }, "topic orders: not authorized"},
		{func() { l.fetched(0, 0, 1) }, "<nil>"},
		{func() { failed("", refused) }, "not authorized"},
		{l.assigned, "<nil>"},
		{func() { failed("", refused); l.problemAt = time.Now().Add(-problemFor - time.Second) }, "<nil>"},
	} {
		step.do()
		if _, got := l.trouble(); fmt.Sprint(got) != step.expected {
			t.Errorf("got %v, expected %s", got, step.expected)
		}
	}
}

func (l *log) awaitRested(t *testing.T) {
	t.Helper()
	eventually(t, func() bool {
		l.mutex.Lock()
		defer l.mutex.Unlock()
		return !l.partitions[place{"orders", 0}].resting
	})
}

func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it never came to this")
		}
	}
}

// At the end nobody waits for what does not come back.
func TestLeavingEndsWithTheMember(t *testing.T) {
	l := newLog(10_000, 300)
	l.fetched(0, 0, 3)
	l.given(t, "0: 0-2")
	left := make(chan struct{})
	go func() {
		defer close(left)
		l.leave(t.Context(), map[string][]int32{"orders": {0}})
	}()
	eventually(t, func() bool {
		l.mutex.Lock()
		defer l.mutex.Unlock()
		return l.partitions[place{"orders", 0}].leaving
	})
	l.end()
	select {
	case <-left:
	case <-time.After(finishFor / 2):
		t.Error("it waits for a batch that will not come back")
	}
}

// A batch that is not whole when it comes to an output, since a processor has left
// something out or sent it elsewhere, holds up the next one until its verdict.
func TestABatchThatIsNotWholeKeepsItsPartition(t *testing.T) {
	l := newLog(10_000, 200)
	l.fetched(0, 0, 6)
	l.known(t, "0: 0-1")
	first := l.given(t, "0: 2-3")
	first.Arrived("A", 1)
	first.Passed("A", 1)
	l.given(t, "nothing")
	l.settle(first, written)
	l.given(t, "0: 4-5")
}

// Whichever of its messages are left out: the rest knows that it must wait.
func TestEachMessageOfABatchBehindAnotherSaysSo(t *testing.T) {
	l := newLog(10_000, 200)
	l.fetched(0, 0, 6)
	l.known(t, "0: 0-1")
	first := l.given(t, "0: 2-3")
	first.Arrived("A", 2)
	second := l.given(t, "0: 4-5")
	for b, expected := range map[*batch][]bool{first: {true, false}, second: {true, true}} {
		for i, m := range messages(b) {
			if said, ok := m.MetaGetImmut("kafka_batch"); ok != expected[i] || ok && said != b {
				t.Errorf("message %d of the batch from offset %d says %v", i, b.records[0].Offset, said)
			}
		}
	}
}
