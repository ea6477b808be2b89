package kafka

import (
	"context"
	"fmt"
	"net"
	"time"

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
	logs    *kgo.Client // asks about the logs
	stop    context.CancelFunc
	stopped chan struct{}
}

// join makes a member. failed is told of connections that fail.
func join(options []kgo.Opt, held *records, failed chan struct{}, s *survey) (*member, error) {
	logs, err := s.connect()
	if err != nil {
		return nil, err
	}
	m := &member{records: held, logs: logs, stopped: make(chan struct{})}
	made := make(chan struct{})
	client, err := kgo.NewClient(append(options[:len(options):len(options)],
		kgo.WithHooks(dials{failed}),
		kgo.WithContext(held.noting(context.Background())),
		kgo.AdjustFetchOffsetsFn(func(ctx context.Context, offsets map[string]map[int32]kgo.Offset) (map[string]map[int32]kgo.Offset, error) {
			<-made
			return offsets, m.begin(ctx, s, offsets)
		}),
		kgo.OnPartitionsAssigned(func(context.Context, *kgo.Client, map[string][]int32) { held.assigned() }),
		kgo.OnPartitionsRevoked(func(ctx context.Context, client *kgo.Client, lost map[string][]int32) {
			held.leave(ctx, lost)
			// What is not committed is read again by whoever comes next.
			ctx, done := context.WithTimeout(held.noting(ctx), closeFor)
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
		logs.Close()
		return nil, err
	}
	m.client = client
	close(made)
	held.mark = func(at place, next kgo.EpochOffset) {
		client.MarkCommitOffsets(map[string]map[int32]kgo.EpochOffset{at.topic: {at.number: next}})
	}
	running, stop := context.WithCancel(context.Background())
	m.stop = stop
	go m.watch(running, logs)
	go func() {
		defer close(m.stopped)
		for held.awaitRoom(running) {
			held.add(client.PollFetches(running))
			client.AllowRebalance()
		}
	}()
	return m, nil
}

// begin compares the offsets with which partitions are to be read with their logs,
// and corrects the offsets.
func (m *member) begin(ctx context.Context, s *survey, offsets map[string]map[int32]kgo.Offset) error {
	ctx, done := context.WithTimeout(ctx, askFor)
	defer done()
	var places []place
	for topic, partitions := range offsets {
		for number := range partitions {
			places = append(places, place{topic, number})
		}
	}
	findings, err := s.inspect(ctx, m.logs, places)
	if err != nil {
		return fmt.Errorf("comparing the offsets of the group with the logs: %w", err)
	}
	for _, at := range places {
		f := findings[at]
		if f.silent { // the client goes on asking
			if next := max(unknown, offsets[at.topic][at.number].EpochOffset().Offset); next != f.next {
				f.next, f.epoch = next, unknown
			}
			m.assign(at, f)
			continue
		}
		if f.lost != nil {
			s.tell(*f.lost)
			if s.stopping {
				delete(offsets[at.topic], at.number)
				m.stand(at, f)
				continue
			}
		}
		s.memory.settled(at)
		m.assign(at, f)
		from := kgo.NewOffset().At(f.next)
		if !f.moved { // the client checks the leader epoch once more
			from = from.WithEpoch(f.epoch)
		}
		offsets[at.topic][at.number] = from
	}
	return nil
}

// noting makes commits under ctx write down which topic an offset is of.
func (r *records) noting(ctx context.Context) context.Context {
	return kgo.PreCommitFnContext(ctx, func(request *kmsg.OffsetCommitRequest) error {
		for _, topic := range request.Topics {
			for i := range topic.Partitions {
				if text := r.noteOf(place{topic.Topic, topic.Partitions[i].Partition}); text != "" {
					topic.Partitions[i].Metadata = &text
				}
			}
		}
		return nil
	})
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
	if err := m.client.CommitMarkedOffsets(m.noting(ctx)); err != nil {
		m.debug("Committing the last offsets: %v", err)
	}
	if err := m.client.LeaveGroupContext(ctx); err != nil {
		m.debug("Leaving the group: %v", err)
	}
	m.client.Close()
	m.logs.Close()
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
	_, err := describe(ctx, client, topics)
	return err
}

// dials tells of connections that fail.
type dials struct{ failed chan struct{} }

// OnBrokerConnect implements kgo.HookBrokerConnect.
func (d dials) OnBrokerConnect(_ kgo.BrokerMetadata, _ time.Duration, _ net.Conn, err error) {
	if err != nil {
		signal(d.failed)
	}
}
