package interop

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// zonedRecord has a time of each type: 2024-07-01 12:00 UTC.
const zonedRecord = `{"schema":{"type":"struct","fields":[
	{"field":"order_id","type":"string"},
	{"field":"zoned","type":"string","name":"io.debezium.time.ZonedTimestamp"},
	{"field":"ts","type":"int64","name":"org.apache.kafka.connect.data.Timestamp"},
	{"field":"wall","type":"int64","name":"io.debezium.time.MicroTimestamp"},
	{"field":"day","type":"int32","name":"org.apache.kafka.connect.data.Date"},
	{"field":"clock","type":"int32","name":"org.apache.kafka.connect.data.Time"}]},
	"payload":{"order_id":"1","zoned":"2024-07-01T12:00:00Z","ts":1719835200250,"wall":1719835200000001,"day":19905,"clock":37800000}}`

const zonedTable = "CREATE TABLE zoned (order_id VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY, zoned DATETIME(3), ts DATETIME(3), wall DATETIME(6), day DATE, clock TIME(3))"

// With MariaDB's driver, use.time.zone of Debezium's JDBC sink moves no value: the sink gives
// the driver a point in time, which the driver writes in the time zone of the connection. So
// order-sink writes the same rows without a time_zone.
func TestDebeziumsSinkMovesNothingToItsTimeZone(t *testing.T) {
	b := kafkatest.Shared(t)
	w, err := connectworker.Start(t.Context(), t.TempDir(), b.Seeds(), connectworker.JDBCSink)
	javatest.Require(t, err)
	t.Cleanup(func() {
		if log, _ := os.ReadFile(w.Log()); t.Failed() {
			t.Logf("the end of Kafka Connect's log:\n%s", log[max(0, len(log)-8000):])
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 5*patience)
	defer cancel()
	topic := kafkatest.Topic(t, b, 1)
	if err := kafkatest.Client(t, b).ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte(zonedRecord)}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	server := mariadbtest.Shared(t)
	theirs, ours := server.Database(t), server.Database(t)
	for _, database := range []string{theirs, ours} {
		execute(t, server.DSN(database), zonedTable)
	}
	dsn, err := mysql.ParseDSN(server.DSN(theirs))
	if err != nil {
		t.Fatal(err)
	}
	config := connectworker.Sink{Topic: topic, Table: "zoned", Tasks: 1, Address: dsn.Addr, User: dsn.User, Password: dsn.Passwd, Database: theirs}.Config()
	config["use.time.zone"] = "America/New_York"
	if err := w.Create(ctx, "zoned", config); err != nil {
		t.Fatal(err)
	}
	startZoned(t, b, topic, server.DSN(ours))
	want := awaitZoned(t, server.DSN(theirs), func() error { return w.Check(ctx, "zoned") })
	if got := awaitZoned(t, server.DSN(ours), func() error { return nil }); got != want {
		t.Errorf("order-sink writes\n%s\nDebezium's sink writes\n%s", got, want)
	}
}

func execute(t *testing.T, dsn, statement string) {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func startZoned(t *testing.T, b kafka.Broker, topic, dsn string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "zoned.yaml")
	if err := os.WriteFile(path, []byte(`
input:
  kafka_read:
    seed_brokers: [ "${KAFKA_BROKERS}" ]
    topics: [ "${KAFKA_TOPIC}" ]
    consumer_group: "${KAFKA_GROUP}"
    start_offset: earliest
pipeline:
  processors:
    - connect_json_decode: { mode: strict, store_schema_metadata: order_sink_schema }
output:
  mariadb_upsert:
    dsn: "${MARIADB_DSN}"
    table: zoned
    key: [ order_id ]
    schema_metadata: order_sink_schema
`), 0o600); err != nil {
		t.Fatal(err)
	}
	startPipeline(t, b, path, topic, topic, dsn)
}

// awaitZoned waits for the row, and returns it.
func awaitZoned(t *testing.T, dsn string, check func() error) (row string) {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	eventuallytest.Succeeds(t, 2*patience, "the row is stored", func(ctx context.Context) error {
		if err := check(); err != nil {
			return err
		}
		err := db.QueryRowContext(ctx, "SELECT CONCAT_WS(' ', zoned, ts, wall, day, clock) FROM zoned").Scan(&row)
		if errors.Is(err, sql.ErrNoRows) {
			return errors.New("no row")
		}
		return err
	})
	return row
}
