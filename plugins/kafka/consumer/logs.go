package consumer

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/kafka/client"
	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

// refreshPeriod is how often the consumer asks for the ends of the logs. It does not take
// them from the fetches alone: nothing is fetched while the buffer is full.
const refreshPeriod = 2 * time.Second

// watch refreshes the ends of the assigned partitions until ctx ends.
func (c *Consumer) watch(ctx context.Context) {
	ticks := time.Tick(refreshPeriod)
	for {
		select {
		case <-ticks:
		case <-ctx.Done():
			return
		}
		if err := c.refresh(ctx); err != nil && ctx.Err() == nil {
			c.config.Debug("Refreshing the ends of the logs: %v", err)
		}
	}
}

func (c *Consumer) refresh(ctx context.Context) error {
	ctx, done := context.WithTimeout(ctx, client.AnswerTimeout)
	defer done()
	assigned := c.Snapshots()
	if len(assigned) == 0 {
		return nil
	}
	logs, err := offsets.ReadLogs(ctx, c.logs, slices.Collect(maps.Keys(assigned)))
	if err != nil {
		return err
	}
	elections := map[offsets.TopicPartition]int32{}
	for tp, log := range logs {
		if epoch := assigned[tp].LogEndEpoch; epoch != offsets.Unknown && log.Epoch > epoch {
			elections[tp] = epoch
		}
	}
	ends := offsets.EpochEnds(ctx, c.logs, elections)
	var failed error
	for tp, log := range logs {
		log.EndOfLogEndEpoch = ends[tp]
		from, ask := c.Refresh(tp, assigned[tp], log)
		if !ask {
			continue
		}
		more, err := client.HasRecords(ctx, c.logs, tp.Topic, tp.Partition, from, log.StableEnd)
		switch {
		case err != nil: // the other partitions are refreshed all the same
			failed = err
		case !more:
			c.Skip(tp, assigned[tp], from, log)
		}
	}
	return failed
}

// correct compares the offsets that the client would read from with the logs, and corrects
// them.
func (c *Consumer) correct(ctx context.Context, from map[string]map[int32]kgo.Offset) error {
	ctx, done := context.WithTimeout(ctx, client.AnswerTimeout)
	defer done()
	var partitions []offsets.TopicPartition
	for topic, numbers := range from {
		for number := range numbers {
			partitions = append(partitions, offsets.TopicPartition{Topic: topic, Partition: number})
		}
	}
	findings, err := c.config.Checker.Inspect(ctx, c.logs, partitions)
	if err != nil {
		return fmt.Errorf("comparing the offsets of the group with the logs: %w", err)
	}
	for _, tp := range partitions {
		offset, read := c.assign(tp, findings[tp], from[tp.Topic][tp.Partition])
		if read {
			from[tp.Topic][tp.Partition] = offset
		} else {
			delete(from[tp.Topic], tp.Partition)
		}
	}
	return nil
}

// assign begins with a partition that the client would read from an offset. It returns the
// offset from which the client is to read, and whether it is to read at all.
func (c *Consumer) assign(tp offsets.TopicPartition, f offsets.Finding, offset kgo.Offset) (from kgo.Offset, read bool) {
	if f.Silent { // the client retries
		if next := max(offsets.Unknown, offset.EpochOffset().Offset); next != f.Next {
			f.Next, f.Epoch = next, offsets.Unknown
		}
		c.Assign(tp, f)
		return offset, true
	}
	checker := c.config.Checker
	if f.Lost != nil {
		checker.ReportOnce(*f.Lost)
		if checker.Stop {
			c.Suspend(tp, f)
			return offset, false
		}
	}
	checker.Memory.Forget(tp)
	c.Assign(tp, f)
	from = kgo.NewOffset().At(f.Next)
	if !f.Moved { // the client checks the leader epoch once more
		from = from.WithEpoch(f.Epoch)
	}
	return from, true
}
