package kafka

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/loopback"
)

// The input reports a broker that goes once, and reads on when the broker is back.
func TestTheInputWaitsForABroker(t *testing.T) {
	port, err := loopback.Port(0)
	require.NoError(t, err)
	first := cluster(t, port, 1)
	r := &reading{}
	r.start(t, secured(port))
	r.eventually(t, "the first record", func() bool { return len(r.got()) == 1 })
	first.Close()
	r.eventually(t, "the wait is reported", func() bool { return r.logged("waiting to read since") == 1 })
	cluster(t, port, 2) // another log, whose records are all new
	r.eventually(t, "the records of the new log", func() bool { return len(r.got()) == 3 })
	r.eventually(t, "the end of the wait is reported", func() bool { return r.logged("Reading: the wait is over") == 1 })
	require.Equal(t, 1, r.logged("waiting to read since"), "the wait is reported once")
	require.Equal(t, []string{"record 0", "record 1"}, r.got()[1:3])
	require.Zero(t, r.logged("p\\\"a"), "the log has the password")
}

func TestAWrongPasswordIsReported(t *testing.T) {
	port, err := loopback.Port(0)
	require.NoError(t, err)
	cluster(t, port, 1)
	r := &reading{}
	r.start(t, strings.Replace(secured(port), "${PASSWORD}", "wrong", 1))
	r.eventually(t, "the wait is reported", func() bool { return r.logged("waiting to read since") == 1 })
	require.Empty(t, r.got())
}

func TestAMissingTopicIsReported(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		missing := kafkatest.Topic(t, b, 1) + "-missing" // a name that no other run has
		r := &reading{}
		r.start(t, open(b, "'"+missing+",'", "metadata_max_age: 500ms\n"))
		r.eventually(t, "the wait is reported", func() bool {
			n := r.logged("topic " + missing + " does not exist, or the account may not see it: UNKNOWN_TOPIC_OR_PARTITION")
			return n == 1
		})
		require.NoError(t, b.CreateTopic(t.Context(), missing, 1, nil))
		produce(t, b, &kgo.Record{Topic: missing, Value: []byte("an order")})
		r.eventually(t, "the record", func() bool { return len(r.got()) == 1 })
	})
}

// Records that are not taken come again, before those that follow them, and are committed
// only then.
func TestWhatIsNotTakenComesAgainInItsOrder(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		const n = 500
		topic := kafkatest.Topic(t, b, 1)
		produce(t, b, numbered(topic, 0, 0, n)...)
		var mutex sync.Mutex
		var taken []string
		refusals, largest := 3, 0
		r := &reading{}
		r.run(t, func(builder *service.StreamBuilder) error {
			return errors.Join(builder.AddInputYAML(open(b, topic, "max_batch_bytes: 5KiB\nmax_batch_records: 30\n")), builder.AddBatchConsumerFunc(func(_ context.Context, batch service.MessageBatch) error {
				mutex.Lock()
				defer mutex.Unlock()
				largest = max(largest, len(batch))
				first, _ := batch[0].AsBytes()
				if string(first) != "0" && refusals > 0 {
					refusals--
					return errors.New("not now")
				}
				for _, m := range batch {
					content, _ := m.AsBytes()
					taken = append(taken, string(content))
				}
				return nil
			}))
		})
		var expected []string
		for i := range n {
			expected = append(expected, fmt.Sprint(i))
		}
		r.eventually(t, "all records", func() bool { mutex.Lock(); defer mutex.Unlock(); return len(taken) >= n })
		require.Equal(t, expected, taken)
		require.Equal(t, 30, largest, "the records of the largest batch")
		r.eventually(t, "the offset is committed", func() bool { return committed(t, b, topic, 0) == n })
	})
}

// A partition moves to a second member: the records in flight are committed, and no record
// is read by both.
func TestAPartitionMovesWithItsOffset(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		n := 300
		topic := kafkatest.Topic(t, b, 2)
		first, second := &reading{}, &reading{}
		first.accept = func(string) { time.Sleep(time.Millisecond) } // so that something is in flight
		first.start(t, open(b, topic, "max_batch_bytes: 1KiB\n"))
		produce(t, b, append(numbered(topic, 0, 0, n), numbered(topic, 1, 0, n)...)...)
		first.eventually(t, "the first has begun", func() bool { return len(first.got()) > 10 })
		second.start(t, open(b, topic, "max_batch_bytes: 1KiB\n"))
		// Whenever the second has joined, there is something left to read.
		second.eventually(t, "the second has begun", func() bool {
			produce(t, b, append(numbered(topic, 0, 0, 20), numbered(topic, 1, 0, 20)...)...)
			n += 20
			got := second.got()
			return len(got) > 0
		})
		second.eventually(t, "the offsets are committed", func() bool { return committed(t, b, topic, 0) == int64(n) && committed(t, b, topic, 1) == int64(n) })
		a := len(first.got())
		c := len(second.got())
		require.Equal(t, 2*n, a+c, "%d and %d records", a, c)
	})
}

func TestAbortedTransactionsAreNotRead(t *testing.T) {
	b := kafkatest.Shared(t)
	topic := kafkatest.Topic(t, b, 1)
	client := connect(t, b, kgo.TransactionalID(topic), kgo.DefaultProduceTopic(topic))
	for value, end := range map[string]kgo.TransactionEndTry{"aborted": kgo.TryAbort, "committed": kgo.TryCommit} {
		require.NoError(t, client.BeginTransaction())
		require.NoError(t, client.ProduceSync(t.Context(), kgo.StringRecord(value)).FirstErr())
		require.NoError(t, client.EndTransaction(t.Context(), end))
	}
	r := &reading{}
	r.start(t, open(b, topic, ""))
	r.eventually(t, "the record that is committed", func() bool { return strings.Join(r.got(), " ") == "committed" })
}
