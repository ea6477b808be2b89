package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// How long a broker may take to answer, and to take the last offsets.
const (
	askFor   = 10 * time.Second
	closeFor = 5 * time.Second
)

// member is a client in its group, which fetches as long as there is room. It goes
// on trying in silence while no broker can be reached.
type member struct {
	*records
	client  *kgo.Client
	stop    context.CancelFunc
	stopped chan struct{}
}

// join makes a member. failed is told of connections that fail.
func join(options []kgo.Opt, held *records, failed chan struct{}) (*member, error) {
	client, err := kgo.NewClient(append(options[:len(options):len(options)],
		kgo.WithHooks(dials{failed}),
		kgo.OnPartitionsAssigned(func(context.Context, *kgo.Client, map[string][]int32) { held.assigned() }),
		kgo.OnPartitionsRevoked(func(ctx context.Context, client *kgo.Client, lost map[string][]int32) {
			held.leave(ctx, lost)
			// What is not committed is read again by whoever comes next.
			ctx, done := context.WithTimeout(ctx, closeFor)
			defer done()
			if err := client.CommitMarkedOffsets(ctx); err != nil {
				held.debug("Committing the offsets of partitions that leave: %v", err)
			}
		}),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, lost map[string][]int32) {
			over, done := context.WithCancel(context.Background())
			done() // nothing can be committed, so nothing is waited for
			held.leave(over, lost)
		}),
	)...)
	if err != nil {
		return nil, err
	}
	held.mark = func(last *kgo.Record) { client.MarkCommitRecords(last) }
	running, stop := context.WithCancel(context.Background())
	m := &member{records: held, client: client, stop: stop, stopped: make(chan struct{})}
	go func() {
		defer close(m.stopped)
		for held.awaitRoom(running) {
			held.add(client.PollFetches(running))
			client.AllowRebalance()
		}
	}()
	return m, nil
}

// close commits what is acknowledged, and leaves the partitions to the other
// members at once. Where no broker answers it does not wait for the client, whose
// questions each wait for a connection: that one ends by itself.
func (m *member) close(ctx context.Context) {
	m.end()
	m.stop()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		m.part(ctx)
	}()
	select {
	case <-closed:
	case <-time.After(2 * closeFor):
	}
}

func (m *member) part(ctx context.Context) {
	ctx, done := context.WithTimeout(ctx, closeFor)
	defer done()
	<-m.stopped
	m.client.AllowRebalance()
	if err := m.client.CommitMarkedOffsets(ctx); err != nil {
		m.debug("Committing the last offsets: %v", err)
	}
	if err := m.client.LeaveGroupContext(ctx); err != nil {
		m.debug("Leaving the group: %v", err)
	}
	m.client.Close()
}

// ask returns why topics cannot be read: no broker is reached, or it does not show
// them. (The client waits for a topic that is missing without a word.) It does not
// wait for the client, in whose queue a question stands behind others that each wait
// for a connection.
func ask(ctx context.Context, client *kgo.Client, topics []string) error {
	ctx, done := context.WithTimeout(ctx, askFor)
	defer done()
	answer := make(chan error, 1)
	go func() { answer <- see(ctx, client, topics) }()
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return fmt.Errorf("waiting for an answer: %w", ctx.Err())
	}
}

func see(ctx context.Context, client *kgo.Client, topics []string) error {
	if err := client.Ping(ctx); err != nil {
		return err
	}
	request := kmsg.NewPtrMetadataRequest()
	for _, name := range topics {
		topic := kmsg.NewMetadataRequestTopic()
		topic.Topic = kmsg.StringPtr(name)
		request.Topics = append(request.Topics, topic)
	}
	answer, err := request.RequestWith(ctx, client)
	if err != nil {
		return err
	}
	for _, topic := range answer.Topics {
		err := kerr.ErrorForCode(topic.ErrorCode)
		if errors.Is(err, kerr.UnknownTopicOrPartition) {
			return fmt.Errorf("topic %s does not exist, or the account may not see it: %w", *topic.Topic, err)
		}
		if err != nil {
			return fmt.Errorf("topic %s: %w", *topic.Topic, err)
		}
	}
	return nil
}

// dials tells of connections that fail.
type dials struct{ failed chan struct{} }

// OnBrokerConnect implements kgo.HookBrokerConnect.
func (d dials) OnBrokerConnect(_ kgo.BrokerMetadata, _ time.Duration, _ net.Conn, err error) {
	if err != nil {
		signal(d.failed)
	}
}
