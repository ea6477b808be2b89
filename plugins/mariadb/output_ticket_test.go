package mariadb

import (
	"context"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// place is what kafka_read puts with a batch.
type place struct {
	arrived, passed chan int // messages
	before, behind  chan struct{}
	partition       string
	by              any
}

func newPlace() *place {
	return &place{arrived: make(chan int, 9), passed: make(chan int, 9), before: make(chan struct{}), behind: make(chan struct{})}
}

func (p *place) Arrived(by any, messages int) {
	p.by = by
	p.arrived <- messages
}

func (p *place) Passed(by any, messages int) {
	if by == p.by {
		p.passed <- messages
	}
}

func (p *place) Before(by any) <-chan struct{} {
	if by != p.by {
		return nil
	}
	return p.before
}

func (p *place) Behind() <-chan struct{} { return p.behind }
func (p *place) Stuck()                  {}
func (p *place) Partition() any          { return p.partition }
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
	require.Equal(t, 1, <-second.arrived)
	require.NoError(t, o.WriteBatch(context.Background(), w.placed(first, order("a", "x", 1, "1"))))
	require.Equal(t, 1, <-first.passed)
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

// A batch that was put together from several waits for all of them. How many messages
// are of which is not known.
func TestABatchOfSeveralWaitsForEach(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig)
	first, second, next := newPlace(), newPlace(), newPlace()
	first.partition, second.partition, next.partition = "0", "1", "0"
	close(first.before)
	both := append(batchOf(order("b", "x", 0, "1")), w.placed(first, order("c", "x", 1, "1"))...)
	both = append(both, w.placed(second, order("a", "x", 2, "1"))...)
	both = append(both, w.placed(next, order("c", "x", 3, "1"))...) // it waits for first, which is here
	done := make(chan error)
	go func() { done <- o.WriteBatch(context.Background(), both) }()
	require.Equal(t, 0, <-next.arrived)
	require.NoError(t, o.WriteBatch(context.Background(), batchOf(order("a", "x", 1, "1"))))
	require.Equal(t, []string{"1"}, w.rows("SELECT qty FROM orders"), "the second batch was written before its turn")
	close(second.before)
	require.NoError(t, <-done)
	require.Equal(t, []string{"2", "0", "3"}, w.rows("SELECT qty FROM orders ORDER BY order_id"))
	for _, p := range []*place{first, second, next} {
		require.Equal(t, 0, <-p.passed, "a part of a batch says that the batch has passed")
	}
}

// Refused rows are given on after those of the batch before. A stop does not wait.
func TestRefusedRowsWaitForTheBatchBefore(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig)
	for name, end := range map[string]func(*place, context.CancelFunc){
		"the batch before is settled": func(p *place, _ context.CancelFunc) { close(p.behind) },
		"the output stops":            func(_ *place, stop context.CancelFunc) { stop() },
	} {
		ctx, stop := context.WithCancel(t.Context())
		p := newPlace()
		close(p.before)
		done := make(chan error, 1)
		go func() { done <- o.WriteBatch(ctx, w.placed(p, order("a", "x", 1, "1.005"), order("b", "x", 1, "1"))) }()
		require.Equal(t, 2, <-p.passed)
		require.Equal(t, []string{"b"}, w.rows("SELECT order_id FROM orders"))
		select {
		case err := <-done:
			t.Errorf("%s: it did not wait: %v", name, err)
		default:
		}
		end(p, stop)
		var refused *service.BatchError
		require.ErrorAs(t, <-done, &refused, name)
		require.Equal(t, 1, refused.IndexedErrors())
		stop()
	}
	p := newPlace()
	close(p.before)
	require.NoError(t, o.WriteBatch(t.Context(), w.placed(p, order("c", "x", 1, "1"))), "nothing is refused")
}
