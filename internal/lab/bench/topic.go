package main

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// topicOf is the topic of a workload: that of its sequence, which is filled the
// first time, or an empty one.
func (s *stack) topicOf(ctx context.Context, w workload) (string, error) {
	if name, there := s.topics[w.sequence]; there && !w.ownTopic() {
		return name, nil
	}
	name := s.name("orders")
	if err := s.kafka.CreateTopic(ctx, name, int32(w.sequence.partitions), nil); err != nil {
		return "", err
	}
	if w.ownTopic() {
		return name, nil
	}
	if err := s.produce(ctx, name, w.sequence); err != nil {
		return "", err
	}
	s.topics[w.sequence] = name
	return name, nil
}

// produce fills a topic, each order in its partition, compressed as the client
// does by itself.
func (s *stack) produce(ctx context.Context, topic string, of sequence) error {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(s.kafka.Seeds()...),
		kgo.DefaultProduceTopic(topic),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
	)
	if err != nil {
		return fmt.Errorf("filling topic %s: %w", topic, err)
	}
	defer client.Close()
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	for e := range of.entries() {
		record := &kgo.Record{Partition: int32(e.partition), Value: e.message.Value}
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

// caughtUp waits until a group has acknowledged all that a topic holds.
func (s *stack) caughtUp(ctx context.Context, group, topic string) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(s.kafka.Seeds()...))
	if err != nil {
		return err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	return eventually(ctx, fmt.Sprintf("group %s has acknowledged topic %s", group, topic), func() error {
		ends, err := admin.ListEndOffsets(ctx, topic)
		if err != nil {
			return err
		}
		committed, err := admin.FetchOffsets(ctx, group)
		if err != nil {
			return err
		}
		var left int64
		ends.Each(func(end kadm.ListedOffset) {
			at, _ := committed.Lookup(topic, end.Partition)
			left += end.Offset - max(0, at.At)
		})
		if left > 0 {
			return fmt.Errorf("%d orders are left", left)
		}
		return nil
	})
}
