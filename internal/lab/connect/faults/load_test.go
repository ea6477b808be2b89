package faults

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/lab/connect/connecttest"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// load sends records until its end. The record of row n is sent once, however long the
// broker is away.
type load struct {
	w      *world
	client *kgo.Client
	stop   context.CancelFunc
	over   sync.WaitGroup
	sent   atomic.Int64
	failed atomic.Int64
	pause  time.Duration // the longest time without a new row; valid after end
}

const (
	tick    = 50 * time.Millisecond
	perTick = 15 // records
)

func start(w *world) *load {
	ctx, stop := context.WithCancel(w.Context())
	l := &load{w: w, stop: stop, client: kafkatest.Client(w, w.broker,
		kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)), kgo.MaxBufferedRecords(1_000_000), kgo.MetadataMinAge(100*time.Millisecond))}
	l.over.Go(func() {
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		for ctx.Err() == nil {
			for range perTick {
				l.send()
			}
			select {
			case <-ticker.C:
			case <-ctx.Done():
			}
		}
	})
	l.over.Go(func() { l.watch(ctx) })
	return l
}

func (l *load) send() {
	id := int(l.sent.Add(1)) - 1
	record := &kgo.Record{Topic: l.w.topic, Key: strconv.AppendInt(nil, int64(id), 10), Value: connecttest.Value(id)}
	l.client.Produce(context.Background(), record, func(_ *kgo.Record, err error) {
		if err != nil {
			l.failed.Add(1)
		}
	})
}

// watch measures the longest time without a new row.
func (l *load) watch(ctx context.Context) {
	last, since := -1, time.Now()
	for ctx.Err() == nil {
		if n, err := l.w.count(ctx); err == nil && n != last {
			l.pause = max(l.pause, time.Since(since))
			last, since = n, time.Now()
		}
		l.w.pass(tick)
	}
}

// end ends the load and returns the number of records.
func (l *load) end() int {
	l.w.Helper()
	l.stop()
	l.over.Wait()
	ctx, cancel := context.WithTimeout(l.w.Context(), connecttest.Patience)
	defer cancel()
	require.NoError(l.w, l.client.Flush(ctx))
	require.Zero(l.w, l.failed.Load(), "records could not be sent")
	return int(l.sent.Load())
}

func (w *world) count(ctx context.Context) (n int, err error) {
	return n, w.DB.QueryRowContext(ctx, "SELECT COUNT(*) FROM orders").Scan(&n)
}

// awaitProgress waits until so many more rows are stored.
func (w *world) awaitProgress(rows int) {
	w.Helper()
	begin := -1
	eventuallytest.Succeeds(w, connecttest.Patience, fmt.Sprintf("%d more rows are stored", rows), func(ctx context.Context) error {
		now, err := w.count(ctx)
		if err != nil {
			return err
		}
		if begin < 0 {
			begin = now
		}
		if now < begin+rows {
			return fmt.Errorf("%d since %d", now, begin)
		}
		return nil
	})
}
