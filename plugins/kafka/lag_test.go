package kafka

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/plugins/kafka/client"
)

// While nothing can be written nothing is fetched either, and the lag grows all the
// same.
func TestTheLagMovesWhileTheBufferIsFull(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 1)
		produce(t, b, numbered(topic, 0, 0, 10)...)
		w := watching(t, open(b, topic, "buffer_bytes: 100B\nmax_batch_records: 1\n"))
		w.gate.close()
		w.eventually(t, "the first record is being written", func() bool { return len(w.got()) == 1 })
		w.eventually(t, "the lag is 10", func() bool { return w.metric(metricLag, 0) == 10 })
		produce(t, b, numbered(topic, 0, 0, 1000)...)
		w.eventually(t, "the lag is 1,010", func() bool { return w.metric(metricLag, 0) == 1010 })
		w.gate.open()
		w.eventually(t, "the lag is 0", func() bool { return w.metric(metricLag, 0) == 0 })
		require.Len(t, w.got(), 1010)
	})
}

// Neither a marker nor a record that was aborted waits to be written, for the gauge
// and for the group.
func TestTransactionsLeaveNoLag(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for name, ends := range map[string][]kgo.TransactionEndTry{
			"committed":              {kgo.TryCommit},
			"aborted":                {kgo.TryAbort},
			"aborted after the last": {kgo.TryCommit, kgo.TryAbort, kgo.TryAbort},
		} {
			t.Run(name, func(t *testing.T) {
				topic := kafkatest.Topic(t, b, 1)
				transactions(t, b, topic, 2, ends...)
				w := watching(t, open(b, topic, ""))
				end := int64(3 * len(ends))
				w.eventually(t, "all is committed", func() bool { return committed(t, b, topic, 0) == end && w.metric(metricLag, 0) == 0 })
				// One more, when the input is at work.
				transactions(t, b, topic, 2, kgo.TryAbort)
				w.eventually(t, "all is committed again", func() bool { return committed(t, b, topic, 0) == end+3 && w.metric(metricLag, 0) == 0 })
				for _, got := range w.got() {
					assert.Equal(t, fmt.Sprint("committed: ", kgo.TryCommit), got)
				}
			})
		}
	})
}

// Records of a transaction count once it is committed.
func TestAnOpenTransactionIsNoLag(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 1)
		produce(t, b, numbered(topic, 0, 0, 3)...)
		producer := connect(t, b, kgo.TransactionalID(topic), kgo.DefaultProduceTopic(topic))
		require.NoError(t, producer.BeginTransaction())
		require.NoError(t, producer.ProduceSync(t.Context(), kgo.StringRecord("open")).FirstErr())
		w := watching(t, open(b, topic, ""))
		w.eventually(t, "the lag is 0", func() bool { return len(w.got()) == 3 && w.metric(metricLag, 0) == 0 })
		require.NoError(t, producer.EndTransaction(t.Context(), kgo.TryCommit))
		w.eventually(t, "it is read", func() bool { return len(w.got()) == 4 && committed(t, b, topic, 0) == 5 })
	})
}

// A log whose last offsets were compacted away has nothing to wait for.
func TestACompactedTailIsNoLag(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 1) + "-compacted"
		require.NoError(t, b.CreateTopic(t.Context(), topic, 1, map[string]string{
			"cleanup.policy": "compact", "segment.ms": "1", "min.cleanable.dirty.ratio": "0.01", "delete.retention.ms": "0",
		}))
		const records = 10
		produce(t, b, &kgo.Record{Topic: topic, Key: []byte("kept"), Value: []byte("kept")})
		for range records {
			produce(t, b, &kgo.Record{Topic: topic, Key: []byte("k"), Value: []byte("v")}, &kgo.Record{Topic: topic, Key: []byte("k")})
		}
		begin := func(id string) *kgo.Client {
			producer := connect(t, b, kgo.TransactionalID(topic+id), kgo.DefaultProduceTopic(topic), kgo.TransactionTimeout(10*time.Minute))
			require.NoError(t, producer.BeginTransaction())
			require.NoError(t, producer.ProduceSync(t.Context(), kgo.KeyStringRecord(id, id)).FirstErr())
			return producer
		}
		asking := connect(t, b)
		compacted := func(end int64) {
			await(t, fmt.Sprint("compacted up to offset ", end), func() bool {
				if memory, ok := b.(*kafka.Memory); ok {
					memory.Cluster.Compact()
				}
				more, err := client.HasRecords(t.Context(), asking, topic, 0, 1, end)
				return err == nil && !more
			})
		}
		// What is behind an open transaction is not compacted, and nobody may read it.
		// The end of the first one is something new to compact: only a second pass
		// removes a tombstone.
		first, second := begin("first"), begin("second")
		const end = 1 + 2*records + 1
		compacted(end - 2)
		require.NoError(t, first.EndTransaction(t.Context(), kgo.TryAbort))
		compacted(end)
		w := watching(t, open(b, topic, ""))
		w.eventually(t, "the lag is 0 and the group is at the end", func() bool {
			return w.metric(metricLag, 0) == 0 && committed(t, b, topic, 0) == end
		})
		require.Equal(t, []string{"kept"}, w.got())
		require.NoError(t, second.EndTransaction(t.Context(), kgo.TryCommit))
		w.eventually(t, "it goes on", func() bool { return len(w.got()) == 2 && committed(t, b, topic, 0) == end+3 })
	})
}

// While a loss stops the sinks of a group, each sink shows the lag of all partitions. Once
// the sinks read again, each sink shows the lag of its own partitions.
func TestAStoppedInputShowsWhatIsLeftToRead(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 2)
		group := "readers-of-" + topic
		produce(t, b, append(numbered(topic, 0, 0, 100), numbered(topic, 1, 0, 30)...)...)
		for partition, offset := range []int64{10, 5} {
			require.NoError(t, commit(t, b, group, at(topic, int32(partition), offset)))
		}
		deleteTo(t, b, topic, 60)
		var sinks [2]*watched
		for n := range sinks {
			sinks[n] = watching(t, open(b, topic, "on_offset_gone: stop\n"))
		}
		for _, w := range sinks {
			w.eventually(t, "the lags", func() bool { return w.metric(metricLag, 0) == 40 && w.metric(metricLag, 1) == 25 })
			w.gate.close()
		}
		require.NoError(t, commit(t, b, group, at(topic, 0, 60)))
		sinks[0].eventually(t, "each shows its own partition", func() bool {
			lags := map[[2]int64]bool{}
			for _, w := range sinks {
				lags[[2]int64{w.metric(metricLag, 0), w.metric(metricLag, 1)}] = true
			}
			return lags[[2]int64{40, 0}] && lags[[2]int64{0, 25}]
		})
		for _, w := range sinks {
			w.gate.open()
		}
		for _, w := range sinks {
			w.eventually(t, "nothing is left", func() bool { return w.metric(metricLag, 0) == 0 && w.metric(metricLag, 1) == 0 })
		}
	})
}
