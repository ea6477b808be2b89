package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// OpenConfigs opens the config topic, creates it if it is missing, and reads it to its end.
// It waits for Kafka until ctx ends. An error before that is final: the topic has more than
// one partition or another cleanup.policy than compact, or cannot be created. opts are the
// addresses and credentials of the clients.
func OpenConfigs(ctx context.Context, topic Topic, opts []kgo.Opt, log *slog.Logger) (*Configs, error) {
	topic.Partitions = 1
	c := newConfigs(log)
	r, err := open(ctx, topic, configTopic, opts, log,
		func() { c.view, c.broken = view{}, map[string]time.Time{} }, func(r *kgo.Record) { c.apply(r, false) })
	if err != nil {
		return nil, err
	}
	c.advance(r.next[0])
	writer := &producer{topic: topic.Name, opts: opts}
	c.append = func(ctx context.Context, records []*kgo.Record) (int64, error) {
		if err := r.check(ctx); err != nil {
			return 0, fmt.Errorf("%w: %w", errNothing, err)
		}
		return writer.append(ctx, records)
	}
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	c.close = sync.OnceFunc(func() {
		stop()
		<-c.failed
		r.client.Close()
		c.turn <- struct{}{} // a write may still use the producer
		writer.close()
	})
	go func() {
		err := r.follow(following, func(record *kgo.Record) {
			c.apply(record, true)
			c.advance(record.Offset + 1)
		})
		if errors.Is(err, context.Canceled) {
			err = errClosed
		} else {
			log.Error("the worker can no longer read its connectors", "error", err)
		}
		c.fail(err)
	}()
	return c, nil
}
