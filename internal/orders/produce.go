package orders

import (
	"context"
	"fmt"
	"iter"
	"sync/atomic"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Produce sends the messages as the producer of the order services does: a message
// without a key goes to any partition, and every replica acknowledges it. Produce returns
// the number of acknowledged messages, which is all of them unless there is an error.
// While the broker is down, Produce retries until ctx ends. It calls progress, which may
// be nil, with the number so far, from one goroutine at a time.
func Produce(ctx context.Context, seeds []string, topic string, messages iter.Seq[Message], progress func(acknowledged int)) (int, error) {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(seeds...),
		kgo.DefaultProduceTopic(topic),
		kgo.RequiredAcks(kgo.AllISRAcks()),
	)
	if err != nil {
		return 0, fmt.Errorf("producing to %s: %w", topic, err)
	}
	defer client.Close()

	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var acknowledged atomic.Int64
	for message := range messages {
		if ctx.Err() != nil {
			break
		}
		record := &kgo.Record{Key: message.Key, Value: message.Value, Headers: message.Headers}
		client.Produce(ctx, record, func(_ *kgo.Record, err error) { // kgo calls this from one goroutine at a time
			if err != nil {
				fail(err)
				return
			}
			n := int(acknowledged.Add(1))
			if progress != nil {
				progress(n)
			}
		})
	}
	if err := client.Flush(ctx); err != nil || ctx.Err() != nil {
		return int(acknowledged.Load()), fmt.Errorf("producing to %s: %w", topic, context.Cause(ctx))
	}
	return int(acknowledged.Load()), nil
}
