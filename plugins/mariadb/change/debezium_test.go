package change

import (
	"encoding/base64"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// The records in testdata: a snapshot of two rows, then transactions. An UPDATE changes the
// key 3 to 30, a statement changes row 5 twice, SET timestamp sets the clock back to 2001
// after FLUSH BINARY LOGS, and TRUNCATE ends it.
func TestTheRecordsOfAConnector(t *testing.T) {
	var got []string
	for _, one := range recorded(t) {
		got = append(got, line(Debezium(&Record{Content: decode(t, one.Value), Topic: one.Topic})))
	}
	require.Equal(t, []string{
		"none", // CREATE TABLE
		"read - -> 1,하나/6 at 1795822196000 0 10000001540",
		"read - -> 2,two/6 at 1795822196000 0 10000001540",
		"none", // heartbeat
		"none", // BEGIN
		"create - -> 3,three/6 at 1795822204000 7 10000001771",
		"create - -> 4,four/6 at 1795822204000 7 10000001771",
		"update 1,하나/6 -> 1,하나/6 at 1795822204000 7 10000001986",
		"update 3,three/6 -> 3,three/6 at 1795822204000 7 10000001986",
		"none", // END
		"delete 3,three/6 -> - at 1795822204000 8 10000002359",
		"none", // tombstone
		"create - -> 30,three/6 at 1795822204000 8 10000002359",
		"delete 2,two/6 -> - at 1795822204000 9 10000002647",
		"none",
		"create - -> 1,a/2 at 1795822204000 10 10000002867",
		"update 1,a/2 -> 1,b/2 at 1795822204000 11 10000003076",
		"delete 1,b/2 -> - at 1795822204000 12 10000003289",
		"none",
		"none", // ALTER TABLE
		"create - -> 5,five/7 at 1795822204000 14 10000003719",
		"update 5,five/7 -> 5,v1/7 at 1795822204000 15 10000004052",
		"update 5,v1/7 -> 5,v2/7 at 1795822204000 15 10000004052",
		"update 1,하나/7 -> 1,old clock/7 at 1000000000000 16 20000000511",
		"truncate - -> - at 1795822204000 17 20000000749",
	}, got)
}

func TestRecordsThatAreNoChangeOfARow(t *testing.T) {
	for name, r := range map[string]Record{
		"tombstone":        {},
		"heartbeat topic":  {Topic: "__debezium-heartbeat.lab", Content: map[string]any{"any": "member"}},
		"heartbeat":        {Topic: "beats.lab", Content: map[string]any{"ts_ms": int64(1)}},
		"heartbeat schema": {Content: map[string]any{"ts_ms": int64(1), "more": true}, Schema: &schema.Schema{Type: schema.Struct, Name: "io.debezium.connector.common.Heartbeat"}},
		"schema change":    {Content: map[string]any{}, Schema: &schema.Schema{Type: schema.Struct, Name: "io.debezium.connector.mysql.SchemaChangeValue"}},
		"notification":     {Content: decode(t, `{"id":"1","type":"STARTED","aggregate_type":"Initial Snapshot","additional_data":{},"timestamp":1}`)},
		"logical message":  {Content: decode(t, `{"op":"m","ts_ms":1,"source":{},"message":{"prefix":"a","content":"b"}}`)},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, "none", line(Debezium(&r)))
		})
	}
}

func TestRecordsThatAreNoEvent(t *testing.T) {
	const other = "row_event: value: expected an envelope of Debezium (op, before, after, source), got another object: name the format of the records in change_events, or set it to none if the records are rows"
	require.Equal(t, []string{
		other,
		other,
		"row_event: value: expected an envelope of Debezium (op, before, after, source), got an array: name the format of the records in change_events, or set it to none if the records are rows",
		"row_event: op: expected c, r, u, d, t or m, got something else: order-sink does not know this operation",
		"row_event: after: the event has no row, but its operation needs the row",
		"row_event: after: the event has no row, but its operation needs the row",
		"row_event: after: expected a row, got text",
		"row_event: before: expected a row, got an integer",
	}, summaries(t, Debezium,
		`{"id":1,"status":"new"}`,
		`{"op":"c"}`,
		`[]`,
		`{"op":"x","after":{}}`,
		`{"op":"u","before":{"id":1}}`,
		`{"op":"c","after":null}`,
		`{"op":"r","after":"{}"}`,
		`{"op":"d","before":7}`,
	))
	cloud := &schema.Schema{Type: schema.Struct, Name: "lab.shop.orders.CloudEvents.Envelope"}
	require.Equal(t, other, line(Debezium(&Record{Content: map[string]any{"id": "x"}, Schema: cloud})))
}

// Postgres sends no row before an UPDATE or DELETE, or its key only, and MariaDB sends less
// with binlog_row_image=MINIMAL.
func TestEventsWithoutTheRowBefore(t *testing.T) {
	require.Equal(t, []string{
		"update - -> 1/1 at - - -",
		"update - -> 1/1 at - - -",
		"delete - -> - at - - -",
		"delete 1/1 -> - at - - -",
	}, summaries(t, Debezium,
		`{"op":"u","after":{"id":1}}`,
		`{"op":"u","before":null,"after":{"id":1},"source":null}`,
		`{"op":"d","before":null,"after":null}`,
		`{"op":"d","before":{"id":1}}`,
	))
}

// Both rows have one schema, so that deletes and upserts have one layout.
func TestTheRowsOfAnEnvelopeHaveOneSchema(t *testing.T) {
	before, after := &schema.Schema{Type: schema.Struct, Name: "Value"}, &schema.Schema{Type: schema.Struct, Name: "Value"}
	envelope := &schema.Schema{
		Type: schema.Struct, Name: "renamed by a transformation",
		Fields: []schema.Field{{Name: "before", Schema: before}, {Name: "after", Schema: after}, {Name: "op", Schema: &schema.Schema{Type: schema.String}}},
		Index:  map[string]int{"before": 0, "after": 1, "op": 2},
	}
	for _, content := range []string{`{"op":"c","before":null,"after":{"id":1}}`, `{"op":"d","before":{"id":1},"after":null}`} {
		e, refused := Debezium(&Record{Content: decode(t, content), Schema: envelope})
		require.Nil(t, refused)
		require.Same(t, after, e.Schema)
	}
}

func TestAFieldThatTheSourceDidNotSendKeepsItsValue(t *testing.T) {
	const placeholder = "__debezium_unavailable_value"
	var integers []any
	for _, b := range []byte(placeholder) {
		integers = append(integers, int64(b))
	}
	others := append([]any{int64(0)}, integers[1:]...)
	after := map[string]any{
		"id": int64(1), "others": others, "text": placeholder, "bytes": []byte(placeholder), "array": []any{placeholder},
		"base64": base64.StdEncoding.EncodeToString([]byte(placeholder)), "hex": hex.EncodeToString([]byte(placeholder)),
		"integers": integers, "map": map[string]any{placeholder: placeholder}, "longer": placeholder + "!", "two": []any{placeholder, placeholder}, "null": nil,
	}
	e, refused := Debezium(&Record{Content: map[string]any{"op": "u", "before": map[string]any{"id": int64(1)}, "after": after}})
	require.Nil(t, refused)
	require.Equal(t, []string{"array", "base64", "bytes", "hex", "integers", "map", "text"}, e.Unavailable)
	require.Equal(t, map[string]any{"id": int64(1), "longer": placeholder + "!", "two": []any{placeholder, placeholder}, "others": others, "null": nil}, e.After)
	require.Len(t, after, 12, "the record itself keeps all members")
}
