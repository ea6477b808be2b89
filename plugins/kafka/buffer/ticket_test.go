package buffer_test

import (
	"runtime"
	"testing"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/kafka/buffer"
)

// ordered runs a test of partition 0 of so many records. Outputs have its first batch
// already; first is the next one, offsets 2 and 3, which output A has got.
func ordered(t *testing.T, records int64, outputs []string, test func(l *log, first *buffer.Batch)) {
	t.Helper()
	run(t, 10_000, 200, func(l *log) {
		l.fetched(0, 0, records)
		l.outputs(outputs...)
		first := l.given("0: 2-3")
		first.Arrived("A", 2)
		test(l, first)
	})
}

func (l *log) mustWait(b *buffer.Batch, by, why string) {
	l.Helper()
	assert.False(l, isClosed(b.Before(by)), "output %s may write the batch from offset %d although %s", by, b.Records[0].Offset, why)
}

func (l *log) mayGo(b *buffer.Batch, by, why string) {
	l.Helper()
	assert.True(l, isClosed(b.Before(by)), "output %s may not write the batch from offset %d although %s", by, b.Records[0].Offset, why)
}

// Each output keeps the order of its own table, the slower one too.
func TestAnOutputWaitsForItselfOnly(t *testing.T) {
	ordered(t, 8, []string{"A", "B"}, func(l *log, first *buffer.Batch) {
		l.given("nothing") // B could get the next batch before this one
		first.Arrived("B", 2)
		second := l.given("0: 4-5")
		first.Passed("A", 2)
		second.Arrived("A", 2)
		second.Arrived("B", 2)
		l.mayGo(second, "A", "it has written the first batch")
		l.mustWait(second, "B", "it is still writing the first batch")
		l.mustWait(second, "C", "it has not written the first batch")
		first.Passed("B", 2)
		l.mayGo(second, "B", "it has written the first batch")
		l.Settle(first, true)
		l.mayGo(second, "C", "the first batch is settled")
	})
}

// While other partitions are at work, the next batch comes once all outputs have
// finished this one.
func TestTheNextBatchComesOnceAllOutputsHaveFinished(t *testing.T) {
	ordered(t, 6, []string{"A", "B"}, func(l *log, first *buffer.Batch) {
		l.fetched(1, 0, 2)
		l.given("1: 0-1")
		first.Arrived("B", 2)
		first.Passed("A", 2)
		l.given("nothing")
		first.Passed("B", 2)
		l.given("0: 4-5")
	})
}

// An output that has a part of a batch waits until the batch before is settled. Its
// own part says nothing about the rest.
func TestAPartOfABatchWaitsUntilTheBatchBeforeIsSettled(t *testing.T) {
	ordered(t, 6, []string{"A"}, func(l *log, first *buffer.Batch) {
		first.Passed("A", 2)
		first.Arrived("B", 1) // what A has refused
		second := l.given("0: 4-5")
		second.Arrived("B", 1)
		l.mustWait(second, "B", "it is writing a part of the first batch")
		first.Passed("B", 1)
		l.mustWait(second, "B", "the first batch is not settled")
		l.Settle(first, true)
		l.mayGo(second, "B", "the first batch is settled")
	})
}

// A fan_out gives a batch back as soon as one output fails, while another output is
// still writing it. That output writes the batch that is given out again afterwards.
func TestABatchThatIsGivenBackIsWrittenToItsEnd(t *testing.T) {
	for _, written := range []bool{false, true} {
		ordered(t, 6, []string{"A", "B"}, func(l *log, first *buffer.Batch) {
			first.Arrived("B", 1)
			first.Passed("A", 2)
			l.Settle(first, written)
			l.pause()
			next := l.Take()
			assert.True(l, next.Waits, "a message of the next batch could come to B without its ticket")
			next.Arrived("A", 2)
			next.Arrived("B", 2)
			l.mayGo(next, "A", "it is not writing")
			l.mustWait(next, "B", "it is still writing the batch that was given back")
			first.Passed("B", 1)
			l.mayGo(next, "B", "it is not writing")
			l.Settle(next, true)
			kept := weak.Make(first)
			runtime.GC() // first is not used any more
			assert.Nil(l, kept.Value(), "the buffer keeps a batch that is finished")
		})
	}
}

// With a `retry` around an output, a batch comes again after the next batch was
// written. The next batch is then written again.
func TestABatchThatComesLateIsFollowedByItsNext(t *testing.T) {
	for _, settled := range []bool{false, true} {
		ordered(t, 6, []string{"A"}, func(l *log, first *buffer.Batch) {
			first.Passed("A", 2)
			second := l.given("0: 4-5")
			second.Arrived("A", 2)
			l.mayGo(second, "A", "it has written the first batch")
			second.Passed("A", 2)
			if settled {
				l.Settle(second, true)
			}
			first.Arrived("A", 2)
			first.Passed("A", 2)
			l.Settle(first, true)
			if !settled {
				l.Settle(second, true)
			}
			l.expectAgain()
		})
	}
}

// expectAgain expects that the second batch comes again, and writes it.
func (l *log) expectAgain() {
	l.Helper()
	l.expect("the second batch comes again", 200, "0/1", "0/3")
	l.pause()
	l.Settle(l.given("0: 4-5"), true)
	l.expect("it is written again", 0, "0/1", "0/3", "0/5")
}

// An output whose messages are refused gives them on after those of the batch before.
func TestTheBatchBehindKnowsWhenItIsFirst(t *testing.T) {
	ordered(t, 6, []string{"A"}, func(l *log, first *buffer.Batch) {
		second := l.given("0: 4-5")
		first.Passed("A", 2)
		require.True(l, isClosed(first.Behind()), "Behind is closed for the first batch only")
		require.False(l, isClosed(second.Behind()), "Behind is closed for the first batch only")
		l.Settle(first, true)
		require.True(l, isClosed(second.Behind()), "the second batch is the first now")
	})
}

// An output that waits for a batch which no output writes could be what that batch
// waits for. So it goes on after a while, and its batch is written again in its order.
func TestNothingWaitsForABatchThatNobodyWrites(t *testing.T) {
	ordered(t, 6, []string{"A"}, func(l *log, first *buffer.Batch) {
		second := l.given("0: 4-5")
		second.Arrived("B", 1)
		admission := second.Before("B")
		time.Sleep(time.Minute)
		l.mustWait(second, "B", "A is writing the first batch")
		first.Passed("A", 2)
		<-admission
		<-second.Behind()
		second.Passed("B", 1)
		l.Settle(second, true)
		l.Settle(first, true)
		l.expectAgain()
	})
}

// A stuck output gets the next batch at once: of its first batch, too, and while other
// partitions are at work. The order does not change.
func TestAStuckOutputGetsTheNextBatch(t *testing.T) {
	run(t, 10_000, 200, func(l *log) {
		l.fetched(0, 0, 6)
		l.fetched(1, 0, 2)
		first := l.given("0: 0-1")
		l.given("1: 0-1")
		first.Arrived("A", 1)
		first.Stuck()
		l.given("nothing") // nobody knows which output has the rest of the batch
		first.Arrived("A", 2)
		second := l.given("0: 2-3")
		second.Arrived("A", 2)
		l.mustWait(second, "A", "it is stuck in the first batch")
		l.given("nothing") // never a third
		first.Passed("A", 2)
		l.mayGo(second, "A", "it has written the first batch")
	})
}

// A fan_out brings a batch to its second output after the first output has failed it:
// the second output must not wait forever in its slot.
func TestABatchMayArriveAfterItWasGivenBack(t *testing.T) {
	run(t, 10_000, 200, func(l *log) {
		l.fetched(0, 0, 4)
		first := l.given("0: 0-1")
		first.Arrived("A", 2)
		first.Passed("A", 2)
		l.Settle(first, false)
		first.Arrived("B", 2)
		l.mayGo(first, "B", "the batch was given back")
	})
}

// An output that stops has stored the records in front of a refused one: they are acknowledged,
// and the batch stays given out.
func TestTheFrontOfABatchIsAcknowledged(t *testing.T) {
	ordered(t, 6, []string{"A"}, func(l *log, first *buffer.Batch) {
		first.Passed("A", 2)
		second := l.given("0: 4-5")
		second.Arrived("A", 2)
		second.Stored("A", 1)
		l.expect("the first batch is not settled", 400, "0/1")
		l.Settle(first, true)
		l.expect("one record of the second", 200, "0/1", "0/3", "0/4")
		require.EqualValues(l, 1, l.lags[0])
		second.Stored("A", 1)
		l.expect("again", 200, "0/1", "0/3", "0/4")
		l.Settle(second, true)
		l.expect("all", 0, "0/1", "0/3", "0/4", "0/5")
	})
}

// Another output may not have the messages.
func TestTheFrontOfABatchOfSeveralOutputsIsNotAcknowledged(t *testing.T) {
	ordered(t, 6, []string{"A", "B"}, func(l *log, first *buffer.Batch) {
		first.Arrived("B", 2)
		first.Stored("A", 1)
		l.expect("B has it too", 400, "0/1")
	})
	run(t, 10_000, 200, func(l *log) {
		l.fetched(0, 0, 2)
		first := l.given("0: 0-1")
		first.Arrived("A", 1) // the other message is elsewhere
		first.Stored("A", 1)
		l.expect("a part of a batch", 200)
	})
}
