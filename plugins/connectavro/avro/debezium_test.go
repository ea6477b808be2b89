package avro_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/connectavro/avro"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// TestDebeziumTypes have the forms that connect_json_decode gives them.
func TestDebeziumTypes(t *testing.T) {
	t.Parallel()
	long := func(v int64) string { return string(binary.AppendVarint(nil, v)) }
	counted := func(s string) string { return long(int64(len(s))) + s }
	named := func(kind, name string) string {
		return fmt.Sprintf(`{"type":"%s","connect.version":1,"connect.name":"io.debezium.%s"}`, kind, name)
	}
	bits := func(length string) string {
		return `{"type":"bytes","connect.version":1,"connect.parameters":{"length":"` + length + `"},"connect.name":"io.debezium.data.Bits"}`
	}
	variable := `{"type":"record","name":"VariableScaleDecimal","namespace":"io.debezium.data","fields":[{"name":"scale","type":"int"},{"name":"value","type":"bytes"}],"connect.doc":"Variable scaled decimal","connect.version":1,"connect.name":"io.debezium.data.VariableScaleDecimal"}`
	at := time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC)
	for _, c := range []struct {
		schema, message string
		want            any
	}{
		{named("int", "time.Date"), long(19782), at.Truncate(24 * time.Hour)},
		{named("long", "time.Timestamp"), long(at.UnixMilli()), at},
		{named("long", "time.MicroTimestamp"), long(at.UnixMicro() + 1), at.Add(time.Microsecond)},
		{named("long", "time.NanoTimestamp"), long(at.UnixNano() + 1), at.Add(1)},
		{named("int", "time.Time"), long(3_723_001), "01:02:03.001"},
		{named("long", "time.MicroTime"), long(-3020399000001), "-838:59:59.000001"},
		{named("string", "time.ZonedTimestamp"), counted("2024-02-29T03:02:03+02:00"), at},
		{named("int", "time.Year"), long(2024), int64(2024)},
		{named("string", "data.Json"), counted(`{"a":1}`), `{"a":1}`},
		{bits("9"), counted("\x55\x01"), int64(341)},
		{bits("72"), counted("\x01\x02"), []byte("\x02\x01")},
		{variable, long(1) + counted("\x23"), "3.5"},
		// Not the base type of the meaning: the value is what its type says.
		{named("long", "time.Date"), long(5), int64(5)},
	} {
		s := mustCompile(t, inField(c.schema), avro.Options{Exclude: schema.Exclusion{"f": {"scale": nil}}})
		value, refused := s.Decode([]byte(c.message))
		require.Nil(t, refused, c.schema)
		require.Equal(t, map[string]any{"f": c.want}, value, c.schema)
	}
}

// TestAChangeEvent of Debezium, whose rows have one type that the schema names twice.
func TestAChangeEvent(t *testing.T) {
	t.Parallel()
	row := `{"type":"record","name":"Value","fields":[{"name":"id","type":"int"},{"name":"qty","type":["null",{"type":"int","connect.default":1}],"default":null}],"connect.name":"shop.orders.Value"}`
	event := `{"type":"record","name":"Envelope","namespace":"shop.orders","fields":[{"name":"before","type":["null",` + row + `],"default":null},` +
		`{"name":"after","type":["null","Value"],"default":null},{"name":"op","type":"string"},{"name":"ts_ms","type":["null","long"],"default":null}],"connect.version":1,"connect.name":"shop.orders.Envelope"}`
	s := mustCompile(t, event, avro.Options{KeepNull: true, Exclude: schema.Exclusion{"before": {"qty": nil}, "ts_ms": nil}})
	value, refused := s.Decode([]byte("\x02\x0e\x02\x04\x02\x0e\x00\x02u\x02\x08"))
	require.Nil(t, refused)
	require.Equal(t, map[string]any{"before": map[string]any{"id": int64(7)}, "after": map[string]any{"id": int64(7), "qty": nil}, "op": "u"}, value)
	require.Equal(t, "shop.orders.Envelope", s.Record.Name)
	require.Equal(t, 1, s.Record.Version)
	require.Equal(t, "shop.orders.Value", s.Record.Field("after").Name)
	require.Equal(t, int64(1), s.Record.Field("after").Field("qty").Default)
	require.Nil(t, s.Record.Field("before").Field("qty"))
	require.Nil(t, s.Record.Field("ts_ms"))
}
