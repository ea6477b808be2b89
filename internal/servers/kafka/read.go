package kafka

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Read calls visit with every record of the topic, from the start to the current end of
// each partition, in the order of the partition.
func Read(ctx context.Context, seeds []string, topic string, visit func(*kgo.Record) error) error {
	from, left, err := bounds(ctx, seeds, topic)
	if err != nil || len(left) == 0 {
		return err
	}
	client, err := kgo.NewClient(
		kgo.SeedBrokers(seeds...),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: from}),
		// The last offset may be the marker of a transaction.
		kgo.KeepControlRecords(),
	)
	if err != nil {
		return fmt.Errorf("connecting: %w", err)
	}
	defer client.Close()
	for len(left) > 0 {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			return fmt.Errorf("reading: %w", err)
		}
		for it := fetches.RecordIter(); !it.Done(); {
			record := it.Next()
			end, unfinished := left[record.Partition]
			if !unfinished || record.Offset >= end {
				continue // produced after the call
			}
			if record.Offset == end-1 {
				delete(left, record.Partition)
			}
			if record.Attrs.IsControl() {
				continue
			}
			if err := visit(record); err != nil {
				return err
			}
		}
	}
	return nil
}

// bounds returns the first and the end offset of each partition that has records.
func bounds(ctx context.Context, seeds []string, topic string) (from map[int32]kgo.Offset, end map[int32]int64, err error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(seeds...))
	if err != nil {
		return nil, nil, fmt.Errorf("connecting: %w", err)
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	starts, err := admin.ListStartOffsets(ctx, topic)
	if err == nil {
		err = starts.Error()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("listing the first offsets: %w", err)
	}
	ends, err := admin.ListEndOffsets(ctx, topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("listing the end offsets: %w", err)
	}
	from, end = map[int32]kgo.Offset{}, map[int32]int64{}
	ends.Each(func(last kadm.ListedOffset) {
		if first, ok := starts.Lookup(topic, last.Partition); ok && first.Offset < last.Offset {
			from[last.Partition] = kgo.NewOffset().At(first.Offset)
			end[last.Partition] = last.Offset
		}
	})
	return from, end, nil
}
