package dlq

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/kafka"
)

// silence is how long no record may come before the broker is asked whether
// there are any left.
const silence = time.Second

// fetchBytes is how much the broker is asked for at a time. A larger letter
// comes all the same.
const fetchBytes = 1 << 20

// span is a part of a partition: the offsets from from up to before end.
type span struct{ from, end int64 }

// spans are the partitions of the dead letter topic that have records, as they
// are now.
func (c *connection) spans(ctx context.Context) (map[int32]span, error) {
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	defer client.Close()
	if err := c.ping(ctx, client); err != nil {
		return nil, err
	}
	admin := kadm.NewClient(client)
	starts, err := admin.ListStartOffsets(ctx, c.topic)
	if err = errors.Join(err, starts.Error()); err != nil {
		return nil, fmt.Errorf("asking for the offsets of topic %s: %w", c.topic, err)
	}
	ends, err := admin.ListEndOffsets(ctx, c.topic)
	if err = errors.Join(err, ends.Error()); err != nil {
		return nil, fmt.Errorf("asking for the offsets of topic %s: %w", c.topic, err)
	}
	found := map[int32]span{}
	ends.Each(func(end kadm.ListedOffset) {
		start, ok := starts.Lookup(c.topic, end.Partition)
		if ok && start.Offset < end.Offset {
			found[end.Partition] = span{start.Offset, end.Offset}
		}
	})
	return found, nil
}

// read calls visit with every record of the spans, in the order of each
// partition.
//
// Offsets need not have a record: compaction and transactions leave holes, at
// the end too.
func (c *connection) read(ctx context.Context, spans map[int32]span, visit func(*kgo.Record) error) error {
	if len(spans) == 0 {
		return nil
	}
	left, offsets := map[int32]span{}, map[int32]kgo.Offset{}
	for partition, s := range spans {
		left[partition] = s
		offsets[partition] = kgo.NewOffset().At(s.from)
	}
	client, err := c.client(
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{c.topic: offsets}),
		kgo.KeepControlRecords(), // a transaction's marker may be the last
		kgo.FetchMaxWait(silence/2),
		kgo.FetchMaxBytes(fetchBytes), // what waits here for visit is a few of these
		kgo.FetchMaxPartitionBytes(fetchBytes),
		// A client that is closed before it has begun begins nevertheless, and
		// ends its fetch session while it is still making one. Sessions save
		// bytes where there are many partitions and little to read.
		kgo.DisableFetchSessions(),
	)
	if err != nil {
		return err
	}
	defer client.Close()
	finish := func(partition int32) {
		delete(left, partition)
		client.PauseFetchPartitions(map[string][]int32{c.topic: {partition}})
	}
	for len(left) > 0 {
		fetches, err := poll(ctx, client)
		if err != nil {
			return fmt.Errorf("reading topic %s: %w", c.topic, err)
		}
		for it := fetches.RecordIter(); !it.Done(); {
			record := it.Next()
			s, unfinished := left[record.Partition]
			if !unfinished {
				continue // came after the end
			}
			if record.Offset < s.end && !record.Attrs.IsControl() {
				if err := visit(record); err != nil {
					return err
				}
			}
			if s.from = record.Offset + 1; s.from >= s.end {
				finish(record.Partition)
			} else {
				left[record.Partition] = s
			}
		}
		if !fetches.Empty() {
			continue
		}
		for partition, s := range left {
			more, err := kafka.HasRecords(ctx, client, c.topic, partition, s.from, s.end)
			if err != nil {
				return fmt.Errorf("reading topic %s, partition %d: %w", c.topic, partition, err)
			}
			if !more {
				finish(partition)
			}
		}
	}
	return nil
}

// chosen calls visit with every letter of a catalogue that is still there.
func (c *connection) chosen(ctx context.Context, all *catalogue, verb string, out console, visit func(letter) error) error {
	spans := all.spans()
	bar := out.progress(verb, spans)
	defer bar.end()
	return c.read(ctx, spans, func(record *kgo.Record) error {
		bar.advance()
		if _, chosen := all.find(position{record.Partition, record.Offset}); !chosen {
			return nil
		}
		return visit(parseLetter(record))
	})
}

// poll waits for records, but not longer than silence.
func poll(ctx context.Context, client *kgo.Client) (kgo.Fetches, error) {
	short, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	fetches := client.PollFetches(short)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	var failure error
	fetches.EachError(func(_ string, _ int32, err error) {
		if !errors.Is(err, context.DeadlineExceeded) {
			failure = err
		}
	})
	return fetches, failure
}
