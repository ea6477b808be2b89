package mariadb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// mailbox is an output of dead letters that answers when the test wants.
type mailbox struct {
	mutex    sync.Mutex
	messages []string // content and reason
	answers  chan error
}

func (b *mailbox) Connect(context.Context) error { return nil }

func (b *mailbox) WriteBatch(_ context.Context, batch service.MessageBatch) error {
	b.mutex.Lock()
	for _, m := range batch {
		content, _ := m.AsBytes()
		reason := "none"
		if err := m.GetError(); err != nil {
			reason = err.Error()
		}
		if _, ticket := m.MetaGetImmut(record.Batch); ticket {
			reason += " (with a ticket)"
		}
		b.messages = append(b.messages, string(content)+" "+reason)
	}
	b.mutex.Unlock()
	err := <-b.answers
	if err != nil && err.Error() == "last" {
		return service.NewBatchError(batch, err).Failed(len(batch)-1, errors.New("too large"))
	}
	return err
}

func (b *mailbox) Close(context.Context) error { return nil }

func (b *mailbox) taken() []string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return append([]string{}, b.messages...)
}

func (b *mailbox) eventuallyTaken(t *testing.T, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return len(b.taken()) >= n }, time.Minute, time.Millisecond)
}

// mailing is an output with a mailbox for its dead letters.
func (d *database) mailing(config string) (*sink, *mailbox) {
	d.t.Helper()
	box := &mailbox{answers: make(chan error, 9)}
	env, e := observed(d.t)
	require.NoError(d.t, env.RegisterBatchOutput("mailbox", service.NewConfigSpec(),
		func(*service.ParsedConfig, *service.Resources) (service.BatchOutput, service.BatchPolicy, int, error) {
			return box, service.BatchPolicy{}, 1, nil
		}))
	o := d.outputIn(env, e, d.server.DSN(d.name), config+"dead_letter: { mailbox: {} }\n")
	d.t.Cleanup(func() { close(box.answers) })
	require.NoError(d.t, o.Connect(context.Background()))
	return o, box
}

// refusable is a batch with a good row, one that MariaDB refuses and one that a
// processor has refused.
func refusable(id string) service.MessageBatch {
	batch := batchOf(order(id, "x", 1, "1"), order(id+"-long", strings.Repeat("x", 21), 1, "1"), order(id+"-failed", "x", 1, "1"))
	batch[1].MetaSetMut("kafka_offset", 7)
	batch[2].SetError(errors.New("order_range: qty: too few"))
	return batch
}

func deadLettersOf(id string) []string {
	return []string{
		`{"order_id":"` + id + `-long","product":"xxxxxxxxxxxxxxxxxxxxx","qty":1,"total":"1"} row_too_long: product: 21 characters, VARCHAR(20) holds 20`,
		`{"order_id":"` + id + `-failed","product":"x","qty":1,"total":"1"} order_range: qty: too few`,
	}
}

// What is refused goes to the child with its reason, and the batch is acknowledged:
// there is nothing that the framework could log as an error.
func TestRefusedRecordsGoToTheChild(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o, box := d.mailing(ordersConfig)
	batch := refusable("a")
	batch[1].MetaSetMut(record.Batch, "a ticket")
	box.answers <- nil
	require.NoError(t, o.WriteBatch(t.Context(), batch))
	require.Equal(t, deadLettersOf("a"), box.taken())
	require.Equal(t, []string{"a"}, d.rows("SELECT order_id FROM orders"))
	require.NoError(t, o.WriteBatch(t.Context(), batchOf(order("b", "x", 1, "1"))))
	require.Len(t, box.taken(), 2, "a batch without a refusal sends nothing")
}

// While the child does not answer, the output is not ready and says what waits. The
// batch that comes again is neither written nor sent a second time; other batches are.
func TestABatchKeepsItsDeadLettersUntilTheyAreTaken(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o, box := d.mailing(ordersConfig)
	batch := refusable("a")
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batch))
	d.exec("DELETE FROM orders")
	err := o.Connect(t.Context())
	require.ErrorContains(t, err, "waiting to deliver 2 dead letters since ")
	require.ErrorContains(t, err, "there is no answer yet. Nothing is dropped")
	require.NoError(t, o.Connect(t.Context()), "the wait is told once")
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batch))
	require.NoError(t, o.WriteBatch(t.Context(), batchOf(order("b", "x", 1, "1"))))
	require.Equal(t, deadLettersOf("a"), box.taken())

	// Another batch of the same length with the same first row is another batch.
	other := refusable("a")
	other[1].MetaSetMut("kafka_offset", 8)
	sent := make(chan error, 1)
	go func() { sent <- o.WriteBatch(t.Context(), other) }()
	require.Eventually(t, func() bool { return len(d.rows("SELECT order_id FROM orders")) == 2 }, time.Minute, time.Millisecond)
	d.exec("DELETE FROM orders")
	box.answers <- nil
	box.answers <- nil
	require.NoError(t, <-sent)
	require.NoError(t, o.WriteBatch(t.Context(), batch))
	require.Equal(t, append(deadLettersOf("a"), deadLettersOf("a")...), box.taken(), "each batch sends its dead letters once")
	require.Empty(t, d.rows("SELECT order_id FROM orders"), "the rows of a batch are written once")
}

// Dead letters that the child refuses are sent again, until it takes them.
func TestDeadLettersThatTheChildRefusesAreSentAgain(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o, box := d.mailing(ordersConfig)
	batch := refusable("a")
	box.answers <- errors.New("no such topic")
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batch))
	require.ErrorContains(t, o.Connect(t.Context()), ": no such topic. Nothing is dropped")
	box.answers <- nil
	require.NoError(t, o.WriteBatch(t.Context(), batch))
	require.Equal(t, append(deadLettersOf("a"), deadLettersOf("a")...), box.taken())
}

// A child that writes the dead letters to MariaDB passes on the server's message, which may
// quote a row: the state shows the number only.
func TestTheChildsErrorOfMariaDBShowsNoValue(t *testing.T) {
	t.Parallel()
	d := shared(t, orders, "CREATE TABLE letters (id VARCHAR(20) PRIMARY KEY)", "INSERT INTO letters VALUES ('s3cr3t')")
	_, duplicate := d.db.Exec("INSERT INTO letters VALUES ('s3cr3t')")
	require.ErrorContains(t, duplicate, "s3cr3t")
	for name, wrap := range map[string]func(batch service.MessageBatch, err error) error{
		"all": func(_ service.MessageBatch, err error) error { return fmt.Errorf("inserting: %w", err) },
		"one": func(batch service.MessageBatch, err error) error {
			return service.NewBatchError(batch, err).Failed(0, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			o, box := d.mailing(ordersConfig)
			batch := refusable("a")
			box.answers <- wrap(batch, duplicate)
			require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batch))
			err := o.Connect(t.Context())
			require.ErrorContains(t, err, "MariaDB error 1062 (23000)")
			require.NotContains(t, err.Error(), "s3cr3t")
			box.answers <- nil
			require.NoError(t, o.WriteBatch(t.Context(), batch))
		})
	}
}

// A stop acknowledges nothing early. The batch comes again after it.
func TestAStopAcknowledgesNoDeadLetterEarly(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o, box := d.mailing(ordersConfig)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- o.WriteBatch(ctx, refusable("a")) }()
	box.eventuallyTaken(t, 2)
	stop()
	require.Same(t, service.ErrNotConnected, <-done)
}
