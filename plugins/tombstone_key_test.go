package plugins

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
)

// The tombstone of a row that a record made deletes the row, and no other row. The
// processor and the output meet in the metadata order_sink_key.
func TestATombstoneOfEveryKeyTypeDeletesItsRow(t *testing.T) {
	const uuid, id = `"77A436FD-64f9-4d35-999b-a957195f5d21"`, `"77a436fd-64f9-4d35-999b-a957195f5d21"`
	for columnType, c := range map[string]struct{ schema, record, other, key string }{
		"UUID":                               {`"type":"string","name":"io.debezium.data.Uuid","version":1`, uuid, `"77a436fd-64f9-4d35-999b-a957195f5d22"`, id},
		"CHAR(36) COLLATE utf8mb4_nopad_bin": {`"type":"string","name":"io.debezium.data.Uuid"`, id, `"x"`, id},
		"ENUM('a','A') COLLATE utf8mb4_nopad_bin": {`"type":"string","name":"io.debezium.data.Enum"`, `"a"`, `"A"`, `"a"`},
		"YEAR":            {`"type":"int32","name":"io.debezium.time.Year"`, `2024`, `2023`, `2024`},
		"DECIMAL(38,10)":  {`"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"10"}`, `-1234567890123456789012345678.0123456789`, `-1234567890123456789012345678.0123456788`, `"9rZPCQ/9zOw7tm+xM5i66w=="`},
		"DATE":            {`"type":"int32","name":"org.apache.kafka.connect.data.Date"`, `19782`, `19783`, `19782`},
		"DATETIME(6)":     {`"type":"int64","name":"io.debezium.time.MicroTimestamp"`, `1709168523000001`, `1709168523000000`, `1709168523000001`},
		"TIMESTAMP(3)":    {`"type":"int64","name":"org.apache.kafka.connect.data.Timestamp"`, `1709168523004`, `1709168523000`, `1709168523004`},
		"VARBINARY(9)":    {`"type":"bytes","name":"shop.Hash"`, `"/wA="`, `"/w=="`, `"/wA="`},
		"BIGINT UNSIGNED": {`"type":"int64","name":"shop.Id"`, `7`, `9223372036854775807`, `7`},
	} {
		t.Run(columnType, func(t *testing.T) {
			w := storing(t, "CREATE TABLE t (k "+columnType+" PRIMARY KEY, v INT)")
			send := w.deleting("{ table: t, columns: [ k, v ], key: [ k ], tombstone: delete, dsn: '" + w.dsn + "' }")
			envelope := `{"schema":{"type":"struct","name":"t.Row","fields":[{` + c.schema + `,"field":"k"},{"type":"int32","optional":true,"field":"v"}]},"payload":`
			send("", envelope+`{"k":`+c.record+`,"v":1}}`)
			send("", envelope+`{"k":`+c.other+`,"v":2}}`)
			send(envelope+`{"k":`+c.key+`}}`, "")
			if rows := w.rows("SELECT v FROM t"); !slices.Equal(rows, []string{"2"}) {
				t.Errorf("the rows %q are left, expected the other row", rows)
			}
		})
	}
}

// A processor after connect_json_decode may replace the key. The tombstone then deletes
// the row of the new key, and not the row of the decoded key.
func TestATombstoneDeletesTheRowOfAReplacedKey(t *testing.T) {
	w := storing(t, "CREATE TABLE t (k VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PRIMARY KEY)", "INSERT INTO t VALUES ('a'), ('b')")
	send := w.deleting("{ table: t, columns: [ k ], key: [ k ], tombstone: delete, dsn: '"+w.dsn+"' }", `mapping: meta kafka_key = "b"`)
	send(`{"schema":{"type":"string"},"payload":"a"}`, "")
	if rows := w.rows("SELECT k FROM t"); !slices.Equal(rows, []string{"a"}) {
		t.Errorf("the rows %q are left, expected a", rows)
	}
}

// A processor may make a tombstone of a decoded record. The key is then decoded by another
// connect_json_decode.
func TestATombstoneThatAMappingMakesDeletesItsRow(t *testing.T) {
	w := storing(t, "CREATE TABLE t (k VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PRIMARY KEY)", "INSERT INTO t VALUES ('a'), ('b')")
	send := w.deleting("{ table: t, columns: [ k ], key: [ k ], tombstone: delete, dsn: '"+w.dsn+"' }",
		`mapping: 'root = ""'`, "connect_json_decode: {}")
	send(`{"schema":{"type":"string"},"payload":"a"}`, `{"schema":null,"payload":{"removed":true}}`)
	if rows := w.rows("SELECT k FROM t"); !slices.Equal(rows, []string{"b"}) {
		t.Errorf("the rows %q are left, expected b", rows)
	}
}

// deleting starts connect_json_decode, more processors and mariadb_upsert. send returns
// when the output has acknowledged the message.
func (w *world) deleting(upsert string, processors ...string) (send func(key, value string)) {
	w.Helper()
	builder := service.NewStreamBuilder()
	w.must(builder.SetLoggerYAML("level: off"))
	for _, processor := range append([]string{"connect_json_decode: {}"}, processors...) {
		w.must(builder.AddProcessorYAML(processor))
	}
	w.must(builder.AddOutputYAML("mariadb_upsert: " + upsert))
	produce, err := builder.AddProducerFunc()
	w.must(err)
	stream, err := builder.Build()
	w.must(err)
	ended := make(chan error, 1)
	go func() { ended <- stream.Run(context.Background()) }()
	w.Cleanup(func() {
		if err := errors.Join(stream.StopWithin(time.Minute), <-ended); err != nil {
			w.Error(err)
		}
	})
	return func(key, value string) {
		w.Helper()
		m := service.NewMessage([]byte(value))
		m.MetaSetMut("kafka_key", []byte(key))
		w.must(produce(w.Context(), m))
	}
}
