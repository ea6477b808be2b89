package offsets

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/order-sink/order-sink/plugins/kafka/client"
)

// Prepare does what comes before the input joins the group. It returns the loss that keeps
// the input out of the group, nil for none. An operator must decide first: Kafka lets nobody
// set the offsets of a group that has a member.
func (c *Checker) Prepare(ctx context.Context, topics client.Selection) error {
	if !c.Stop && !topics.IsPattern() {
		return nil
	}
	logs, err := c.Connect()
	if err != nil {
		return err
	}
	defer logs.Close()
	found, err := client.Find(ctx, logs, topics)
	if topics.IsPattern() && (err == nil || errors.Is(err, client.ErrNoMatch)) {
		c.note(found)
	}
	if err != nil || !c.Stop {
		return err
	}
	ctx, done := context.WithTimeout(ctx, client.AnswerTimeout)
	defer done()
	var partitions []TopicPartition
	for _, topic := range found {
		for _, partition := range topic.Partitions {
			partitions = append(partitions, TopicPartition{*topic.Topic, partition.Partition})
		}
	}
	findings, err := c.Inspect(ctx, logs, partitions)
	if err != nil {
		return err
	}
	stopped := c.decide(partitions, findings)
	c.showLags(findings, stopped != nil)
	return stopped
}

// note takes notice of the topics that match now. It reports what was lost with those that
// were deleted: nobody can set an offset for them, so they do not stop the input.
func (c *Checker) note(found []kmsg.MetadataResponseTopic) {
	names := make(map[string]bool, len(found))
	for _, topic := range found {
		names[*topic.Topic] = true
	}
	if c.existed == nil {
		c.existed = names
	}
	for _, lost := range c.Memory.deleted(names) {
		c.Report(&lost)
	}
}

// isNew says whether a topic was created after the input began. No record of such a topic
// is older than the input, so the input reads all of them.
func (c *Checker) isNew(topic string) bool { return c.existed != nil && !c.existed[topic] }

// showLags shows what is left to read while the input is stopped, since no member of the
// group shows it then. A member that gets a partition shows the lag itself.
func (c *Checker) showLags(findings map[TopicPartition]Finding, stopped bool) {
	if !stopped {
		for tp := range c.shown {
			c.ShowLag(0, tp)
		}
		c.shown = nil
		return
	}
	for tp := range c.shown {
		if _, still := findings[tp]; !still { // its topic was deleted
			c.ShowLag(0, tp)
		}
	}
	c.shown = findings
	for tp, f := range findings {
		c.ShowLag(f.Lag(), tp)
	}
}

// decide reports the losses, and returns why they stop the input.
func (c *Checker) decide(partitions []TopicPartition, findings map[TopicPartition]Finding) error {
	var first error
	more := 0
	for _, tp := range partitions {
		switch f := findings[tp]; {
		case f.Silent:
			return fmt.Errorf("topic %s, partition %d: its leader does not answer", tp.Topic, tp.Partition)
		case f.Lost == nil:
			c.Memory.Forget(tp)
		case first == nil:
			c.ReportOnce(*f.Lost)
			first = &GoneError{*f.Lost, c.Group}
		default:
			c.ReportOnce(*f.Lost)
			more++
		}
	}
	if more > 0 {
		return fmt.Errorf("%w (and the same in %d more partitions: see the log)", first, more)
	}
	return first
}
