package kafka

import (
	"testing"
	"time"
)

// outputs lets outputs have the first batch of partition 0, offsets 0 and 1, whole.
func (l *log) outputs(t *testing.T, names ...string) {
	t.Helper()
	b := l.given(t, "0: 0-1")
	for _, name := range names {
		b.Arrived(name, 2)
		b.Passed(name, 2)
	}
	l.given(t, "nothing")
	l.settle(b, written)
}

func (b *batch) mustWait(t *testing.T, by, why string) {
	t.Helper()
	if isClosed(b.Before(by)) {
		t.Errorf("output %s may write the batch from offset %d although %s", by, b.records[0].Offset, why)
	}
}

func (b *batch) mayGo(t *testing.T, by, why string) {
	t.Helper()
	if !isClosed(b.Before(by)) {
		t.Errorf("output %s may not write the batch from offset %d although %s", by, b.records[0].Offset, why)
	}
}

// Each output keeps the order of its own table, the slower one too.
func TestAnOutputWaitsForItselfOnly(t *testing.T) {
	l := newLog(10_000, 200)
	l.fetched(0, 0, 8)
	l.outputs(t, "A", "B")
	first := l.given(t, "0: 2-3")
	first.Arrived("A", 2)
	l.given(t, "nothing") // B could get the next batch before this one
	first.Arrived("B", 2)
	second := l.given(t, "0: 4-5")
	first.Passed("A", 2)
	second.Arrived("A", 2)
	second.Arrived("B", 2)
	second.mayGo(t, "A", "it has written the first batch")
	second.mustWait(t, "B", "it is still writing the first batch")
	second.mustWait(t, "C", "it has not written the first batch")
	first.Passed("B", 2)
	second.mayGo(t, "B", "it has written the first batch")
	l.settle(first, written)
	second.mayGo(t, "C", "the first batch is settled")
}

// While other partitions are at work, the next batch comes once all outputs have
// finished this one.
func TestTheNextBatchComesOnceAllOutputsHaveFinished(t *testing.T) {
	l := newLog(10_000, 200)
	l.fetched(0, 0, 6)
	l.outputs(t, "A", "B")
	l.fetched(1, 0, 2)
	first := l.given(t, "0: 2-3")
	l.given(t, "1: 0-1")
	first.Arrived("A", 2)
	first.Arrived("B", 2)
	first.Passed("A", 2)
	l.given(t, "nothing")
	first.Passed("B", 2)
	l.given(t, "0: 4-5")
}

// An output that has a part of a batch waits until the batch before is settled. Its
// own part says nothing about the rest.
func TestAPartOfABatchWaitsForTheVerdict(t *testing.T) {
	l := newLog(10_000, 200)
	l.fetched(0, 0, 6)
	l.outputs(t, "A")
	first := l.given(t, "0: 2-3")
	first.Arrived("A", 2)
	first.Passed("A", 2)
	first.Arrived("B", 1) // what A has refused
	second := l.given(t, "0: 4-5")
	second.Arrived("B", 1)
	second.mustWait(t, "B", "it is writing a part of the first batch")
	first.Passed("B", 1)
	second.mustWait(t, "B", "the first batch is not settled")
	l.settle(first, written)
	second.mayGo(t, "B", "the first batch is settled")
}

// A fan_out gives a batch back as soon as one output fails, while another output is
// still writing it. That output writes the batch that is given out again afterwards.
func TestABatchThatIsGivenBackIsWrittenToItsEnd(t *testing.T) {
	for _, v := range []verdict{returned, written} {
		l := newLog(10_000, 200)
		l.fetched(0, 0, 6)
		l.outputs(t, "A", "B")
		first := l.given(t, "0: 2-3")
		first.Arrived("A", 2)
		first.Arrived("B", 1)
		first.Passed("A", 2)
		l.settle(first, v)
		l.awaitRested(t)
		next := l.take()
		if !next.waits {
			t.Error("a message of the next batch could come to B without its turn")
		}
		next.Arrived("A", 2)
		next.Arrived("B", 2)
		next.mayGo(t, "A", "it is not writing")
		next.mustWait(t, "B", "it is still writing the batch that was given back")
		first.Passed("B", 1)
		next.mayGo(t, "B", "it is not writing")
		if n := len(next.partition.late); n > 0 {
			t.Errorf("%d batches are kept", n)
		}
	}
}

// With a `retry` around an output, a batch comes again after the next batch was
// written. The next batch is then written again.
func TestABatchThatComesLateIsFollowedByItsNext(t *testing.T) {
	for _, settled := range []bool{false, true} {
		l := newLog(10_000, 200)
		l.fetched(0, 0, 6)
		l.outputs(t, "A")
		first := l.given(t, "0: 2-3")
		first.Arrived("A", 2)
		first.Passed("A", 2)
		second := l.given(t, "0: 4-5")
		second.Arrived("A", 2)
		second.mayGo(t, "A", "it has written the first batch")
		second.Passed("A", 2)
		if settled {
			l.settle(second, written)
		}
		first.Arrived("A", 2)
		first.Passed("A", 2)
		l.settle(first, written)
		if !settled {
			l.settle(second, written)
		}
		l.expect(t, "the second batch comes again", 200, "0/1", "0/3")
		l.awaitRested(t)
		l.settle(l.given(t, "0: 4-5"), written)
		l.expect(t, "it is written again", 0, "0/1", "0/3", "0/5")
	}
}

// An output whose messages are refused gives them on after those of the batch before.
func TestTheBatchBehindKnowsWhenItIsFirst(t *testing.T) {
	l := newLog(10_000, 200)
	l.fetched(0, 0, 6)
	l.outputs(t, "A")
	first := l.given(t, "0: 2-3")
	first.Arrived("A", 2)
	second := l.given(t, "0: 4-5")
	first.Passed("A", 2)
	if !isClosed(first.Behind()) || isClosed(second.Behind()) {
		t.Error("Behind is closed for the first batch only")
	}
	l.settle(first, written)
	if !isClosed(second.Behind()) {
		t.Error("the second batch is the first now")
	}
}

// An output that waits for a batch which no output writes could be what that batch
// waits for. So it goes on after a while, and its batch is written again in its turn.
func TestNothingWaitsForABatchThatNobodyWrites(t *testing.T) {
	l := newLog(10_000, 200)
	l.checkEvery = time.Millisecond
	l.fetched(0, 0, 6)
	l.outputs(t, "A")
	first := l.given(t, "0: 2-3")
	first.Arrived("A", 2)
	second := l.given(t, "0: 4-5")
	second.Arrived("B", 1)
	turn := second.Before("B")
	for range 3 {
		second.look()
	}
	second.mustWait(t, "B", "A is writing the first batch")
	first.Passed("A", 2)
	<-turn
	<-second.Behind()
	second.Passed("B", 1)
	l.settle(second, written)
	l.settle(first, written)
	l.expect(t, "the second batch comes again", 200, "0/1", "0/3")
	l.awaitRested(t)
	l.settle(l.given(t, "0: 4-5"), written)
	l.expect(t, "it is written again", 0, "0/1", "0/3", "0/5")
}

// A stuck output gets the next batch at once: of its first batch, too, and while other
// partitions are at work. The order stays.
func TestAStuckOutputGetsTheNextBatch(t *testing.T) {
	l := newLog(10_000, 200)
	l.fetched(0, 0, 6)
	l.fetched(1, 0, 2)
	first := l.given(t, "0: 0-1")
	l.given(t, "1: 0-1")
	first.Arrived("A", 1)
	first.Stuck()
	l.given(t, "nothing") // nobody knows who has the rest of the batch
	first.Arrived("A", 2)
	second := l.given(t, "0: 2-3")
	second.Arrived("A", 2)
	second.mustWait(t, "A", "it is stuck in the first batch")
	l.given(t, "nothing") // never a third
	first.Passed("A", 2)
	second.mayGo(t, "A", "it has written the first batch")
}

// A fan_out brings a batch to its second output after the first output has failed it:
// the second output must not wait forever in its slot.
func TestABatchMayArriveAfterItWasGivenBack(t *testing.T) {
	l := newLog(10_000, 200)
	l.fetched(0, 0, 4)
	first := l.given(t, "0: 0-1")
	first.Arrived("A", 2)
	first.Passed("A", 2)
	l.settle(first, returned)
	first.Arrived("B", 2)
	if !isClosed(first.Before("B")) {
		t.Error("output B waits for a batch that was given back")
	}
}

// An output that a whole batch has come to once, as the second output of a `fallback`,
// does not end the overlap of the batches for ever.
func TestAnOutputThatGetsNoMoreBatchesIsForgotten(t *testing.T) {
	for _, v := range []verdict{written, returned} {
		l := newLog(10_000, 200)
		l.fetched(0, 0, 100)
		l.outputs(t, "A", "B")
		for range keepOutput {
			first := l.take()
			first.Arrived("A", 2)
			first.Passed("A", 2)
			first.Arrived("B", 1) // a part, as the messages that A has refused
			first.Passed("B", 1)
			l.given(t, "nothing") // B could get all of it yet
			l.settle(first, v)
			if v == returned {
				l.awaitRested(t)
			}
		}
		first := l.take()
		first.Arrived("A", 2)
		second := l.take()
		if v == returned { // B may not have got the batch because A has failed it
			if second != nil {
				t.Error("the next batch comes before B has this one")
			}
			continue
		}
		if second == nil {
			t.Fatal("the next batch waits for B")
		}
		// B comes back with both batches, and keeps their order.
		second.Arrived("A", 2)
		second.Arrived("B", 2)
		second.mustWait(t, "B", "it has not written the first batch")
		first.Passed("A", 2)
		first.Arrived("B", 2)
		first.mayGo(t, "B", "nothing is before the first batch")
		second.mustWait(t, "B", "it is writing the first batch")
		first.Passed("B", 2)
		second.mayGo(t, "B", "it has written the first batch")
		second.Passed("A", 2)
		second.Passed("B", 2)
		l.settle(first, written)
		l.settle(second, written)
		third := l.take()
		third.Arrived("A", 2)
		l.given(t, "nothing") // B is known again
	}
}
