package kafka

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// While nothing can be written nothing is fetched either, and the lag grows all the
// same.
func TestTheLagMovesWhileTheBufferIsFull(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 1)
		produce(t, b, numbered(topic, 0, 10)...)
		w := watching(t, open(b, topic, "buffer_bytes: 100B\nmax_batch_records: 1\n"))
		w.gate.close()
		w.eventually(t, "the first record is being written", func() bool { return len(w.got()) == 1 })
		w.eventually(t, "the lag is 10", func() bool { return w.metric(metricLag, 0) == 10 })
		produce(t, b, numbered(topic, 0, 1000)...)
		w.eventually(t, "the lag is 1,010", func() bool { return w.metric(metricLag, 0) == 1010 })
		w.gate.open()
		w.eventually(t, "the lag is 0", func() bool { return w.metric(metricLag, 0) == 0 })
		if got := len(w.got()); got != 1010 {
			t.Errorf("%d records were read", got)
		}
	})
}

// A partition has its lag from the moment that it is assigned, before anything is
// fetched of it and without a committed offset.
func TestEachAssignedPartitionHasALag(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 4)
		produce(t, b, append(numbered(topic, 0, 10), numbered(topic, 1, 30)...)...)
		produce(t, b, numbered(topic, 3, 30)...)
		if err := commit(t, b, "readers-of-"+topic, at(topic, 3, 25)); err != nil {
			t.Fatal(err)
		}
		i := made(t, open(b, topic, "buffer_bytes: 1B\n"))
		lags := map[int32]int64{}
		held := newRecords(i.limits)
		held.memory = i.survey.memory
		held.lag = func(n int64, _ string, partition int32) { lags[partition] = n }
		held.suspected = true // nothing is ever fetched
		m, err := join(i.options, held, i.doubt, i.survey)
		if err != nil {
			t.Fatal(err)
		}
		defer m.close(context.Background())
		eventually(t, func() bool { held.mutex.Lock(); defer held.mutex.Unlock(); return len(lags) == 4 })
		held.mutex.Lock()
		defer held.mutex.Unlock()
		if got := fmt.Sprint(lags); got != "map[0:10 1:30 2:0 3:5]" {
			t.Errorf("the lags are %s", got)
		}
	})
}

// transactions produces so many records in each of some transactions.
func transactions(t *testing.T, b kafka.Broker, topic string, records int, ends ...kgo.TransactionEndTry) {
	t.Helper()
	client := connect(t, b, kgo.TransactionalID(topic), kgo.DefaultProduceTopic(topic))
	for _, end := range ends {
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		for range records {
			if err := client.ProduceSync(t.Context(), kgo.StringRecord(fmt.Sprint("committed: ", end))).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
		if err := client.EndTransaction(t.Context(), end); err != nil {
			t.Fatal(err)
		}
	}
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
				w.eventually(t, "all is committed", func() bool { return committedAt(t, b, topic) == end && w.metric(metricLag, 0) == 0 })
				// One more, when the input is at work.
				transactions(t, b, topic, 2, kgo.TryAbort)
				w.eventually(t, "all is committed again", func() bool { return committedAt(t, b, topic) == end+3 && w.metric(metricLag, 0) == 0 })
				for _, got := range w.got() {
					if got != fmt.Sprint("committed: ", kgo.TryCommit) {
						t.Errorf("read: %s", got)
					}
				}
			})
		}
	})
}

// Records of a transaction count once it is committed.
func TestAnOpenTransactionIsNoLag(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 1)
		produce(t, b, numbered(topic, 0, 3)...)
		client := connect(t, b, kgo.TransactionalID(topic), kgo.DefaultProduceTopic(topic))
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := client.ProduceSync(t.Context(), kgo.StringRecord("open")).FirstErr(); err != nil {
			t.Fatal(err)
		}
		w := watching(t, open(b, topic, ""))
		w.eventually(t, "the lag is 0", func() bool { return len(w.got()) == 3 && w.metric(metricLag, 0) == 0 })
		if err := client.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
			t.Fatal(err)
		}
		w.eventually(t, "it is read", func() bool { return len(w.got()) == 4 && committedAt(t, b, topic) == 5 })
	})
}

// A log whose last offsets were compacted away has nothing to wait for.
func TestACompactedTailIsNoLag(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 1) + "-compacted"
		if err := b.CreateTopic(t.Context(), topic, 1, map[string]string{
			"cleanup.policy": "compact", "segment.ms": "1", "min.cleanable.dirty.ratio": "0.01", "delete.retention.ms": "0",
		}); err != nil {
			t.Fatal(err)
		}
		const records = 10
		produce(t, b, &kgo.Record{Topic: topic, Key: []byte("kept"), Value: []byte("kept")})
		for range records {
			produce(t, b, &kgo.Record{Topic: topic, Key: []byte("k"), Value: []byte("v")}, &kgo.Record{Topic: topic, Key: []byte("k")})
		}
		begin := func(id string) *kgo.Client {
			client := connect(t, b, kgo.TransactionalID(topic+id), kgo.DefaultProduceTopic(topic), kgo.TransactionTimeout(10*time.Minute))
			if err := client.BeginTransaction(); err != nil {
				t.Fatal(err)
			}
			if err := client.ProduceSync(t.Context(), kgo.KeyStringRecord(id, id)).FirstErr(); err != nil {
				t.Fatal(err)
			}
			return client
		}
		asking := connect(t, b)
		compacted := func(end int64) {
			new(reading).eventually(t, fmt.Sprint("compacted up to offset ", end), func() bool {
				if memory, ok := b.(*kafka.Memory); ok {
					memory.Cluster.Compact()
				}
				more, err := HasRecords(t.Context(), asking, topic, 0, 1, end)
				return err == nil && !more
			})
		}
		// What is behind an open transaction is not compacted, and nobody may read it.
		// The end of the first one is something new to compact: only a second pass
		// removes a tombstone.
		first, second := begin("first"), begin("second")
		const end = 1 + 2*records + 1
		compacted(end - 2)
		if err := first.EndTransaction(t.Context(), kgo.TryAbort); err != nil {
			t.Fatal(err)
		}
		compacted(end)
		w := watching(t, open(b, topic, ""))
		w.eventually(t, "the lag is 0 and the group is at the end", func() bool {
			return w.metric(metricLag, 0) == 0 && committedAt(t, b, topic) == end
		})
		if got := w.got(); len(got) != 1 || got[0] != "kept" {
			t.Errorf("read: %q", got)
		}
		if err := second.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
			t.Fatal(err)
		}
		w.eventually(t, "it goes on", func() bool { return len(w.got()) == 2 && committedAt(t, b, topic) == end+3 })
	})
}
