package kafka

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/loopback"
)

func TestMain(m *testing.M) { kafkatest.Main(m) }

const password = `p"a's ${word}: #`

// open returns the configuration of an input that reads a topic.
func open(b kafka.Broker, topic, more string) string {
	config := fmt.Sprintf("seed_brokers: [ %q ]\ntopics: [ %s ]\nconsumer_group: readers-of-%s\ncommit_period: 100ms\n%s", b.Seeds()[0], topic, topic, more)
	return "kafka_read:\n  " + strings.ReplaceAll(strings.TrimSpace(config), "\n", "\n  ") + "\n"
}

func produce(t *testing.T, b kafka.Broker, records ...*kgo.Record) {
	t.Helper()
	client := connect(t, b, kgo.RecordPartitioner(kgo.ManualPartitioner()))
	require.NoError(t, client.ProduceSync(t.Context(), records...).FirstErr())
}

func connect(t *testing.T, b kafka.Broker, options ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append(options, kgo.SeedBrokers(b.Seeds()...))...)
	require.NoError(t, err)
	t.Cleanup(client.Close)
	return client
}

// numbered returns records of a partition, whose values are numbers: from one up to before
// another.
func numbered(topic string, partition int32, from, to int) (all []*kgo.Record) {
	for i := from; i < to; i++ {
		all = append(all, &kgo.Record{Topic: topic, Partition: partition, Value: fmt.Append(nil, i)})
	}
	return all
}

func admin(t *testing.T, b kafka.Broker) *kadm.Client { return kadm.NewClient(connect(t, b)) }

func at(topic string, partition int32, offset int64) kadm.Offsets {
	var all kadm.Offsets
	all.AddOffset(topic, partition, offset, -1)
	return all
}

// committed returns the offset that the group has committed for a partition, -1 for none.
func committed(t *testing.T, b kafka.Broker, topic string, partition int32) int64 {
	t.Helper()
	offsets, err := admin(t, b).FetchOffsets(t.Context(), "readers-of-"+topic)
	if at, ok := offsets.Lookup(topic, partition); err == nil && ok {
		return at.At
	}
	return -1
}

func deleteTo(t *testing.T, b kafka.Broker, topic string, offset int64) {
	t.Helper()
	_, err := admin(t, b).DeleteRecords(t.Context(), at(topic, 0, offset))
	require.NoError(t, err)
}

func commit(t *testing.T, b kafka.Broker, group string, offsets kadm.Offsets) error {
	t.Helper()
	return admin(t, b).CommitAllOffsets(context.WithoutCancel(t.Context()), group, offsets)
}

// expected returns the values of [numbered].
func expected(from, to int) (all []string) {
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprint(i))
	}
	return all
}

func recreate(t *testing.T, b kafka.Broker, topic string) {
	t.Helper()
	_, err := admin(t, b).DeleteTopic(t.Context(), topic)
	require.NoError(t, err)
	await(t, "the topic is created again", func() bool { return b.CreateTopic(t.Context(), topic, 1, nil) == nil })
}

// transactions produces so many records in each of some transactions.
func transactions(t *testing.T, b kafka.Broker, topic string, records int, ends ...kgo.TransactionEndTry) {
	t.Helper()
	client := connect(t, b, kgo.TransactionalID(topic), kgo.DefaultProduceTopic(topic))
	for _, end := range ends {
		require.NoError(t, client.BeginTransaction())
		for range records {
			require.NoError(t, client.ProduceSync(t.Context(), kgo.StringRecord(fmt.Sprint("committed: ", end))).FirstErr())
		}
		require.NoError(t, client.EndTransaction(t.Context(), end))
	}
}

// cutLog kills a broker, cuts a log off at an offset, and starts the broker again.
func cutLog(t *testing.T, b *kafka.Java, topic string, offset int64) {
	t.Helper()
	require.NoError(t, b.Kill())
	first, err := b.Cut(topic, 0, offset)
	require.NoError(t, err)
	require.Equal(t, offset, first, "the offset of the cut")
	require.NoError(t, b.Start(t.Context()))
	await(t, "the topic is there", func() bool {
		ends, err := admin(t, b).ListEndOffsets(t.Context(), topic)
		end, ok := ends.Lookup(topic, 0)
		return err == nil && ok && end.Err == nil && end.Offset == offset
	})
}

// cluster is a Kafka that asks for a password and has so many records.
func cluster(t *testing.T, port, records int) *kfake.Cluster {
	t.Helper()
	c, reach := kafkatest.WithAccount(t, port, "sink", password)
	client, err := kgo.NewClient(reach...)
	require.NoError(t, err)
	defer client.Close()
	for n := range records {
		require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: "orders", Value: fmt.Append(nil, "record ", n)}).FirstErr())
	}
	return c
}

// secured returns the configuration of an input that reads a [cluster].
func secured(port int) string {
	return fmt.Sprintf(`
kafka_read:
  idle: 50ms
  seed_brokers: [ %q ]
  topics: [ orders ]
  consumer_group: readers
  commit_period: 100ms
  sasl: [ { mechanism: PLAIN, username: sink, password: '${PASSWORD}' } ]
`, loopback.Address(port))
}
