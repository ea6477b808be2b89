package consumer

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/kafka/client"
	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

// correct compares the offsets from which partitions are to be read with their logs, and
// corrects these offsets.
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
