package clients

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// connector is a connector of one test, with a name, a topic and a database of its own. The
// test creates it.
type connector struct {
	*worker
	*testing.T
	name, topic string
	account     *mysql.Config
	db          *sql.DB
	kafka       *kgo.Client
	rows        map[string]orders.Order // what the table must have
}

// tasks is the tasks.max of the connectors, and the number of partitions of their topics.
const tasks = 2

var notInName = regexp.MustCompile(`[^a-z]+`)

func newConnector(t *testing.T, w *worker) *connector {
	t.Helper()
	broker, server := kafkatest.Shared(t), mariadbtest.Shared(t)
	c := &connector{
		worker: w, T: t, topic: kafkatest.Topic(t, broker, tasks), kafka: kafkatest.Client(t, broker),
		name: notInName.ReplaceAllString(strings.ToLower(t.Name()), "-"), rows: map[string]orders.Order{},
	}
	var err error
	c.account, err = mysql.ParseDSN(server.DSN(server.Database(t)))
	require.NoError(t, err)
	c.db, err = sql.Open("mysql", c.account.FormatDSN())
	require.NoError(t, err)
	_, err = c.db.ExecContext(t.Context(), `CREATE TABLE orders (order_id VARCHAR(64) PRIMARY KEY, user_id VARCHAR(64),
		product_id VARCHAR(64), qty INT, unit_price INT, total_price INT)`)
	require.NoError(t, err)
	t.Cleanup(func() {
		c.ask("DELETE", "/connectors/"+c.name, nil, 204, 404) // a test that failed has left it
		c.db.Close()
	})
	return c
}

// config is what a user posts: upsert the orders by their id.
func (c *connector) config(set ...string) map[string]string {
	config := map[string]string{
		"connector.class": c.class, "tasks.max": fmt.Sprint(tasks), "topics": c.topic,
		"connection.url":      "jdbc:mariadb://" + c.account.Addr + "/" + c.account.DBName,
		"connection.password": c.account.Passwd,
		"insert.mode":         "upsert",
		"key.converter":       "org.apache.kafka.connect.storage.StringConverter",
		"value.converter":     "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "true",
	}
	if c.class == confluent {
		maps.Copy(config, map[string]string{
			"connection.user": c.account.User, "table.name.format": "orders",
			"pk.mode": "record_value", "pk.fields": "order_id",
		})
	} else {
		maps.Copy(config, map[string]string{
			"connection.username": c.account.User, "collection.name.format": "orders",
			"primary.key.mode": "record_value", "primary.key.fields": "order_id",
		})
	}
	for i := 0; i < len(set); i += 2 {
		config[set[i]] = set[i+1]
	}
	return config
}

// named is what a worker returns for a config: with the name, and nothing else.
func (c *connector) named(config map[string]string) map[string]string {
	config = maps.Clone(config)
	config["name"] = c.name
	return config
}

// sendNew sends new orders, and returns them.
func (c *connector) sendNew(n int) []orders.Order {
	c.Helper()
	generator := orders.NewGenerator(uint64(len(c.rows) + 1))
	all := make([]orders.Order, n)
	for i := range all {
		all[i] = generator.Order()
	}
	c.send(all...)
	return all
}

// send sends orders. The last one of an id is its row.
func (c *connector) send(all ...orders.Order) {
	c.Helper()
	for _, o := range all {
		c.rows[o.OrderID] = o
		c.produce(int32(o.OrderID[0])%tasks, o.Envelope())
	}
}

func (c *connector) produce(partition int32, value []byte) {
	c.Helper()
	r := &kgo.Record{Topic: c.topic, Partition: partition, Value: value}
	require.NoError(c, c.kafka.ProduceSync(c.Context(), r).FirstErr())
}

// awaitRows waits until the table has the orders that were sent.
func (c *connector) awaitRows() {
	c.Helper()
	want := slices.SortedFunc(maps.Values(c.rows), func(a, b orders.Order) int { return cmp.Compare(a.OrderID, b.OrderID) })
	eventuallytest.Succeeds(c, patience, "the table has the orders", func(ctx context.Context) error {
		got, err := c.read(ctx)
		if err == nil && !slices.Equal(got, want) {
			err = fmt.Errorf("%d rows: %+v, expected %d: %+v", len(got), got, len(want), want)
		}
		return err
	})
}

func (c *connector) read(ctx context.Context) (all []orders.Order, err error) {
	rows, err := c.db.QueryContext(ctx, "SELECT order_id, user_id, product_id, qty, unit_price, total_price FROM orders ORDER BY order_id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var o orders.Order
		if err := rows.Scan(&o.OrderID, &o.UserID, &o.ProductID, &o.Quantity, &o.UnitPrice, &o.TotalPrice); err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return all, rows.Err()
}

// requireWithout requires that the table has none of the orders.
func (c *connector) requireWithout(unstored []orders.Order) {
	c.Helper()
	got, err := c.read(c.Context())
	require.NoError(c, err)
	for _, o := range unstored {
		require.NotContains(c, got, o, "a connector that does not run has stored an order")
	}
}
