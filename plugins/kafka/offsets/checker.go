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

	shown   map[TopicPartition]Finding // whose lag a stopped input shows
	existed map[string]bool            // the topics that matched when the input began; nil for named topics
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
func (c *Checker) Reach(ctx context.Context, topics client.Selection) error {
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
	states, _, err := ReadLogs(ctx, logs, partitions)
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
		case c.FromEnd && !recreated && !c.isNew(tp.Topic):
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

// ReportOnce reports the part of a loss that was not reported yet.
func (c *Checker) ReportOnce(lost Loss) {
	if added := c.Memory.unreported(lost); added != nil {
		c.Report(added)
	}
}
