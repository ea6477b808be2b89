package mariadb

import (
	"context"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// place is what kafka_read puts with a batch.
type place struct {
	arrived, passed chan struct{}
	before          chan struct{}
}

func newPlace() *place {
	return &place{make(chan struct{}), make(chan struct{}), make(chan struct{})}
}

func (p *place) Arrived(int)             { close(p.arrived) }
func (p *place) Passed(int)              { close(p.passed) }
func (p *place) Before() <-chan struct{} { return p.before }
func (p *place) Copy() any               { return "" }

func (w *world) placed(p *place, records ...any) service.MessageBatch {
	batch := batchOf(records...)
	batch[0].MetaSetImmut("kafka_batch", p)
	return batch
}

func TestABatchWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig)
	first, second := newPlace(), newPlace()
	close(first.before)
	done := make(chan error)
	go func() { done <- o.WriteBatch(context.Background(), w.placed(second, order("a", "x", 2, "1"))) }()
	<-second.arrived
	require.NoError(t, o.WriteBatch(context.Background(), w.placed(first, order("a", "x", 1, "1"))))
	<-first.passed
	require.Equal(t, []string{"1"}, w.rows("SELECT qty FROM orders"), "the second batch was written before its turn")
	close(second.before)
	require.NoError(t, <-done)
	<-second.passed
	require.Equal(t, []string{"2"}, w.rows("SELECT qty FROM orders"))
}

// A batch whose turn does not come before the end is not written, and not refused.
func TestABatchWhoseTurnNeverComes(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig)
	ctx, end := context.WithCancel(t.Context())
	end()
	p := newPlace()
	require.Same(t, service.ErrNotConnected, o.WriteBatch(ctx, w.placed(p, order("a", "x", 1, "1"))))
	require.Empty(t, w.rows("SELECT * FROM orders"))
	select {
	case <-p.passed:
		t.Error("it has passed")
	default:
	}
}

// A batch that was put together from several waits for all of them.
func TestABatchOfSeveralWaitsForEach(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig)
	first, second := newPlace(), newPlace()
	close(first.before)
	both := append(batchOf(order("b", "x", 0, "1")), w.placed(first, order("c", "x", 1, "1"))...)
	both = append(both, w.placed(second, order("a", "x", 2, "1"))...)
	done := make(chan error)
	go func() { done <- o.WriteBatch(context.Background(), both) }()
	require.NoError(t, o.WriteBatch(context.Background(), batchOf(order("a", "x", 1, "1"))))
	require.Equal(t, []string{"1"}, w.rows("SELECT qty FROM orders"), "the second batch was written before its turn")
	close(second.before)
	require.NoError(t, <-done)
	require.Equal(t, []string{"2", "0", "1"}, w.rows("SELECT qty FROM orders ORDER BY order_id"))
	for _, p := range []*place{first, second} {
		select {
		case <-p.arrived:
			t.Error("a part of a batch says that the batch has arrived")
		default:
		}
	}
}
