package buffer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/kafka/buffer"
	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

// log is a buffer of the topic orders, with records of 100 bytes each. A batch has 5
// records at most. Its time is that of synctest.
type log struct {
	*testing.T
	*buffer.Buffer
	marked []string
	lags   map[int32]int64
}

func run(t *testing.T, limit, batch int, test func(l *log)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &log{T: t, lags: map[int32]int64{}}
		l.Buffer = buffer.New(buffer.Options{
			Limits: buffer.Limits{Bytes: limit, BatchBytes: batch, BatchRecords: 5},
			Memory: offsets.NewMemory(),
			Mark: func(tp offsets.TopicPartition, next kgo.EpochOffset) {
				l.marked = append(l.marked, fmt.Sprint(tp.Partition, "/", next.Offset-1))
			},
			ShowLag: func(n int64, tp offsets.TopicPartition) { l.lags[tp.Partition] = n },
			Debug:   func(string, ...any) {},
		})
		test(l)
	})
}

// fetched adds the records from one offset up to before another.
func (l *log) fetched(partition int32, from, to int64) {
	var all []*kgo.Record
	for offset := from; offset < to; offset++ {
		all = append(all, &kgo.Record{Topic: "orders", Partition: partition, Offset: offset, Value: make([]byte, 36)})
	}
	l.add(partition, all...)
}

func (l *log) add(partition int32, records ...*kgo.Record) {
	l.Add(kgo.Fetches{{Topics: []kgo.FetchTopic{{Topic: "orders", Partitions: []kgo.FetchPartition{{Partition: partition, Records: records}}}}}})
}

// given is the next batch as "partition: offsets".
func (l *log) given(expected string) *buffer.Batch {
	l.Helper()
	b := l.Take()
	got := "nothing"
	if b != nil {
		got = fmt.Sprintf("%d: %d-%d", b.Records[0].Partition, b.Records[0].Offset, b.Records[len(b.Records)-1].Offset)
	}
	require.Equal(l, expected, got, "the batch that is given out")
	return b
}

// outputs lets outputs have the first batch of partition 0, offsets 0 and 1, whole. That
// batch runs alone.
func (l *log) outputs(names ...string) {
	l.Helper()
	b := l.given("0: 0-1")
	for _, name := range names {
		b.Arrived(name, 2)
		l.given("nothing")
		b.Passed(name, 2)
	}
	l.given("nothing")
	l.Settle(b, true)
}

// pause waits until a batch that came back may be given out again.
func (l *log) pause() { time.Sleep(time.Second) }

func (l *log) expect(what string, held int, marked ...string) {
	l.Helper()
	require.Equal(l, held, l.Held(), "%s: the bytes that are held", what)
	require.Equal(l, strings.Join(marked, " "), strings.Join(l.marked, " "), "%s: the offsets that are marked", what)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestNothingIsFetchedBeyondTheLimit(t *testing.T) {
	run(t, 300, 200, func(l *log) {
		require.True(l, l.AwaitSpace(l.Context()), "there is space")
		l.fetched(0, 0, 3)
		space := make(chan bool, 1)
		go func() { space <- l.AwaitSpace(l.Context()) }()
		b := l.given("0: 0-1")
		synctest.Wait()
		require.Empty(l, space, "more is fetched than may be held")
		l.Settle(b, true)
		require.True(l, <-space, "there is space again")
		ended, end := context.WithCancel(l.Context())
		end()
		require.False(l, l.AwaitSpace(ended), "it goes on after its end")
	})
}

// The buffer holds the headers of a record too.
func TestHeadersCount(t *testing.T) {
	run(t, 300, 200, func(l *log) {
		l.add(0, &kgo.Record{Value: make([]byte, 10), Headers: []kgo.RecordHeader{{Key: "trace", Value: make([]byte, 1000)}}})
		require.GreaterOrEqual(l, l.Held(), 1015, "the bytes of a record with a header of 1,000 bytes")
	})
}

func TestAProblemIsWhatTheBrokerSays(t *testing.T) {
	run(t, 300, 200, func(l *log) {
		refused := errors.New("not authorized")
		failed := func(topic string, err error) {
			l.Add(kgo.Fetches{{Topics: []kgo.FetchTopic{{Topic: topic, Partitions: []kgo.FetchPartition{{Err: err}}}}}})
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
			{l.Assigned, "<nil>"},
			{func() { failed("", refused); time.Sleep(14 * time.Second) }, "not authorized"},
			{func() { time.Sleep(2 * time.Second) }, "<nil>"},
		} {
			step.do()
			_, got := l.Problem()
			assert.Equal(l, step.expected, fmt.Sprint(got))
		}
	})
}
