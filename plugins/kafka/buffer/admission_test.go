package buffer_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// keepOutput is how many batches may be written without an output before the partition
// expects no whole batch to come to that output.
const keepOutput = 16

// withoutB writes so many batches that come to output B in part only.
func (l *log) withoutB(batches int, written bool) {
	l.Helper()
	for range batches {
		first := l.Take()
		first.Arrived("A", 2)
		first.Passed("A", 2)
		first.Arrived("B", 1) // a part, as the messages that A has refused
		first.Passed("B", 1)
		l.given("nothing") // B could get all of it yet
		l.Settle(first, written)
		if !written {
			l.pause()
		}
	}
}

// An output that a whole batch has come to once, as the second output of a `fallback`,
// does not end the overlap of the batches forever.
func TestAnOutputThatGetsNoMoreBatchesIsForgotten(t *testing.T) {
	run(t, 10_000, 200, func(l *log) {
		l.fetched(0, 0, 100)
		l.outputs("A", "B")
		l.withoutB(keepOutput, true)
		first := l.Take()
		first.Arrived("A", 2)
		second := l.Take()
		require.NotNil(l, second, "the next batch waits for B")
		// B comes back with both batches, and keeps their order.
		second.Arrived("A", 2)
		second.Arrived("B", 2)
		l.mustWait(second, "B", "it has not written the first batch")
		first.Passed("A", 2)
		first.Arrived("B", 2)
		l.mayGo(first, "B", "nothing is before the first batch")
		l.mustWait(second, "B", "it is writing the first batch")
		first.Passed("B", 2)
		l.mayGo(second, "B", "it has written the first batch")
		second.Passed("A", 2)
		second.Passed("B", 2)
		l.Settle(first, true)
		l.Settle(second, true)
		third := l.Take()
		third.Arrived("A", 2)
		l.given("nothing") // B is known again
	})
}

// An output may not have got a batch that came back because another output has failed it.
func TestAnOutputIsNotForgottenWhileBatchesComeBack(t *testing.T) {
	run(t, 10_000, 200, func(l *log) {
		l.fetched(0, 0, 100)
		l.outputs("A", "B")
		l.withoutB(keepOutput, false)
		l.Take().Arrived("A", 2)
		l.given("nothing")
	})
}
