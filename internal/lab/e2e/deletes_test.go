package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// deleting returns orders.yaml with the two lines that make tombstones delete rows.
func deleting(t *testing.T) string {
	t.Helper()
	shipped, err := os.ReadFile(filepath.Join(ordersinktest.Root(t), "pipelines", "orders.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(shipped)
	for line, more := range map[string]string{
		"        schema_metadata: order_sink_schema\n": "        tombstone: pass\n",
		"    key: [ order_id ]\n":                      "    tombstone: delete\n",
	} {
		if strings.Count(text, line) != 1 {
			t.Fatalf("%q is not once in pipelines/orders.yaml", line)
		}
		text = strings.Replace(text, line, line+more, 1)
	}
	file := filepath.Join(t.TempDir(), "orders.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// tombstones are the records of orders and of their tombstones, each in its order's
// partition.
type tombstones struct {
	topic string
	now   time.Time
	all   []*kgo.Record
}

func (r *tombstones) send(o orders.Order, key, value []byte, seconds int) {
	r.all = append(r.all, &kgo.Record{
		Topic: r.topic, Partition: int32(o.OrderID[0]) % partitions, Key: key, Value: value,
		Timestamp: r.now.Add(time.Duration(seconds) * time.Second),
	})
}

func plain(o orders.Order) []byte { return []byte(o.OrderID) }

// story sends seven orders and most of their tombstones. It returns the order that comes
// again after its tombstone.
func (r *tombstones) story(all []orders.Order) (again orders.Order) {
	connect := func(o orders.Order) []byte {
		return fmt.Appendf(nil, `{"schema":{"type":"string","optional":false},"payload":%q}`, o.OrderID)
	}
	object := func(o orders.Order) []byte { return fmt.Appendf(nil, `{"order_id":%q}`, o.OrderID) }
	order := func(o orders.Order, seconds int) { r.send(o, plain(o), o.Envelope(), seconds) }

	order(all[0], 0) // remains
	order(all[1], 0)
	r.send(all[1], plain(all[1]), nil, 1) // gone
	order(all[2], 0)
	r.send(all[2], connect(all[2]), []byte(`{"schema":null,"payload":null}`), 1) // gone
	order(all[3], 0)
	r.send(all[3], object(all[3]), nil, 1)
	again = all[3]
	again.Quantity, again.TotalPrice = 99, 99*again.UnitPrice
	order(again, 2) // gone, and there again
	order(all[4], 1)
	r.send(all[4], plain(all[4]), nil, 0) // newer than its tombstone
	r.send(all[5], nil, nil, 0)           // of nobody
	order(all[6], 0)                      // gone in a later batch
	return again
}

// A tombstone deletes the row of its key, within a batch and across batches. A tombstone
// older than its order does nothing, and a tombstone without a key is a dead letter.
func TestTombstonesDelete(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		g := orders.NewGenerator(18)
		var all []orders.Order
		for range 7 {
			all = append(all, g.Order())
		}
		records := tombstones{topic: w.topic, now: time.Now().Truncate(time.Millisecond)}
		again := records.story(all)
		client := kafkatest.Client(t, b)
		w.must(client.ProduceSync(t.Context(), records.all...).FirstErr())
		w.admin("GRANT DELETE ON orders TO order_sink") // as config/grants.sql says
		s := w.startReady(deleting(t))
		w.awaitCommitted()
		records.all = nil
		records.send(all[6], plain(all[6]), nil, 1)
		w.must(client.ProduceSync(t.Context(), records.all...).FirstErr())
		w.awaitCommitted()

		var want []string
		for _, o := range []orders.Order{all[0], again, all[4]} {
			want = append(want, fmt.Sprint(o.OrderID, " ", o.Quantity))
		}
		slices.Sort(want)
		if rows := w.rows("SELECT order_id, qty FROM orders ORDER BY order_id"); !slices.Equal(rows, want) {
			t.Errorf("stored %q, expected %q", rows, want)
		}
		letters := w.deadLetters()
		if len(letters) != 1 || header(letters[0], "order_sink.code") != "row_missing" || header(letters[0], "order_sink.field") != "kafka_key" {
			t.Errorf("%d dead letters, the first %v", len(letters), letters[0].Headers)
		}
		for outcome, n := range map[string]float64{"deleted": 4, "unchanged": 1, "refused": 1} {
			if got := w.metric(s, "mariadb_upsert_rows_total", "label", "orders_table", "outcome", outcome); got != n {
				t.Errorf("%v are counted as %s, expected %v", got, outcome, n)
			}
		}
	})
}
