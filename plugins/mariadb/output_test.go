package mariadb

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	_ "github.com/redpanda-data/benthos/v4/public/components/pure"

	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

func TestMain(m *testing.M) { mariadbtest.Main(m) }

// orders is the table that the tests write to unless they say otherwise.
const orders = `CREATE TABLE orders (
	order_id    VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
	product     VARCHAR(20),
	qty         INT NOT NULL,
	total       DECIMAL(10,2),
	created_at  TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
	updated_at  TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
) ENGINE=InnoDB`

const ordersConfig = "table: orders\ncolumns: [order_id, product, qty, total]\nkey: [order_id]\n"

func order(id, product string, qty int, total string) map[string]any {
	return map[string]any{"order_id": id, "product": product, "qty": int64(qty), "total": total}
}

// world is a database of one test.
type world struct {
	t      testing.TB
	server *mariadbtest.Server
	name   string
	db     *sql.DB // an administrator's, in UTC
}

func newWorld(t testing.TB, server *mariadbtest.Server, tables ...string) *world {
	t.Helper()
	w := &world{t: t, server: server, name: server.Database(t)}
	var err error
	w.db, err = sql.Open("mysql", server.AdminDSN(w.name)+"?time_zone=%27%2B00%3A00%27&loc=UTC")
	require.NoError(t, err)
	t.Cleanup(func() { w.db.Close() })
	for _, table := range tables {
		w.exec(table)
	}
	return w
}

func shared(t testing.TB, tables ...string) *world {
	t.Helper()
	return newWorld(t, mariadbtest.Shared(t), tables...)
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	_, err := w.db.Exec(query, args...)
	require.NoError(w.t, err, query)
}

// rows are the answer to a query, one line a row, NULL as it is.
func (w *world) rows(query string) []string {
	w.t.Helper()
	rows, err := w.db.Query(query)
	require.NoError(w.t, err, query)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(w.t, err)
	all := []string{}
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(w.t, rows.Scan(into...))
		line := make([]string, len(columns))
		for i, v := range values {
			if line[i] = v.String; !v.Valid {
				line[i] = "NULL"
			}
		}
		all = append(all, strings.Join(line, "|"))
	}
	require.NoError(w.t, rows.Err())
	return all
}

func (w *world) output(config string, resources ...*service.Resources) *output {
	w.t.Helper()
	o := w.unconnected(config, resources...)
	require.NoError(w.t, o.Connect(context.Background()))
	return o
}

func (w *world) unconnected(config string, resources ...*service.Resources) *output {
	w.t.Helper()
	parsed, err := Spec().ParseYAML("dsn: "+w.server.DSN(w.name)+"\n"+config, nil)
	require.NoError(w.t, err)
	r := service.MockResources()
	if len(resources) > 0 {
		r = resources[0]
	}
	o, err := newOutput(parsed, r)
	require.NoError(w.t, err)
	w.t.Cleanup(func() { require.NoError(w.t, o.Close(context.Background())) })
	return o
}

func batchOf(records ...any) service.MessageBatch {
	batch := make(service.MessageBatch, len(records))
	for i, record := range records {
		batch[i] = service.NewMessage(nil)
		batch[i].SetStructured(record)
	}
	return batch
}

// write puts records and returns the text of the refusals by place.
func (w *world) write(o *output, records ...any) map[int]string {
	w.t.Helper()
	batch := batchOf(records...)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	index := batch.Index()
	return refusalsOf(w.t, index, o.WriteBatch(ctx, batch))
}

func refusalsOf(t testing.TB, index *service.Indexer, err error) map[int]string {
	t.Helper()
	refusals := map[int]string{}
	if err == nil {
		return refusals
	}
	var batchError *service.BatchError
	require.ErrorAs(t, err, &batchError)
	batchError.WalkMessagesIndexedBy(index, func(i int, _ *service.Message, err error) bool {
		if err != nil {
			refusals[i] = err.Error()
		}
		return true
	})
	return refusals
}

// counts puts records into the store and returns what became of them.
func (w *world) counts(o *output, records ...any) string {
	w.t.Helper()
	return countsText(w.put(o, batchOf(records...)))
}

// put puts a batch into the store.
func (w *world) put(o *output, batch service.MessageBatch) *result {
	w.t.Helper()
	r, f := o.store.put(context.Background(), o.messages(batch))
	if f != nil {
		w.t.Fatal(f)
	}
	return r
}

// countsText names the rarer outcomes only where there are any.
func countsText(r *result) string {
	text := fmt.Sprintf("inserted %d, updated %d, unchanged %d, compacted %d, refused %d", r.inserted, r.updated, r.unchanged, r.compacted, len(r.refused))
	for _, rare := range []struct {
		name string
		n    int
	}{{"stale", r.stale}, {"deleted", r.deleted}, {"ignored", r.ignored}} {
		if rare.n > 0 {
			text += fmt.Sprintf(", %s %d", rare.name, rare.n)
		}
	}
	return text
}

func TestRowsAreStoredOnce(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig)
	records := []any{order("b", "낮은 가격", 2, "3.50"), order("a", "🛒", 1, "0.10"), order("A", "x", 1, "12345678.90")}
	require.Empty(t, w.write(o, records...))
	stored := []string{"A|x|1|12345678.90", "a|🛒|1|0.10", "b|낮은 가격|2|3.50"}
	const all = "SELECT order_id, product, qty, total FROM orders ORDER BY order_id"
	require.Equal(t, stored, w.rows(all))

	w.exec("UPDATE orders SET updated_at = '2020-01-01'")
	require.Empty(t, w.write(o, records...))
	require.Equal(t, stored, w.rows(all))
	require.Equal(t, []string{"3"}, w.rows("SELECT COUNT(*) FROM orders WHERE updated_at = '2020-01-01'"), "an unchanged row keeps its updated_at")

	require.Empty(t, w.write(o, order("a", "🛒", 7, "0.10")))
	require.Equal(t, []string{"a|7"}, w.rows("SELECT order_id, qty FROM orders WHERE updated_at > '2020-01-01'"), "a changed row does not")
}

func TestOutcomesAreCounted(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig)
	require.Equal(t, "inserted 3, updated 0, unchanged 0, compacted 0, refused 0",
		w.counts(o, order("a", "x", 1, "1"), order("b", "x", 1, "1"), order("c", "x", 1, "1")))
	require.Equal(t, "inserted 1, updated 1, unchanged 2, compacted 1, refused 1",
		w.counts(o, order("a", "x", 1, "1"), order("b", "x", 2, "1"), order("c", "x", 9, "1"), order("c", "x", 1, "1"), order("d", "x", 1, "1"), order("e", "x", 1, "x")))
	require.Equal(t, "inserted 0, updated 0, unchanged 1, compacted 0, refused 0", w.counts(o, order("a", "x", 1, "1")))
	require.Equal(t, "inserted 0, updated 1, unchanged 0, compacted 0, refused 0", w.counts(o, order("a", "x", 3, "1")))
}

func TestARefusedRowFailsAlone(t *testing.T) {
	t.Parallel()
	w := shared(t, orders, "ALTER TABLE orders ADD CONSTRAINT few CHECK (qty < 1000)")
	o := w.output(ordersConfig)
	require.Equal(t, map[int]string{
		1: "row_too_long: product: 21 characters, VARCHAR(20) holds 20",
		3: "row_check: few: MariaDB error 4025 (23000): " + wordsCheck,
	}, w.write(o, order("a", "x", 1, "1"), order("b", strings.Repeat("x", 21), 1, "1"), order("c", "x", 3, "1"), order("d", "x", 1000, "1")))
	require.Equal(t, []string{"a", "c"}, w.rows("SELECT order_id FROM orders ORDER BY 1"))
}

func TestWhatCannotBeWrittenNowWaits(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig)
	w.exec("RENAME TABLE orders TO gone")
	err := o.WriteBatch(context.Background(), batchOf(order("a", "x", 1, "1")))
	require.Same(t, service.ErrNotConnected, err)
	require.ErrorContains(t, o.Connect(context.Background()), "table `orders` does not exist")
	w.exec("RENAME TABLE gone TO orders")
	require.NoError(t, o.Connect(context.Background()))
	require.Empty(t, w.write(o, order("a", "x", 1, "1")))
}

// privateWorld has a server of its own, for a test that kills or bends it.
func privateWorld(t testing.TB, table string, options ...string) *world {
	t.Helper()
	return newWorld(t, mariadbtest.Private(t, options...), table)
}

// A row that a look at the table could save is refused only after one. The look
// must not open a connection each time: far from the server that takes seconds.
func TestALookOpensNoConnection(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	var dialed atomic.Int64
	mysql.RegisterDialContext("counted", func(ctx context.Context, address string) (net.Conn, error) {
		dialed.Add(1)
		return new(net.Dialer).DialContext(ctx, "tcp", address)
	})
	t.Cleanup(func() { mysql.DeregisterDialContext("counted") })
	parsed, err := Spec().ParseYAML("dsn: "+strings.Replace(w.server.DSN(w.name), "tcp(", "counted(", 1)+"\n"+ordersConfig, nil)
	require.NoError(t, err)
	o, err := newOutput(parsed, service.MockResources())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, o.Close(context.Background())) })
	require.NoError(t, o.Connect(t.Context()))
	before := dialed.Load()
	for n := range 3 {
		seen := o.store.table.Load().seen
		require.Len(t, w.write(o, order(fmt.Sprint(n), "x", 1, "1"), order("y", strings.Repeat("x", 300), 1, "1")), 1)
		require.True(t, o.store.table.Load().seen.After(seen), "there was a look")
	}
	require.Equal(t, before, dialed.Load())
	// A session that connects again has the next look connect again, too.
	o.store.writer.renew()
	require.Empty(t, w.write(o, order("z", "x", 1, "1")))
	require.Greater(t, dialed.Load(), before)
	before = dialed.Load()
	require.Len(t, w.write(o, order("y", strings.Repeat("x", 300), 1, "1")), 1)
	require.Equal(t, before+1, dialed.Load())
}
