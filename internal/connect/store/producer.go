package store

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// producer appends records to the only partition of a topic. It is not idempotent, because
// existing clusters allow no more than Kafka Connect needs. Instead it sends each record
// once, and again only after an answer that says that the broker has not stored it. Its
// methods are not for concurrent use.
type producer struct {
	topic  string
	opts   []kgo.Opt
	client *kgo.Client // nil after a failure: what it may still hold must not be sent later
	sent   atomic.Bool
}

// The errors of a write.
var (
	errNothing = errors.New("nothing was changed, because Kafka did not take the change")
	errUnknown = errors.New("the change may still take effect, because Kafka has not confirmed it")
)

// OnBrokerWrite implements [kgo.HookBrokerWrite].
func (p *producer) OnBrokerWrite(_ kgo.BrokerMetadata, key int16, n int, _, _ time.Duration, _ error) {
	if key == kmsg.Produce.Int16() && n > 0 {
		p.sent.Store(true)
	}
}

// append writes records in one batch, unless they are larger than a batch.
func (p *producer) append(ctx context.Context, records []*kgo.Record) (int64, error) {
	for {
		p.sent.Store(false)
		offset, err := p.try(ctx, records)
		if err == nil {
			return offset, nil
		}
		if p.client != nil {
			p.client.Close() // ends its connections, too
			p.client = nil
		}
		switch refused := refusedByBroker(err); {
		case p.sent.Load() && !refused:
			return 0, fmt.Errorf("%w: %w", errUnknown, err)
		case ctx.Err() != nil || refused && !kerr.IsRetriable(err):
			return 0, fmt.Errorf("%w: %w", errNothing, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func (p *producer) try(ctx context.Context, records []*kgo.Record) (offset int64, err error) {
	if p.client == nil {
		if p.client, err = kgo.NewClient(append(p.opts[:len(p.opts):len(p.opts)],
			kgo.WithHooks(p), kgo.DefaultProduceTopic(p.topic), kgo.RecordPartitioner(kgo.ManualPartitioner()),
			kgo.RequiredAcks(kgo.AllISRAcks()), kgo.DisableIdempotentWrite(), kgo.RecordRetries(0),
			kgo.ManualFlushing(), kgo.ProduceRequestTimeout(writeLimit))...); err != nil {
			return 0, err
		}
	}
	done := make(chan error, len(records))
	for _, r := range records {
		r.Topic, r.Partition = p.topic, 0
		p.client.Produce(ctx, r, func(_ *kgo.Record, err error) { done <- err })
	}
	go p.client.Flush(ctx) //nolint:errcheck // the promises have the errors
	for range records {
		select {
		case failed := <-done:
			err = errors.Join(err, failed)
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return records[len(records)-1].Offset, err
}

// refusedByBroker reports whether an error is an answer of the broker to a request whose
// records it has not stored.
func refusedByBroker(err error) bool {
	var answer *kerr.Error
	return errors.As(err, &answer) && !errors.Is(err, kerr.RequestTimedOut) &&
		!errors.Is(err, kerr.NotEnoughReplicasAfterAppend) && !errors.Is(err, kerr.UnknownServerError)
}

func (p *producer) close() {
	if p.client != nil {
		p.client.Close()
	}
}
