package offsets

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/kafka/client"
)

// Checker compares the offsets of a group with the logs.
type Checker struct {
	Options []kgo.Opt // of a client that reaches the brokers
	Group   string
	FromEnd bool // where a group begins that has committed nothing
	Stop    bool // a loss stops the input
	Memory  *Memory
	Report  func(*Loss)
	ShowLag func(n int64, tp TopicPartition)

	shown map[TopicPartition]Finding // whose lag a stopped input shows
}

// Finding is the result of a comparison for one partition.
type Finding struct {
	Position       // where reading goes on
	Lost     *Loss // nil: the log has everything that follows
	Moved    bool  // the position is not the committed one
	Silent   bool  // the leader does not answer: the position is that of the group
}

// Lag returns how many offsets are left to read.
func (f Finding) Lag() int64 { return max(0, f.LogEnd-f.Next) }

// Connect returns a client for questions about the logs, apart from the client that is in
// the group. A broker answers the requests of a connection one after the other, so a
// request that hangs would delay the heartbeats and the commits of the group's member.
func (c *Checker) Connect() (*kgo.Client, error) {
	return kgo.NewClient(append(slices.Clip(c.Options), kgo.RequestTimeoutOverhead(answerTimeout))...)
}

// Reach returns why topics cannot be read now. It joins no group: that would make the
// members of the group rebalance.
func (c *Checker) Reach(ctx context.Context, topics []string) error {
	logs, err := c.Connect()
	if err != nil {
		return err
	}
	defer logs.Close()
	return client.Check(ctx, logs, topics)
}

// Inspect compares the offsets of the group for partitions with their logs. When the log
// of a silent partition is not as expected, the client or the next check finds that later.
func (c *Checker) Inspect(ctx context.Context, logs *kgo.Client, partitions []TopicPartition) (map[TopicPartition]Finding, error) {
	committed, err := kadm.NewClient(logs).FetchOffsets(ctx, c.Group)
	if err != nil && !errors.Is(err, kerr.GroupIDNotFound) { // a new group
		return nil, fmt.Errorf("fetching the offsets of group %s: %w", c.Group, err)
	}
	states, err := ReadLogs(ctx, logs, partitions)
	if err != nil {
		return nil, err
	}
	findings, positions := map[TopicPartition]Finding{}, map[TopicPartition]Position{}
	epochs, logEndEpochs := map[TopicPartition]int32{}, map[TopicPartition]int32{}
	for _, tp := range partitions {
		log, answered := states[tp]
		p, known, recreated, err := c.recall(tp, committed, log)
		switch {
		case err != nil:
			return nil, err
		case !answered:
			findings[tp] = Finding{Position: p, Silent: true}
		case known:
			positions[tp], epochs[tp], logEndEpochs[tp] = p, p.Epoch, p.LogEndEpoch
		case c.FromEnd && !recreated:
			findings[tp] = log.from(log.StableEnd, Unknown)
		default:
			findings[tp] = log.from(log.Start, log.StartEpoch)
		}
	}
	ends, logEnds := EpochEnds(ctx, logs, epochs), EpochEnds(ctx, logs, logEndEpochs)
	for tp, p := range positions {
		log := states[tp]
		log.EndOfEpoch, log.EndOfLogEndEpoch = ends[tp], logEnds[tp]
		resume, epoch, lost := Compare(p, log)
		f := log.from(resume, epoch)
		if f.Lost = lost; lost != nil {
			lost.TopicPartition = tp
		}
		at, ok := committed.Lookup(tp.Topic, tp.Partition)
		f.Moved = !ok || at.At != resume
		findings[tp] = f
	}
	return findings, nil
}

// recall returns what [Memory.Recall] does for the committed offset of a partition.
func (c *Checker) recall(tp TopicPartition, all kadm.OffsetResponses, log LogState) (p Position, known, recreated bool, err error) {
	committed, ours := NoPosition(), false
	found, ok := all.Lookup(tp.Topic, tp.Partition)
	if ok && found.Err != nil { // the offset is not known, which is not the same as no offset
		return p, false, false, fmt.Errorf("fetching the offset of group %s for topic %s, partition %d: %w", c.Group, tp.Topic, tp.Partition, found.Err)
	}
	if ok && found.At >= 0 {
		committed.Next, committed.Epoch = found.At, found.LeaderEpoch
		ours = committed.ReadCommitMetadata(found.Metadata)
	}
	p, known, recreated = c.Memory.Recall(tp, committed, ours, log.TopicID)
	return p, known, recreated, nil
}

// from is the finding that a partition is read from an offset of the log.
func (l LogState) from(next int64, epoch int32) Finding {
	return Finding{Position: Position{TopicID: l.TopicID, Next: next, Epoch: epoch, LogEnd: l.StableEnd, LogEndEpoch: l.Epoch}}
}

// Stopped returns the loss that keeps the input out of the group, nil for none. An operator
// must decide first: Kafka lets nobody set the offsets of a group that has a member.
func (c *Checker) Stopped(ctx context.Context, topics []string) error {
	if !c.Stop {
		return nil
	}
	logs, err := c.Connect()
	if err != nil {
		return err
	}
	defer logs.Close()
	if err := client.Check(ctx, logs, topics); err != nil {
		return err
	}
	ctx, done := context.WithTimeout(ctx, client.AnswerTimeout)
	defer done()
	described, err := client.Describe(ctx, logs, topics)
	if err != nil {
		return err
	}
	var partitions []TopicPartition
	for _, topic := range described.Topics {
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

// ReportOnce reports the part of a loss that was not reported yet.
func (c *Checker) ReportOnce(lost Loss) {
	if added := c.Memory.unreported(lost); added != nil {
		c.Report(added)
	}
}
