package mariadb

import (
	"context"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// kafkaTicket is what kafka_read puts with a batch.
type kafkaTicket struct {
	arrived, passed chan int // messages
	before, behind  chan struct{}
	partition       string
	by              any
	stored          []int
}

func newKafkaTicket() *kafkaTicket {
	return &kafkaTicket{arrived: make(chan int, 9), passed: make(chan int, 9), before: make(chan struct{}), behind: make(chan struct{})}
}

func (p *kafkaTicket) Arrived(by any, messages int) {
	p.by = by
	p.arrived <- messages
}

func (p *kafkaTicket) Passed(by any, messages int) {
	if by == p.by {
		p.passed <- messages
	}
}

func (p *kafkaTicket) Before(by any) <-chan struct{} {
	if by != p.by {
		return nil
	}
	return p.before
}

func (p *kafkaTicket) Behind() <-chan struct{} { return p.behind }
func (p *kafkaTicket) Stuck()                  {}
func (p *kafkaTicket) Stored(_ any, n int)     { p.stored = append(p.stored, n) }
func (p *kafkaTicket) Partition() any          { return p.partition }
func (p *kafkaTicket) Copy() any               { return "" }

func (d *database) ticketed(p *kafkaTicket, records ...any) service.MessageBatch {
	batch := batchOf(records...)
	batch[0].MetaSetImmut("kafka_batch", p)
	return batch
}

func TestABatchWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig)
	first, second := newKafkaTicket(), newKafkaTicket()
	close(first.before)
	done := make(chan error)
	go func() { done <- o.WriteBatch(context.Background(), d.ticketed(second, order("a", "x", 2, "1"))) }()
	require.Equal(t, 1, <-second.arrived)
	require.NoError(t, o.WriteBatch(context.Background(), d.ticketed(first, order("a", "x", 1, "1"))))
	require.Equal(t, 1, <-first.passed)
	require.Equal(t, []string{"1"}, d.rows("SELECT qty FROM orders"), "the second batch was written before its turn")
	close(second.before)
	require.NoError(t, <-done)
	<-second.passed
	require.Equal(t, []string{"2"}, d.rows("SELECT qty FROM orders"))
}

// A batch whose turn does not come before the end is not written, and not refused.
func TestABatchWhoseTurnNeverComes(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig)
	ctx, end := context.WithCancel(t.Context())
	end()
	p := newKafkaTicket()
	require.Same(t, service.ErrNotConnected, o.WriteBatch(ctx, d.ticketed(p, order("a", "x", 1, "1"))))
	require.Empty(t, d.rows("SELECT * FROM orders"))
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
	d := shared(t, orders)
	o := d.output(ordersConfig)
	first, second, next := newKafkaTicket(), newKafkaTicket(), newKafkaTicket()
	first.partition, second.partition, next.partition = "0", "1", "0"
	close(first.before)
	both := append(batchOf(order("b", "x", 0, "1")), d.ticketed(first, order("c", "x", 1, "1"))...)
	both = append(both, d.ticketed(second, order("a", "x", 2, "1"))...)
	both = append(both, d.ticketed(next, order("c", "x", 3, "1"))...) // it waits for first, which is here
	done := make(chan error)
	go func() { done <- o.WriteBatch(context.Background(), both) }()
	require.Equal(t, 0, <-next.arrived)
	require.NoError(t, o.WriteBatch(context.Background(), batchOf(order("a", "x", 1, "1"))))
	require.Equal(t, []string{"1"}, d.rows("SELECT qty FROM orders"), "the second batch was written before its turn")
	close(second.before)
	require.NoError(t, <-done)
	require.Equal(t, []string{"2", "0", "3"}, d.rows("SELECT qty FROM orders ORDER BY order_id"))
	for _, p := range []*kafkaTicket{first, second, next} {
		require.Equal(t, 0, <-p.passed, "a part of a batch says that the batch has passed")
	}
}

// Refused rows are given on after those of the batch before. A stop does not wait.
func TestRefusedRowsWaitForTheBatchBefore(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig)
	for name, end := range map[string]func(*kafkaTicket, context.CancelFunc){
		"the batch before is settled": func(p *kafkaTicket, _ context.CancelFunc) { close(p.behind) },
		"the output stops":            func(_ *kafkaTicket, stop context.CancelFunc) { stop() },
	} {
		ctx, stop := context.WithCancel(t.Context())
		p := newKafkaTicket()
		close(p.before)
		done := make(chan error, 1)
		go func() { done <- o.WriteBatch(ctx, d.ticketed(p, order("a", "x", 1, "1.005"), order("b", "x", 1, "1"))) }()
		require.Equal(t, 2, <-p.passed)
		require.Equal(t, []string{"b"}, d.rows("SELECT order_id FROM orders"))
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
	p := newKafkaTicket()
	close(p.before)
	require.NoError(t, o.WriteBatch(t.Context(), d.ticketed(p, order("c", "x", 1, "1"))), "nothing is refused")
}
