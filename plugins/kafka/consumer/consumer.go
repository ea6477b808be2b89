// Package consumer is a member of a consumer group. It fetches records into a buffer, and
// commits the offsets of those that are acknowledged.
package consumer

import (
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/order-sink/order-sink/plugins/kafka/buffer"
	"github.com/order-sink/order-sink/plugins/kafka/client"
	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

// commitTimeout is how long a broker may take to accept the last offsets.
const commitTimeout = 5 * time.Second

// refreshPeriod is how often the consumer asks for the ends of the logs. It does not take
// them from the fetches alone: nothing is fetched while the buffer is full.
const refreshPeriod = 2 * time.Second

// Config is what a consumer needs.
type Config struct {
	Options []kgo.Opt // brokers, topics, group, and what a user may set
	Limits  buffer.Limits
	Checker *offsets.Checker
	Pattern bool // the topics are not named: the consumer gives up a topic that is deleted
	Debug   func(format string, args ...any)
}

// Consumer is a client in its group. It fetches while its buffer has space, and retries
// without an error while no broker can be reached.
type Consumer struct {
	*buffer.Buffer
	ConnectionFailed chan struct{} // gets a value when a connection fails

	config  Config
	client  *kgo.Client
	logs    *kgo.Client // asks about the logs
	stop    context.CancelFunc
	stopped chan struct{}
}

// Join makes a consumer. It does not wait for a broker.
func Join(config Config) (*Consumer, error) {
	c := &Consumer{config: config, ConnectionFailed: make(chan struct{}, 1), stopped: make(chan struct{})}
	c.Buffer = buffer.New(buffer.Options{
		Limits: config.Limits, Memory: config.Checker.Memory, ShowLag: config.Checker.ShowLag, Debug: config.Debug,
		Mark: func(tp offsets.TopicPartition, next kgo.EpochOffset) {
			c.client.MarkCommitOffsets(map[string]map[int32]kgo.EpochOffset{tp.Topic: {tp.Partition: next}})
		},
	})
	var err error
	if c.logs, err = config.Checker.Connect(); err != nil {
		return nil, err
	}
	made := make(chan struct{})
	if c.client, err = kgo.NewClient(slices.Concat(config.Options, c.options(made))...); err != nil {
		c.logs.Close()
		return nil, err
	}
	close(made)
	var running context.Context
	running, c.stop = context.WithCancel(context.Background())
	go c.watch(running)
	go func() {
		defer close(c.stopped)
		for c.AwaitSpace(running) {
			c.Add(c.client.PollFetches(running))
			c.client.AllowRebalance()
		}
	}()
	return c, nil
}

// options are those that the consumer relies on. The client begins with no partition before
// made is closed: c.client is set by then, and the positions of partitions need it.
func (c *Consumer) options(made <-chan struct{}) []kgo.Opt {
	return []kgo.Opt{
		// When a log has changed, the client begins with the first record of the log: it
		// must skip none before the buffer has noticed, whatever start_offset is.
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		// A marker is the last record of a transaction: the position is behind it.
		kgo.KeepControlRecords(),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.AutoCommitMarks(), kgo.BlockRebalanceOnPoll(),
		kgo.WithHooks(c),
		kgo.WithContext(c.describing(context.Background())),
		kgo.AdjustFetchOffsetsFn(func(ctx context.Context, from map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
			<-made
			return from, c.correct(ctx, from)
		}),
		kgo.OnPartitionsAssigned(func(context.Context, *kgo.Client, map[string][]int32) { c.Assigned() }),
		kgo.OnPartitionsRevoked(func(ctx context.Context, client *kgo.Client, lost map[string][]int32) {
			c.Unassign(ctx, lost)
			// The next member reads again the records that are not committed.
			ctx, done := context.WithTimeout(c.describing(ctx), commitTimeout)
			defer done()
			if err := client.CommitMarkedOffsets(ctx); err != nil {
				c.config.Debug("Committing the offsets of partitions that leave: %v", err)
			}
		}),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, lost map[string][]int32) {
			over, done := context.WithCancel(context.Background())
			done() // no wait for an outcome: the group accepts no commit any more
			c.Unassign(over, lost)
		}),
	}
}

// describing makes commits under ctx have metadata, which says of which topic an offset is.
func (c *Consumer) describing(ctx context.Context) context.Context {
	return kgo.PreCommitFnContext(ctx, func(request *kmsg.OffsetCommitRequest) error {
		for _, topic := range request.Topics {
			for i := range topic.Partitions {
				p := &topic.Partitions[i]
				if text := c.CommitMetadata(offsets.TopicPartition{Topic: topic.Topic, Partition: p.Partition}); text != "" {
					p.Metadata = &text
				}
			}
		}
		return nil
	})
}

// Check returns why topics cannot be read now.
func (c *Consumer) Check(ctx context.Context, topics client.Selection) error {
	return client.Check(ctx, c.client, topics)
}

// Close commits the acknowledged offsets, and leaves the partitions to the other members at
// once. A static member stays in the group, and its partitions wait for it. When no broker answers, Close does not wait for the client, whose requests each
// wait for a connection: the client ends by itself.
func (c *Consumer) Close(ctx context.Context) {
	c.End()
	c.stop()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		ctx, done := context.WithTimeout(ctx, commitTimeout)
		defer done()
		<-c.stopped
		c.client.AllowRebalance()
		if err := c.client.CommitMarkedOffsets(c.describing(ctx)); err != nil {
			c.config.Debug("Committing the last offsets: %v", err)
		}
		if err := c.client.LeaveGroupContext(ctx); err != nil {
			c.config.Debug("Leaving the group: %v", err)
		}
		c.client.Close()
		c.logs.Close()
	}()
	select {
	case <-closed:
	case <-time.After(2 * commitTimeout):
	}
}

// OnBrokerConnect implements kgo.HookBrokerConnect. It reports connections that fail.
func (c *Consumer) OnBrokerConnect(_ kgo.BrokerMetadata, _ time.Duration, _ net.Conn, err error) {
	if err == nil {
		return
	}
	select {
	case c.ConnectionFailed <- struct{}{}:
	default: // the channel has a value already
	}
}

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
	logs, gone, err := offsets.ReadLogs(ctx, c.logs, slices.Collect(maps.Keys(assigned)))
	if err != nil {
		return err
	}
	for tp, at := range assigned {
		if c.config.Pattern && gone[tp.Topic] {
			c.Missing(tp, at)
		}
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
