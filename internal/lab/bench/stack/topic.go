package stack

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/lab/bench/workload"
	"github.com/order-sink/order-sink/internal/servers/eventually"
	"github.com/order-sink/order-sink/internal/servers/kafka"
)

// TopicOf is the topic of a workload: that of its sequence, which is filled the
// first time, or an empty one. Several topics have commas between their names.
func (s *Stack) TopicOf(ctx context.Context, w workload.Workload) (string, error) {
	if name, there := s.topics[w.Sequence]; there && !w.OwnTopic() {
		return name, nil
	}
	name := s.topicName(w.Sequence)
	names := strings.Split(name, ",")
	for _, one := range names {
		if err := s.Kafka.CreateTopic(ctx, one, int32(w.Sequence.Partitions/len(names)), nil); err != nil {
			return "", err
		}
	}
	if w.OwnTopic() {
		return name, nil
	}
	if err := s.Produce(ctx, name, w.Sequence); err != nil {
		return "", err
	}
	s.topics[w.Sequence] = name
	return name, nil
}

// topicName chooses the name of a new topic. A pipeline may take the table from the topic,
// so the topic of the workload insert has the name of the table.
func (s *Stack) topicName(of workload.Sequence) string {
	switch {
	case of.OwnTables:
		return strings.Join(of.Tables(), ",")
	case of == workload.Insert(s.Orders, 4).Sequence:
		return "orders"
	default:
		return s.Name("orders")
	}
}

// Produce fills the topic of a sequence, each order in its partition, compressed as the
// client does by itself.
func (s *Stack) Produce(ctx context.Context, topic string, of workload.Sequence) error {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(s.Kafka.Seeds()...),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
	)
	if err != nil {
		return fmt.Errorf("filling topic %s: %w", topic, err)
	}
	defer client.Close()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var header []byte
	if of.Avro {
		if header, err = s.register(ctx, topic); err != nil {
			return err
		}
	}
	names := strings.Split(topic, ",")
	perTopic := of.Partitions / len(names)
	for e := range of.Entries() {
		record := &kgo.Record{
			Topic: names[e.Partition/perTopic], Partition: int32(e.Partition % perTopic),
			Key: e.Message.Key, Value: slices.Concat(header, e.Message.Value),
		}
		client.Produce(ctx, record, func(_ *kgo.Record, err error) {
			if err != nil {
				fail(err)
			}
		})
	}
	if err := client.Flush(ctx); err != nil || ctx.Err() != nil {
		return fmt.Errorf("filling topic %s: %w", topic, context.Cause(ctx))
	}
	return nil
}

// CaughtUp waits until a group has acknowledged all that the topics hold.
func (s *Stack) CaughtUp(ctx context.Context, group, topic string) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(s.Kafka.Seeds()...))
	if err != nil {
		return err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	return eventually.Until(ctx, fmt.Sprintf("group %s has acknowledged topic %s", group, topic), func(ctx context.Context) error {
		for _, name := range strings.Split(topic, ",") {
			if err := kafka.Behind(ctx, admin, group, name); err != nil {
				return err
			}
		}
		return nil
	})
}
