package measure

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"gonum.org/v1/gonum/stat"

	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
	"github.com/order-sink/order-sink/internal/orders"
)

// Trickle sends a few orders a second and measures, for each, the time from the
// produce call to the moment that its row is seen by another connection.
func Trickle(ctx context.Context, s *stack.Stack, w workload.Workload, topic string, of Subject, figures map[Figure]float64) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(s.Kafka.Seeds()...), kgo.DefaultProduceTopic(topic))
	if err != nil {
		return fmt.Errorf("sending a trickle: %w", err)
	}
	defer client.Close()
	g := orders.NewGenerator(w.Sequence.Seed)

	// The start is no part of it: the contestant has stored something first.
	if err := s.Produce(ctx, topic, w.Sequence); err != nil {
		return err
	}
	if _, err := Watch(ctx, s, w.Sequence, of); err != nil {
		return err
	}
	before, err := used(s, of.PIDs)
	if err != nil {
		return err
	}
	p := &pending{sent: map[string]time.Time{}}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	n := int(w.Trickle.Seconds() * workload.TrickleRate)
	go func() {
		next := time.Now()
		for i := range n {
			o := g.Order()
			o.OrderID = fmt.Sprintf("order-%08d", i)
			p.add(o.OrderID)
			client.Produce(ctx, &kgo.Record{Value: o.Envelope()}, func(_ *kgo.Record, err error) {
				if err != nil {
					cancel(fmt.Errorf("sending a trickle: %w", err))
				}
			})
			next = next.Add(time.Second / workload.TrickleRate)
			if stack.Sleep(ctx, time.Until(next)) != nil {
				return
			}
		}
	}()
	latencies, err := see(ctx, s, p, n)
	if err != nil {
		return errors.Join(err, context.Cause(ctx))
	}
	after, err := used(s, of.PIDs)
	if err != nil {
		return err
	}
	after.since(before).into(figures, float64(n))
	slices.Sort(latencies)
	for f, share := range map[Figure]float64{P50: 0.5, P99: 0.99, p999: 0.999} {
		figures[f] = stat.Quantile(share, stat.Empirical, latencies, nil)
	}
	return nil
}

// pending are the orders that were sent and not seen yet.
type pending struct {
	mutex sync.Mutex
	ids   []string // ascending
	sent  map[string]time.Time
}

func (p *pending) add(id string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.ids, p.sent[id] = append(p.ids, id), time.Now()
}

func (p *pending) oldest() (id string, there bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if len(p.ids) == 0 {
		return "", false
	}
	return p.ids[0], true
}

// take gives an order's latency the first time that it is seen.
func (p *pending) take(id string, now time.Time) (latency time.Duration, first bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	sent, there := p.sent[id]
	if !there {
		return 0, false
	}
	delete(p.sent, id)
	i, _ := slices.BinarySearch(p.ids, id)
	p.ids = slices.Delete(p.ids, i, i+1)
	return now.Sub(sent), true
}

// see asks every millisecond for the orders from the oldest one that is missing. It
// returns their latencies in milliseconds.
func see(ctx context.Context, s *stack.Stack, p *pending, n int) (latencies []float64, err error) {
	for last := time.Now(); len(latencies) < n; {
		seen, err := seen(ctx, s, p)
		if err != nil {
			return nil, err
		}
		if latencies = append(latencies, seen...); len(seen) > 0 {
			last = time.Now()
		}
		if time.Since(last) > stack.Patience {
			return nil, fmt.Errorf("nothing was stored for %s; %d of %d orders are", stack.Patience, len(latencies), n)
		}
		if err := stack.Sleep(ctx, time.Millisecond); err != nil {
			return nil, err
		}
	}
	return latencies, nil
}

// seen asks once.
func seen(ctx context.Context, s *stack.Stack, p *pending) (latencies []float64, err error) {
	oldest, there := p.oldest()
	if !there {
		return nil, nil
	}
	ids, err := orderIDs(ctx, s, "SELECT order_id FROM orders WHERE order_id >= ? AND order_id LIKE 'order-%'", oldest)
	now := time.Now()
	for _, id := range ids {
		if latency, first := p.take(id, now); first {
			latencies = append(latencies, float64(latency.Microseconds())/1000)
		}
	}
	return latencies, err
}
