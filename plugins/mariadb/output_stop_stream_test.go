package mariadb

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// A stopped stream is not ready, and says why. The log has one line.
func TestAStoppedStreamIsNotReady(t *testing.T) {
	d := shared(t, orders)
	before := goleak.IgnoreCurrent()
	lines, mux := &logLines{}, http.NewServeMux()
	builder := service.NewStreamBuilder()
	builder.SetLogger(slog.New(lines))
	builder.SetHTTPMux(mux)
	produce, err := builder.AddBatchProducerFunc()
	require.NoError(t, err)
	require.NoError(t, builder.AddOutputYAML("mariadb_upsert:\n  on_refusal: stop\n  dsn: "+d.server.DSN(d.name)+"\n  "+strings.ReplaceAll(strings.TrimSpace(ordersConfig), "\n", "\n  ")+"\n"))
	stream, err := builder.Build()
	require.NoError(t, err)
	told := make(chan Stop, 9)
	stream.Resources().SetGeneric(StopKey{}, func(s Stop) { told <- s })
	done := make(chan error, 1)
	go func() { done <- stream.Run(context.Background()) }()
	sending, stop := context.WithCancel(t.Context())
	sent := make(chan error, 1)
	go func() { sent <- produce(sending, batchOf(order("a", "x", 1, "1"), order("b", "x", 1, "x"))) }()
	require.Equal(t, Stop{Partition: -1, Offset: -1, Code: "row_type", Field: "total", Text: "DECIMAL(10,2) takes an exact decimal, got text"}, <-told)

	require.EventuallyWithT(t, func(c *assert.CollectT) {
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/ready", http.NoBody))
		assert.Equal(c, http.StatusServiceUnavailable, answer.Code)
		assert.Contains(c, answer.Body.String(), "nothing is dropped: a record is refused: row_type: total: DECIMAL(10,2) takes an exact decimal, got text. The records in front of it are stored")
	}, 30*time.Second, 10*time.Millisecond)
	require.Equal(t, []string{"a"}, d.rows("SELECT order_id FROM orders"))
	stop()
	require.Error(t, <-sent)
	require.NoError(t, stream.StopWithin(4*time.Second))
	<-done
	require.Len(t, lines.matching("is refused"), 1, "%v", lines.all())
	require.Empty(t, lines.matching("WARN"), "%v", lines.all())
	goleak.VerifyNone(t, before)
}

// Two outputs write the same rows of two tables, in opposite orders: MariaDB ends one of the
// transactions, which is written again at once.
func TestATransactionOfSeveralTablesIsWrittenAgain(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE a (id INT PRIMARY KEY, v INT)", "CREATE TABLE b (id INT PRIMARY KEY, v INT)")
	written, retries := make(chan error, 2), int64(0)
	var outputs []*sink
	for _, order := range [][]string{{"a", "b"}, {"b", "a"}} {
		o, told := d.stopping(twoTables)
		outputs = append(outputs, o)
		go func() {
			for n := range 60 {
				var batch service.MessageBatch
				for _, table := range order {
					for id := range 20 {
						batch = append(batch, into(table, object{"id": int64(id), "v": int64(n)}))
					}
				}
				if err := o.WriteBatch(context.Background(), batch); err != nil || len(told) > 0 {
					written <- fmt.Errorf("batch %d: %w", n, err)
					return
				}
			}
			written <- nil
		}()
	}
	for range outputs {
		require.NoError(t, <-written)
	}
	for _, o := range outputs {
		retries += o.counts("mariadb_upsert_retries_total")["deadlock"]
		require.EqualValues(t, 60*40, o.count("mariadb_upsert_rows_total"), "each row counts once")
	}
	require.Positive(t, retries, "no deadlock has happened")
	require.Equal(t, []string{"20|59", "20|59"}, d.rows("SELECT COUNT(*), MAX(v) FROM a WHERE v = 59 UNION ALL SELECT COUNT(*), MAX(v) FROM b WHERE v = 59"))
}

// A table that does not exist is created before the transaction begins.
func TestAStoppingOutputCreatesAndExtendsTables(t *testing.T) {
	t.Parallel()
	d := shared(t)
	o, told := d.stopping("table: ${! @table }\nkey: [id]\nschema_metadata: schema\ncreate_tables: true\nadd_columns: true\n")
	first := recordOf("id", number(), "v", number())
	second := recordOf("id", number(), "v", number(), "w", of(schema.Int32, ""))
	message := func(table string, s *schema.Schema, content object) *service.Message {
		m := typed(s, content)
		m.MetaSetMut("table", table)
		return m
	}
	batch := service.MessageBatch{
		message("a", first, object{"id": int64(1), "v": int64(1)}), message("b", first, object{"id": int64(1), "v": int64(1)}),
		message("a", second, object{"id": int64(2), "v": int64(1), "w": int64(7)}), message("a", first, object{"id": int64(1), "v": int64(2)}),
	}
	require.NoError(t, o.WriteBatch(t.Context(), batch))
	require.Empty(t, told)
	require.Equal(t, []string{"1|2|NULL", "2|1|7"}, d.rows("SELECT id, v, w FROM a ORDER BY id"))
	require.Equal(t, []string{"1|1"}, d.rows("SELECT id, v FROM b"))
}
