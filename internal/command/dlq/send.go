package dlq

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/deadletter"
)

const (
	// inFlight is how many letters may be sent and not yet marked.
	inFlight = 1000
	// grace is how long an interrupted replay waits for what is in flight.
	grace = 10 * time.Second
	// delivery is how long a broker that has gone away is waited for, letter
	// and mark together.
	delivery = 2 * time.Minute
)

// sender sends letters to topics, and marks those that are acknowledged.
type sender struct {
	*marker
	letters *kgo.Client
	slots   chan struct{} // one taken for each letter in flight
}

// send reads the chosen letters again, sends each and marks it.
func (c *connection) send(ctx context.Context, all *catalogue, to targets, o replayOptions, out console) (result, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	m, err := c.newMarker(len(all.entries), stop)
	if err != nil {
		return m.result, err
	}
	s := &sender{marker: m, slots: make(chan struct{}, inFlight)}
	if s.letters, err = c.client(
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.AllowIdempotentProduceCancellation(),
		kgo.ProducerBatchMaxBytesFn(to.batchBytes),
	); err != nil {
		m.client.Close()
		return m.result, err
	}
	seen := 0
	err = c.chosen(ctx, all, "replayed", out, func(d deadletter.Record) error {
		t := to.of(d, o)
		select {
		case s.slots <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		seen++
		at, err := timestamp(d.Timestamp).time()
		if err != nil && t.timestampType != logAppendTime { // the broker's own, there
			s.refuse(1, fmt.Errorf("sending letter %s: %w", d.Position, err))
			<-s.slots
			return nil
		}
		s.replay(d.Position, d.Replayed(t.topic, t.partition(d, o.byKey), at))
		return nil
	})
	s.drain(ctx)
	return s.verdict(seen, err)
}

// replay sends a letter's record, and when that is acknowledged its mark. It
// never blocks: fewer are in flight than a client buffers. Neither is bound to
// the run's context, so that an interruption takes back nothing.
func (s *sender) replay(letter deadletter.Position, record *kgo.Record) {
	// Not the client's own delivery timeout: that counts from the record's
	// timestamp, which is an old one.
	ctx, cancel := context.WithTimeout(context.Background(), delivery)
	done := func() { cancel(); <-s.slots }
	s.letters.Produce(ctx, record, func(sent *kgo.Record, err error) {
		if err != nil {
			s.refuse(1, fmt.Errorf("sending letter %s to topic %s: %w", letter, record.Topic, err))
			done()
			return
		}
		s.mark(ctx, letter, deadletter.SourceOf(sent).String(), done)
	})
}

// drain waits for what is in flight. Nothing comes after it.
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
	s.letters.Close() // fails what is left
	s.client.Close()
	<-landed
}
