package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
)

// trickleRate is how many orders are sent in a second.
const trickleRate = 200

// trickle sends a few orders a second and measures, for each, the time from the
// produce call to the moment that its row is seen by another connection.
func (s *stack) trickle(ctx context.Context, r run, started *running, figures map[figure]float64) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(s.kafka.Seeds()...), kgo.DefaultProduceTopic(r.topic))
	if err != nil {
		return fmt.Errorf("sending a trickle: %w", err)
	}
	defer client.Close()
	g := orders.NewGenerator(r.sequence.seed)

	// The start is no part of it: the contestant has stored something first.
	if err := s.produce(ctx, r.topic, r.sequence); err != nil {
		return err
	}
	if _, err := s.watch(ctx, r.sequence, started); err != nil {
		return err
	}
	before, err := s.used(started.pids)
	if err != nil {
		return err
	}
	p := &pending{sent: map[string]time.Time{}}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	n := int(r.trickle.Seconds() * trickleRate)
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
			next = next.Add(time.Second / trickleRate)
			if sleep(ctx, time.Until(next)) != nil {
				return
			}
		}
	}()
	latencies, err := s.see(ctx, p, n)
	if err != nil {
		return errors.Join(err, context.Cause(ctx))
	}
	after, err := s.used(started.pids)
	if err != nil {
		return err
	}
	after.since(before).into(figures, float64(n))
	slices.Sort(latencies)
	for f, percent := range map[figure]float64{p50: 50, p99: 99, p999: 99.9} {
		figures[f] = float64(percentile(latencies, percent).Microseconds()) / 1000
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

// see asks every millisecond for the orders from the oldest one that is missing.
func (s *stack) see(ctx context.Context, p *pending, n int) (latencies []time.Duration, err error) {
	for last := time.Now(); len(latencies) < n; {
		if oldest, there := p.oldest(); there {
			ids, err := s.ids(ctx, "order_id >= ? AND order_id LIKE 'order-%'", oldest)
			if err != nil {
				return nil, err
			}
			now := time.Now()
			for _, id := range ids {
				if latency, first := p.take(id, now); first {
					latencies, last = append(latencies, latency), now
				}
			}
		}
		if time.Since(last) > patience {
			return nil, fmt.Errorf("nothing was stored for %s; %d of %d orders are", patience, len(latencies), n)
		}
		if err := sleep(ctx, time.Millisecond); err != nil {
			return nil, err
		}
	}
	return latencies, nil
}
