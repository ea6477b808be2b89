package plugins

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tombstone of a row that a record made deletes the row, and no other row. The
// processor and the output meet in the metadata kafka_key.
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
			p := storing(t, "CREATE TABLE t (k "+columnType+" PRIMARY KEY, v INT)")
			send := p.deleting("{ table: t, columns: [ k, v ], key: [ k ], tombstone: delete, dsn: '" + p.dsn + "' }")
			envelope := `{"schema":{"type":"struct","name":"t.Row","fields":[{` + c.schema + `,"field":"k"},{"type":"int32","optional":true,"field":"v"}]},"payload":`
			send("", envelope+`{"k":`+c.record+`,"v":1}}`)
			send("", envelope+`{"k":`+c.other+`,"v":2}}`)
			send(envelope+`{"k":`+c.key+`}}`, "")
			require.Equal(t, []string{"2"}, p.rows("SELECT v FROM t"), "only the other row is left")
		})
	}
}

// A processor after connect_json_decode may replace the key. The tombstone then deletes
// the row of the new key, and not the row of the decoded key.
func TestATombstoneDeletesTheRowOfAReplacedKey(t *testing.T) {
	p := storing(t, "CREATE TABLE t (k VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PRIMARY KEY)", "INSERT INTO t VALUES ('a'), ('b')")
	send := p.deleting("{ table: t, columns: [ k ], key: [ k ], tombstone: delete, dsn: '"+p.dsn+"' }", `mapping: meta kafka_key = "b"`)
	send(`{"schema":{"type":"string"},"payload":"a"}`, "")
	require.Equal(t, []string{"a"}, p.rows("SELECT k FROM t"), "the rows that are left")
}

// A processor may make a tombstone of a decoded record. The key is then decoded by another
// connect_json_decode.
func TestATombstoneThatAMappingMakesDeletesItsRow(t *testing.T) {
	p := storing(t, "CREATE TABLE t (k VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PRIMARY KEY)", "INSERT INTO t VALUES ('a'), ('b')")
	send := p.deleting("{ table: t, columns: [ k ], key: [ k ], tombstone: delete, dsn: '"+p.dsn+"' }",
		`mapping: 'root = ""'`, "connect_json_decode: {}")
	send(`{"schema":{"type":"string"},"payload":"a"}`, `{"schema":null,"payload":{"removed":true}}`)
	require.Equal(t, []string{"b"}, p.rows("SELECT k FROM t"), "the rows that are left")
}

// deleting starts connect_json_decode, more processors and mariadb_upsert. send returns
// when the output has acknowledged the message.
func (p *pipeline) deleting(upsert string, processors ...string) (send func(key, value string)) {
	p.Helper()
	try := p.sending(upsert, append([]string{"connect_json_decode: {}"}, processors...)...)
	return func(key, value string) {
		p.Helper()
		require.NoError(p, try(key, value))
	}
}

// sending starts processors and mariadb_upsert. send returns when the output has
// acknowledged the message, or why it has not.
func (p *pipeline) sending(upsert string, processors ...string) (send func(key, value string) error) {
	p.Helper()
	builder := service.NewStreamBuilder()
	require.NoError(p, builder.SetLoggerYAML("level: off"))
	for _, processor := range processors {
		require.NoError(p, builder.AddProcessorYAML(processor))
	}
	require.NoError(p, builder.AddOutputYAML("mariadb_upsert: "+upsert))
	produce, err := builder.AddProducerFunc()
	require.NoError(p, err)
	stream, err := builder.Build()
	require.NoError(p, err)
	ended := make(chan error, 1)
	go func() { ended <- stream.Run(context.Background()) }()
	p.Cleanup(func() {
		assert.NoError(p, errors.Join(stream.StopWithin(time.Minute), <-ended))
	})
	return func(key, value string) error {
		m := service.NewMessage([]byte(value))
		m.MetaSetMut("kafka_key", []byte(key))
		return produce(p.Context(), m)
	}
}
