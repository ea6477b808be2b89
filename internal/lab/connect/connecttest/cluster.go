// Package connecttest runs workers of order-sink on one Kafka and one MariaDB, for tests.
package connecttest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// Patience is how long a worker may take on a machine that is busy with other things.
const Patience = 3 * time.Minute

// Cluster is what the workers of a test share: a group, a Kafka and a database.
type Cluster struct {
	Group  string
	Broker *kafka.Java
	DB     *sql.DB

	t       testing.TB
	account *mysql.Config
}

// New returns a cluster with an empty database and without workers.
func New(t testing.TB, broker *kafka.Java, server *mariadbtest.Server) *Cluster {
	t.Helper()
	account, err := mysql.ParseDSN(server.AdminDSN(server.Database(t)))
	require.NoError(t, err)
	db, err := sql.Open("mysql", account.FormatDSN())
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	return &Cluster{Group: "workers-" + rand.Text(), Broker: broker, DB: db, t: t, account: account}
}

// Worker is a running worker of order-sink.
type Worker struct {
	*ordersink.Sink
	REST
	Log *ordersinktest.Log
}

// Start starts a worker, and does not wait for it. The lines are further properties.
func (c *Cluster) Start(lines ...string) *Worker {
	c.t.Helper()
	address := ordersinktest.FreeAddress(c.t)
	file := filepath.Join(c.t.TempDir(), "worker.properties")
	text := connectworker.Properties(c.Broker.Seeds(), c.Group, address) + strings.Join(lines, "\n")
	require.NoError(c.t, os.WriteFile(file, []byte(text), 0o600))
	log := ordersinktest.NewLog(c.t)
	sink, err := ordersink.Start(ordersink.Config{
		Binary: ordersinktest.Binary(c.t), Args: []string{"connect-distributed", file}, HTTP: address, Log: log,
	})
	require.NoError(c.t, err)
	c.t.Cleanup(func() { require.NoError(c.t, sink.Kill()) })
	return &Worker{Sink: sink, REST: NewREST(c.t, address), Log: log}
}

// Healthy waits until the worker may run connectors.
func (w *Worker) Healthy() *Worker {
	w.t.Helper()
	w.Await("/health", 200, "healthy")
	return w
}

// Table creates a table for [Cluster.Sink], and counts the writes to it.
func (c *Cluster) Table(name string) {
	c.t.Helper()
	for _, statement := range []string{
		"CREATE TABLE " + name + " (id BIGINT PRIMARY KEY, v VARCHAR(100))",
		"CREATE TABLE " + name + "_writes (n BIGINT AUTO_INCREMENT PRIMARY KEY, id BIGINT)",
		"CREATE TRIGGER " + name + "_count BEFORE INSERT ON " + name +
			" FOR EACH ROW INSERT INTO " + name + "_writes (id) VALUES (NEW.id)",
	} {
		_, err := c.DB.ExecContext(c.t.Context(), statement)
		require.NoError(c.t, err)
	}
}

// Sink returns the configuration of a connector from a topic into a table.
func (c *Cluster) Sink(topic, table string, tasks int) map[string]string {
	return map[string]string{
		"connector.class": "io.debezium.connector.jdbc.JdbcSinkConnector", "tasks.max": strconv.Itoa(tasks),
		"topics": topic, "collection.name.format": table,
		"connection.url":      "jdbc:mariadb://" + c.account.Addr + "/" + c.account.DBName,
		"connection.username": c.account.User, "connection.password": c.account.Passwd,
		"insert.mode": "upsert", "primary.key.mode": "record_value", "primary.key.fields": "id", "schema.evolution": "none",
	}
}

// Value returns the record of a row, whose column v is "v" and the id.
func Value(id int) []byte {
	return fmt.Appendf(nil, `{"schema":{"type":"struct","fields":[{"field":"id","type":"int64"},{"field":"v","type":"string"}]},`+
		`"payload":{"id":%d,"v":"v%[1]d"}}`, id)
}

// Produce sends the records of the rows from up to to.
func (c *Cluster) Produce(topic string, from, to int) {
	c.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.Broker.Seeds()...))
	require.NoError(c.t, err)
	defer client.Close()
	var all []*kgo.Record
	for id := from; id < to; id++ {
		all = append(all, &kgo.Record{Topic: topic, Key: strconv.AppendInt(nil, int64(id), 10), Value: Value(id)})
	}
	require.NoError(c.t, client.ProduceSync(c.t.Context(), all...).FirstErr())
}

// AwaitRows waits until a table has exactly the rows of 0 up to n.
func (c *Cluster) AwaitRows(table string, n int) {
	c.t.Helper()
	eventuallytest.Succeeds(c.t, Patience, fmt.Sprintf("table %s has %d rows", table, n), func(ctx context.Context) error {
		var rows, right, first, last int
		err := c.DB.QueryRowContext(ctx, "SELECT COUNT(*), COALESCE(SUM(v=CONCAT('v',id)),0), COALESCE(MIN(id),0),"+
			" COALESCE(MAX(id),-1) FROM "+table).Scan(&rows, &right, &first, &last)
		if err == nil && (rows != n || right != n || first != 0 || last != n-1) {
			err = fmt.Errorf("%d rows from %d to %d, %d of them right", rows, first, last, right)
		}
		return err
	})
}

// Writes returns how many rows were sent to a table, more than once perhaps.
func (c *Cluster) Writes(table string) (n int) {
	c.t.Helper()
	require.NoError(c.t, c.DB.QueryRowContext(c.t.Context(), "SELECT COUNT(*) FROM "+table+"_writes").Scan(&n))
	return n
}
