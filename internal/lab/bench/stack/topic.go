package stack

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/lab/bench/workload"
	"github.com/order-sink/order-sink/internal/servers/eventually"
	"github.com/order-sink/order-sink/internal/servers/kafka"
)

// TopicOf is the topic of a workload: that of its sequence, which is filled the
// first time, or an empty one.
func (s *Stack) TopicOf(ctx context.Context, w workload.Workload) (string, error) {
	if name, there := s.topics[w.Sequence]; there && !w.OwnTopic() {
		return name, nil
	}
	name := s.Name("orders")
	if err := s.Kafka.CreateTopic(ctx, name, int32(w.Sequence.Partitions), nil); err != nil {
		return "", err
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

// Produce fills a topic, each order in its partition, compressed as the client
// does by itself.
func (s *Stack) Produce(ctx context.Context, topic string, of workload.Sequence) error {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(s.Kafka.Seeds()...),
		kgo.DefaultProduceTopic(topic),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
	)
	if err != nil {
		return fmt.Errorf("filling topic %s: %w", topic, err)
	}
	defer client.Close()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	for e := range of.Entries() {
		record := &kgo.Record{Partition: int32(e.Partition), Value: e.Message.Value}
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

// CaughtUp waits until a group has acknowledged all that a topic holds.
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
		return kafka.Behind(ctx, admin, group, topic)
	})
}
