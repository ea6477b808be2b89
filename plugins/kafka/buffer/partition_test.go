package buffer_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

// unassign gives up partitions. The channel is closed once they have left.
func (l *log) unassign(partitions ...int32) <-chan struct{} {
	left := make(chan struct{})
	go func() {
		defer close(left)
		l.Unassign(l.Context(), map[string][]int32{"orders": partitions})
	}()
	synctest.Wait()
	return left
}

// lose gives up partition 0 without waiting for anything.
func (l *log) lose() {
	over, done := context.WithCancel(l.Context())
	done()
	l.Unassign(over, map[string][]int32{"orders": {0}, "never seen": {1}})
}

func TestAPartitionThatLeavesWaitsForItsBatch(t *testing.T) {
	run(t, 10_000, 200, func(l *log) {
		l.fetched(0, 0, 6)
		b := l.given("0: 0-1")
		left := l.unassign(0)
		l.expect("leaving", 200)
		l.given("nothing")
		require.False(l, isClosed(left), "it has not waited")
		l.Settle(b, true)
		<-left
		l.expect("left", 0, "0/1")
		// Back again, it begins where the group says.
		l.fetched(0, 1, 3)
		l.given("0: 1-2")
	})
}

// A batch comes back while its partition leaves: the next member reads it.
func TestABatchThatComesBackIsLeftToTheNextMember(t *testing.T) {
	run(t, 10_000, 200, func(l *log) {
		l.fetched(0, 0, 2)
		l.fetched(1, 0, 2)
		b, other := l.given("0: 0-1"), l.given("1: 0-1")
		left := l.unassign(1, 0)
		l.Settle(b, false)
		l.pause()
		l.given("nothing") // partition 1 still waits for its batch
		l.Settle(other, true)
		<-left
		l.pause()
		l.expect("both have left", 0, "1/1")
		l.given("nothing")
	})
}

// The records of a partition that is lost fill the buffer no more, and were the last ones
// of a log that has changed.
func TestALostPartitionLeavesSpace(t *testing.T) {
	run(t, 300, 200, func(l *log) {
		l.fetched(0, 0, 3)
		space := make(chan bool, 1)
		go func() { space <- l.AwaitSpace(l.Context()) }()
		synctest.Wait()
		<-l.Ready()
		l.lose()
		require.True(l, <-space, "the loss of the partition leaves no space")
		require.True(l, isClosed(l.Ready()), "the loss of the partition is not noticed")
	})
}

// At the end nothing waits for what does not come back.
func TestLeavingEndsWithTheMember(t *testing.T) {
	run(t, 10_000, 300, func(l *log) {
		l.fetched(0, 0, 3)
		l.given("0: 0-2")
		left, began := l.unassign(0), time.Now()
		require.False(l, isClosed(left), "it has not waited")
		l.End()
		<-left
		require.Zero(l, time.Since(began), "it waited for a batch that will not come back")
	})
}

// A partition that another member has is not committed, and its records are not given out
// while a batch of theirs is still being written here.
func TestAPartitionThatIsLost(t *testing.T) {
	for _, written := range []bool{true, false} {
		run(t, 10_000, 200, func(l *log) {
			l.fetched(0, 0, 6)
			b := l.given("0: 0-1")
			l.lose()
			l.fetched(0, 0, 2) // it is back already
			l.given("nothing")
			l.Settle(b, written)
			l.pause()
			l.expect("settled after all", 200)
			l.Settle(l.given("0: 0-1"), true)
			l.expect("read again", 0, "0/1")
		})
	}
}

// A partition comes back, and what another member has left to read is a marker. It is
// skipped, whatever becomes of the batch of the assignment before that is still being
// written.
func TestAMarkerIsSkippedBehindABatchOfAnEarlierAssignment(t *testing.T) {
	for _, written := range []bool{true, false} {
		run(t, 10_000, 200, func(l *log) {
			l.fetched(0, 0, 2)
			b := l.given("0: 0-1")
			l.lose()
			found := offsets.Finding{Position: offsets.NoPosition()}
			found.Next, found.LogEnd = 2, 2
			l.Assign(offsets.TopicPartition{Topic: "orders"}, found)
			l.add(0, &kgo.Record{Topic: "orders", Offset: 2, Attrs: kgo.NewRecordAttrs(kgo.RecordAttrsOpts{Control: true})})
			l.expect("the batch is being written", 200)
			l.Settle(b, written)
			l.expect("the marker is skipped", 0, "0/2")
			assert.Zero(l, l.lags[0], "the lag")
		})
	}
}
