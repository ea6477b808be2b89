package interop

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/registry"
	"github.com/order-sink/order-sink/internal/servers/registrytest"
)

// derived returns a copy of a shipped pipeline in which the only place with a text has
// another text.
func derived(t *testing.T, pipeline, text, by string) string {
	t.Helper()
	shipped, err := os.ReadFile(filepath.Join(ordersinktest.Root(t), "pipelines", pipeline))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(shipped), text) != 1 {
		t.Fatalf("%q is not once in %s", text, pipeline)
	}
	file := filepath.Join(t.TempDir(), pipeline)
	if err := os.WriteFile(file, []byte(strings.Replace(string(shipped), text, by, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// avroReplica is replica.yaml for Avro.
func avroReplica(t *testing.T) string {
	return derived(t, "replica.yaml", "      connect_json_decode:\n        key_format: json\n",
		"      connect_avro_decode:\n        urls: [ '${SCHEMA_REGISTRY_URL}' ]\n")
}

// unwrapped is avro.yaml with the transforms of most connectors for Debezium's change events.
func unwrapped(t *testing.T) string {
	const original = "        store_original_metadata: order_sink_original\n"
	return derived(t, "avro.yaml", original, original+`        replace_null_with_default: false
    - connect_transform:
        schema_metadata: order_sink_schema
        transforms:
          - name: unwrap
            type: io.debezium.transforms.ExtractNewRecordState
          - name: route
            type: org.apache.kafka.connect.transforms.RegexRouter
            regex: '.*\.([^.]+)'
            replacement: $1_unwrapped
`)
}

// capture runs Debezium's MariaDB connector with Apicurio's Avro converter, in Java. The
// converter registers the schemas itself.
func capture(t *testing.T, b *kafka.Java, r *registry.Registry, database, dsn string) {
	t.Helper()
	w, err := connectworker.Start(t.Context(), t.TempDir(), b.Seeds(), connectworker.MariaDBSource, connectworker.AvroConverter)
	javatest.Require(t, err)
	t.Cleanup(func() {
		if log, _ := os.ReadFile(w.Log()); t.Failed() {
			t.Logf("the end of Kafka Connect's log:\n%s", log[max(0, len(log)-8000):])
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	account, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	set := connectworker.Avro(r.NativeURL(), "key", "value")
	set["column.propagate.source.type"], set["poll.interval.ms"] = ".*", "50"
	config, err := connectworker.Source{
		Prefix: "avro", Seeds: b.Seeds(), Partitions: 1, ServerID: 4712,
		Address: account.Addr, User: account.User, Password: account.Passwd, Database: database, Set: set,
	}.Config()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	if err := w.Create(ctx, "avro", config); err != nil {
		t.Fatal(err)
	}
}

// things has no nullable column with a default: the converter writes the default for null.
const things = `CREATE TABLE things (
	id BIGINT PRIMARY KEY, tiny TINYINT, huge BIGINT UNSIGNED, price DECIMAL(12,2), wide DECIMAL(38,20), f FLOAT, d DOUBLE,
	day DATE, clock TIME(6), at DATETIME(6), stamp TIMESTAMP(6) NULL, yr YEAR, kind ENUM('a','ü'), tags SET('x','y'),
	doc JSON, raw VARBINARY(20), bits BIT(9), note VARCHAR(50) CHARACTER SET utf8mb4)`

// Snapshot, updates, deletions and every type of a column of Debezium's change events in Avro
// give the rows of the source: as change events, and as rows that transforms make of them.
func TestAvroOfDebeziumGivesTheRowsOfTheSource(t *testing.T) {
	b, r := kafkatest.Shared(t), registrytest.Shared(t)
	source := mariadbtest.Private(t, "--log-bin=binlog", "--binlog-format=ROW", "--binlog-row-image=FULL", "--server-id=4711")
	database := source.Database(t)
	from := mariadbtest.Script(t, source.AdminDSN(database), nil)
	exec := func(statements ...string) {
		for _, statement := range statements {
			if _, err := from.ExecContext(t.Context(), statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
		}
	}
	const row = `127, 18446744073709551615, -12.34, 123456789012345678.01234567890123456789, 1.1, 0.1,
		'2024-02-29', '-23:59:59.123456', '0001-01-01 00:00:00.000001', '2024-02-29 12:34:56.789012', 2155, 'ü', 'x,y',
		'{"a": [1, 2]}', x'00ff', b'101010101', '한국어 😀')`
	exec(things, "INSERT INTO things VALUES (1, "+row, "INSERT INTO things (id, note) VALUES (2, NULL)")
	capture(t, b, r, database, source.AdminDSN(database))

	target := mariadbtest.Shared(t)
	dsn := target.DSN(target.Database(t))
	to := mariadbtest.Script(t, dsn, nil)
	deadLetters := kafkatest.Topic(t, b, 1)
	for group, pipeline := range map[string]string{"replica": avroReplica(t), "unwrapped": unwrapped(t)} {
		startWith(t, b, pipeline, ordersinktest.NewLog(t), map[string]string{
			"KAFKA_TOPICS_PATTERN": "avro[.]" + database + "[.].*", "KAFKA_GROUP": group, "DEAD_LETTER_TOPIC": deadLetters,
			"MARIADB_DSN": dsn, "SCHEMA_REGISTRY_URL": r.URL(), "CREATE_TABLES": "true",
		})
	}
	equal := func(rows int) {
		t.Helper()
		const query = "SELECT id, COALESCE(CONCAT_WS('|', tiny, huge, price, wide, CAST(f AS DOUBLE), d, day, clock, at, stamp, yr, kind, tags, doc, HEX(raw), bits + 0, note), '') FROM "
		const order = " ORDER BY id"
		want, err := texts(t.Context(), from, query+"things"+order)
		if err != nil || len(want) != rows {
			t.Fatalf("%d rows in the source, expected %d: %v", len(want), rows, err)
		}
		for _, table := range []string{"things", "things_unwrapped"} {
			eventuallytest.Succeeds(t, patience, table+" has the rows of the source", func(ctx context.Context) error {
				got, err := texts(ctx, to, query+table+order)
				if err == nil && !slices.Equal(got, want) {
					err = fmt.Errorf("the rows are\n%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
				return err
			})
		}
	}
	equal(2)
	exec("INSERT INTO things VALUES (3, "+row, "INSERT INTO things VALUES (4, "+row,
		"UPDATE things SET price = NULL, note = NULL, tiny = -128, f = -0.0 WHERE id = 1", "UPDATE things SET id = 20 WHERE id = 2", "DELETE FROM things WHERE id = 3")
	equal(3)
	exec("ALTER TABLE things ADD COLUMN more DECIMAL(5,1) NOT NULL DEFAULT 7.5", "INSERT INTO things (id, more) VALUES (5, 0.1)", "UPDATE things SET note = 'x' WHERE id = 4")
	equal(4)
	for _, table := range []string{"things", "things_unwrapped"} {
		got, err := texts(t.Context(), to, "SELECT id, more FROM "+table+" WHERE id IN (4, 5) ORDER BY id")
		if want := []string{"4 7.5", "5 0.1"}; err != nil || !slices.Equal(got, want) {
			t.Errorf("the new column of %s has %q, %v; expected %q", table, got, err, want)
		}
	}
	if letters := kafkatest.Records(t, b, deadLetters); len(letters) > 0 {
		t.Errorf("%d dead letters, the first %v", len(letters), letters[0].Headers)
	}
}
