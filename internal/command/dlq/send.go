package dlq

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/command/dlq/target"
	"github.com/order-sink/order-sink/internal/command/dlq/topic"
	"github.com/order-sink/order-sink/internal/console"
	"github.com/order-sink/order-sink/plugins/deadletter"
)

const (
	// inFlight is the largest number of dead letters that are sent and not yet marked.
	inFlight = 1000
	// grace is how long an interrupted replay waits for the dead letters in flight.
	grace = 10 * time.Second
	// delivery is how long the replay retries a record and its mark while no broker
	// answers.
	delivery = 2 * time.Minute
)

// sender sends dead letters to topics, and marks those that the broker acknowledges.
type sender struct {
	*marker
	records *kgo.Client
	slots   chan struct{} // has an item for each dead letter in flight
}

// send reads the chosen dead letters again, sends each and marks it.
func send(ctx context.Context, t *topic.Topic, all *catalogue, to target.Topics, o replayOptions, out console.Console) (result, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	m, err := newMarker(t, len(all.entries), stop)
	if err != nil {
		return m.result, err
	}
	s := &sender{marker: m, slots: make(chan struct{}, inFlight)}
	if s.records, err = t.Client(
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.AllowIdempotentProduceCancellation(),
		kgo.ProducerBatchMaxBytesFn(to.BatchBytes),
	); err != nil {
		m.client.Close()
		return m.result, err
	}
	seen := 0
	bar := out.Progress("replayed", all.spans().Offsets())
	defer bar.End()
	err = all.read(ctx, t, bar, func(d deadletter.Record, _ entry) error {
		select {
		case s.slots <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		seen++
		chosen, partition := o.route(d, to)
		at, err := timestamp(d.Timestamp).time()
		if err != nil && !chosen.OwnTimestamps() {
			s.refuse(1, fmt.Errorf("sending dead letter %s: %w", d.Position, err))
			<-s.slots
			return nil
		}
		s.replay(d.Position, d.Replayed(chosen.Name, partition, at))
		return nil
	})
	s.drain(ctx)
	return s.finish(seen, err)
}

// replay sends the record of a dead letter, and its mark when the broker acknowledges
// the record. It never blocks, because fewer records are in flight than a client
// buffers. An interruption of the run cancels neither the record nor the mark.
func (s *sender) replay(of deadletter.Position, record *kgo.Record) {
	// The delivery timeout of the client starts at the old timestamp of the record.
	ctx, cancel := context.WithTimeout(context.Background(), delivery)
	done := func() { cancel(); <-s.slots }
	s.records.Produce(ctx, record, func(sent *kgo.Record, err error) {
		if err != nil {
			s.refuse(1, fmt.Errorf("sending dead letter %s to topic %s: %w", of, record.Topic, err))
			done()
			return
		}
		s.mark(ctx, of, deadletter.SourceOf(sent).String(), done)
	})
}

// drain waits for the dead letters in flight, and closes the clients.
func (s *sender) drain(ctx context.Context) {
	landed := make(chan struct{})
	go func() {
		for range cap(s.slots) {
			s.slots <- struct{}{}
		}
		close(landed)
	}()
	select {
	case <-landed:
	case <-ctx.Done():
		select {
		case <-landed:
		case <-time.After(grace):
		}
	}
	s.records.Close() // fails the records in flight
	s.client.Close()
	<-landed
}
