package buffer_test

import (
	"runtime"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/kafka/buffer"
)

func TestAPartitionIsGivenOutBatchByBatch(t *testing.T) {
	run(t, 10_000, 300, func(l *log) {
		l.fetched(0, 0, 5)
		l.fetched(1, 7, 9)
		l.expect("fetched", 700)
		first := l.given("0: 0-2")
		other := l.given("1: 7-8")
		l.given("nothing")
		l.Settle(first, true)
		l.expect("one written", 400, "0/2")
		l.given("0: 3-4")
		l.Settle(other, true)
		l.expect("and the other", 200, "0/2", "1/8")
		require.EqualValues(l, 2, l.lags[0], "the lags are %v", l.lags)
		require.Zero(l, l.lags[1], "the lags are %v", l.lags)
	})
}

func TestARecordAboveTheLimitIsABatch(t *testing.T) {
	run(t, 10, 10, func(l *log) {
		l.fetched(0, 0, 2)
		l.Settle(l.given("0: 0-0"), true)
		l.given("0: 1-1")
	})
}

// A batch is what one statement takes, however small its records are.
func TestABatchHasSoManyRecordsAtMost(t *testing.T) {
	run(t, 10_000, 10_000, func(l *log) {
		l.fetched(0, 0, 12)
		for _, expected := range []string{"0: 0-4", "0: 5-9", "0: 10-11"} {
			l.Settle(l.given(expected), true)
		}
		l.expect("all written", 0, "0/4", "0/9", "0/11")
	})
}

// A partition that is always full does not starve another.
func TestPartitionsAlternate(t *testing.T) {
	run(t, 10_000, 100, func(l *log) {
		l.fetched(0, 0, 9)
		l.fetched(1, 0, 9)
		var got []int32
		for range 6 {
			b := l.Take()
			got = append(got, b.Records[0].Partition)
			l.Settle(b, true)
		}
		require.Equal(l, []int32{0, 1, 0, 1, 0, 1}, got, "the partitions of the batches")
	})
}

func TestTheNextBatchComesOnceAnOutputHasTheFirst(t *testing.T) {
	run(t, 10_000, 200, func(l *log) {
		l.fetched(0, 0, 8)
		l.outputs("A")
		first := l.given("0: 2-3")
		l.given("nothing")
		first.Arrived("A", 2)
		second := l.given("0: 4-5")
		require.False(l, first.Waits, "only the second batch must wait")
		require.True(l, second.Waits, "only the second batch must wait")
		second.Arrived("A", 2)
		l.mayGo(first, "A", "nothing is before the first batch")
		l.mustWait(second, "A", "the first batch is not written")
		l.given("nothing") // never a third
		first.Passed("A", 2)
		l.Settle(first, true)
		l.mayGo(second, "A", "it has written the first batch")
		l.Settle(second, true)
		l.given("0: 6-7")
		l.expect("written in order", 200, "0/1", "0/3", "0/5")
	})
}

// While the dead letters of a batch are on their way its partition goes on, behind it.
func TestTheNextBatchIsWrittenWhileDeadLettersAreOnTheirWay(t *testing.T) {
	run(t, 10_000, 200, func(l *log) {
		l.fetched(0, 0, 8)
		l.outputs("A")
		l.fetched(1, 0, 2)
		first := l.given("0: 2-3")
		other := l.given("1: 0-1")
		first.Arrived("A", 2)
		l.given("nothing")
		first.Passed("A", 2)
		second := l.given("0: 4-5")
		second.Arrived("A", 2)
		l.mayGo(second, "A", "only the dead letters of the first batch are on their way")
		second.Passed("A", 2)
		l.given("nothing") // never a third
		l.Settle(second, true)
		l.Settle(other, true)
		l.expect("the first is not settled", 600, "0/1", "1/1")
		l.Settle(first, true)
		l.expect("it is", 200, "0/1", "1/1", "0/3", "0/5")
		l.given("0: 6-7")
	})
}

// Where other partitions are at work, nothing is gained by a second batch.
func TestTwoPartitionsHaveOneBatchEach(t *testing.T) {
	run(t, 10_000, 200, func(l *log) {
		l.fetched(0, 0, 6)
		l.fetched(1, 0, 6)
		for _, b := range []*buffer.Batch{l.given("0: 0-1"), l.given("1: 0-1")} {
			b.Arrived("A", 2)
			b.Passed("A", 2)
			l.Settle(b, true)
		}
		l.given("0: 2-3").Arrived("A", 2)
		l.given("1: 2-3").Arrived("A", 2)
		l.given("nothing")
	})
}

// A batch behind one that came back is written again behind it, though it was written
// already, and its offset is not committed before.
func TestWhatComesBackIsGivenOutBeforeWhatFollows(t *testing.T) {
	for _, order := range []string{"the first outcome first", "the second outcome first"} {
		t.Run(order, func(t *testing.T) {
			run(t, 10_000, 200, func(l *log) {
				l.fetched(0, 0, 8)
				l.outputs("A")
				first := l.given("0: 2-3")
				first.Arrived("A", 2)
				second := l.given("0: 4-5")
				if order == "the first outcome first" {
					l.Settle(first, false)
					l.given("nothing") // the second is still being written
					l.Settle(second, true)
				} else {
					l.Settle(second, true)
					l.Settle(first, false)
				}
				l.expect("both are to be written again", 600, "0/1")
				l.given("nothing") // after a pause
				l.pause()
				again := l.given("0: 2-3")
				again.Arrived("A", 2)
				l.Settle(again, true)
				l.Settle(l.given("0: 4-5"), true)
				l.expect("written", 200, "0/1", "0/3", "0/5")
			})
		})
	}
}

// A batch that is not whole when it comes to an output, since a processor has dropped a
// message or sent it elsewhere, holds up the next one until it is settled.
func TestABatchThatIsNotWholeKeepsItsPartition(t *testing.T) {
	run(t, 10_000, 200, func(l *log) {
		l.fetched(0, 0, 6)
		l.outputs("A")
		first := l.given("0: 2-3")
		first.Arrived("A", 1)
		first.Passed("A", 1)
		l.given("nothing")
		l.Settle(first, true)
		l.given("0: 4-5")
	})
}

// A batch whose partition has no more records for now keeps nothing in memory.
func TestASettledBatchIsNotKept(t *testing.T) {
	run(t, 10_000, 300, func(l *log) {
		l.fetched(0, 0, 3)
		kept := func() weak.Pointer[buffer.Batch] {
			b := l.given("0: 0-2")
			l.Settle(b, true)
			return weak.Make(b)
		}()
		runtime.GC()
		require.Nil(l, kept.Value(), "the buffer still has the batch")
		runtime.KeepAlive(l)
	})
}
