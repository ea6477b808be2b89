package consumer_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/plugins/kafka/buffer"
	"github.com/order-sink/order-sink/plugins/kafka/consumer"
	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

func TestMain(m *testing.M) { kafkatest.Main(m) }

// lags are those that a consumer shows, by partition.
type lags struct {
	mutex sync.Mutex
	shown map[int32]int64
}

func (l *lags) show(n int64, tp offsets.TopicPartition) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.shown[tp.Partition] = n
}

func (l *lags) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return fmt.Sprint(l.shown)
}

// join makes a consumer of a topic, in a group of the same name.
func join(t *testing.T, b kafka.Broker, topic string, limits buffer.Limits, options ...kgo.Opt) (*consumer.Consumer, *lags) {
	t.Helper()
	shown := &lags{shown: map[int32]int64{}}
	c, err := consumer.Join(consumer.Config{
		Options: append(options, kgo.SeedBrokers(b.Seeds()...), kgo.ConsumeTopics(topic), kgo.ConsumerGroup(topic)),
		Limits:  limits,
		Checker: &offsets.Checker{
			Options: []kgo.Opt{kgo.SeedBrokers(b.Seeds()...)}, Group: topic, Memory: offsets.NewMemory(),
			Report: func(lost *offsets.Loss) { assert.Fail(t, "a loss is reported", lost) }, ShowLag: shown.show,
		},
		Debug: t.Logf,
	})
	require.NoError(t, err)
	t.Cleanup(func() { c.Close(context.Background()) })
	return c, shown
}

func produce(t *testing.T, b kafka.Broker, records ...*kgo.Record) *kgo.Client {
	t.Helper()
	client := kafkatest.Client(t, b, kgo.ProducerBatchCompression(kgo.NoCompression()))
	require.NoError(t, client.ProduceSync(t.Context(), records...).FirstErr())
	return client
}

// A partition has its lag from the moment that it is assigned, before anything is fetched
// of it and without a committed offset.
func TestEachAssignedPartitionHasALag(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 4)
		var records []*kgo.Record
		for partition, n := range []int{10, 30, 0, 30} {
			for range n {
				records = append(records, &kgo.Record{Topic: topic, Partition: int32(partition), Value: []byte("an order")})
			}
		}
		var committed kadm.Offsets
		committed.AddOffset(topic, 3, 25, -1)
		require.NoError(t, kadm.NewClient(produce(t, b, records...)).CommitAllOffsets(t.Context(), topic, committed))
		_, shown := join(t, b, topic, buffer.Limits{}) // which never has space to fetch
		const expected = "map[0:10 1:30 2:0 3:5]"
		eventuallytest.Succeeds(t, time.Minute, "each partition has its lag", func(context.Context) error {
			if got := shown.String(); got != expected {
				return fmt.Errorf("the lags are %s, expected %s", got, expected)
			}
			return nil
		})
	})
}

// While nothing is taken, the held records stay within the bound and two fetches.
func TestMemoryIsBounded(t *testing.T) {
	b := kafkatest.Shared(t)
	topic := kafkatest.Topic(t, b, 6)
	const records, bytes = 6000, 10_000
	var all []*kgo.Record
	for i := range records {
		all = append(all, &kgo.Record{Topic: topic, Partition: int32(i % 6), Value: []byte(strings.Repeat(fmt.Sprintf("%09d ", i), bytes/10))})
	}
	produce(t, b, all...)
	limits := buffer.Limits{Bytes: 1 << 20, BatchBytes: 1 << 20, BatchRecords: 1024}
	c, _ := join(t, b, topic, limits, kgo.FetchMaxBytes(1<<20), kgo.FetchMaxPartitionBytes(256<<10))
	most := 0
	for read := 0; read < records; {
		batch := c.Take()
		if batch == nil {
			select {
			case <-c.Ready():
			case <-t.Context().Done():
				require.FailNow(t, "the test has ended", "%d records were read", read)
			}
			continue
		}
		most = max(most, c.Held())
		read += len(batch.Records)
		c.Settle(batch, true)
	}
	// A batch of the producer's, up to 1 MB, comes whole for each partition.
	require.GreaterOrEqual(t, most, 500_000, "the most bytes of %d that were held", records*bytes)
	require.LessOrEqual(t, most, 8<<20, "the most bytes of %d that were held", records*bytes)
}
