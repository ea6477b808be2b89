package dlq

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
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

// sender sends letters and marks those that are acknowledged.
type sender struct {
	topic   string // the dead letter topic
	letters *kgo.Client
	marks   *kgo.Client
	slots   chan struct{}           // one taken for each letter in flight
	stop    context.CancelCauseFunc // ends the reading of further letters

	mu      sync.Mutex
	result  result
	refused error // of the first letter that was
	failed  error // what has ended the run
}

// send reads the chosen letters again, sends each and marks it.
func (c *connection) send(ctx context.Context, all *catalogue, to targets, o replayOptions, out console) (result, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s := &sender{topic: c.topic, slots: make(chan struct{}, inFlight), stop: stop}
	s.result = result{Topic: c.topic, Matched: len(all.entries)}
	var err error
	if s.letters, err = c.client(
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.AllowIdempotentProduceCancellation(),
		kgo.ProducerBatchMaxBytesFn(to.batchBytes),
	); err != nil {
		return s.result, err
	}
	if s.marks, err = c.client(kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.AllowIdempotentProduceCancellation()); err != nil {
		s.letters.Close()
		return s.result, err
	}
	seen := 0
	spans := all.spans()
	bar := out.progress("replayed", spans)
	err = c.read(ctx, spans, func(record *kgo.Record) error {
		bar.advance()
		if _, chosen := all.find(position{record.Partition, record.Offset}); !chosen {
			return nil
		}
		l := parseLetter(record)
		t := to.of(l, o)
		select {
		case s.slots <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		seen++
		s.replay(l.position, newReplayed(l, c.topic, t.topic, t.partition(l, o.byKey)))
		return nil
	})
	s.drain(ctx)
	bar.end()
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.result.Gone = s.result.Matched - seen
	}
	return s.result, s.verdict(err)
}

// replay sends a letter's record, and when that is acknowledged its mark. It
// never blocks: fewer are in flight than a client buffers. Neither is bound to
// the run's context, so that an interruption takes back nothing.
func (s *sender) replay(letter position, record *kgo.Record) {
	// Not the client's own delivery timeout: that counts from the record's
	// timestamp, which is an old one.
	ctx, cancel := context.WithTimeout(context.Background(), delivery)
	s.letters.Produce(ctx, record, func(sent *kgo.Record, err error) {
		if err != nil {
			cancel()
			s.refuse(letter, sent, err)
			<-s.slots
			return
		}
		s.marks.Produce(ctx, newMark(s.topic, letter, sent, time.Now()), func(_ *kgo.Record, err error) {
			cancel()
			s.marked(letter, err)
			<-s.slots
		})
	})
}

// refuse counts a letter that was not sent. What is wrong with this record
// alone does not keep the others waiting.
func (s *sender) refuse(letter position, record *kgo.Record, err error) {
	err = fmt.Errorf("sending letter %s to topic %s: %w", letter, record.Topic, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result.Refused++
	if s.refused == nil {
		s.refused = err
	}
	if !errors.Is(err, kerr.MessageTooLarge) && !errors.Is(err, kerr.InvalidTimestamp) && !errors.Is(err, kerr.InvalidRecord) {
		s.fail(err)
	}
}

func (s *sender) fail(err error) {
	if s.failed == nil {
		s.failed = err
	}
	s.stop(err)
}

// marked counts a letter that was sent. When marks cannot be written, no more
// letters are sent: the next run would send them all again.
func (s *sender) marked(letter position, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.result.Replayed++
		return
	}
	s.result.Unmarked++
	s.fail(fmt.Errorf("letter %s was sent, but marking it in topic %s: %w", letter, s.topic, err))
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
	s.marks.Close()
	<-landed
}

// verdict is the error of a run: what has ended it, or else what was left out.
func (s *sender) verdict(err error) error {
	switch {
	case s.failed != nil:
		return s.failed
	case errors.Is(err, errInterrupted):
		return fmt.Errorf("%w: run it again for the rest", err)
	case err != nil:
		return err
	case s.refused != nil:
		return fmt.Errorf("%s were refused, the first one: %w", letters(s.result.Refused), s.refused)
	case s.result.Gone > 0:
		return fmt.Errorf("%s are no longer in topic %s", letters(s.result.Gone), s.topic)
	default:
		return nil
	}
}
