package avro_test

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/connectavro/avro"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// With ConnectOnly, a type of Debezium is what its base type says.
func TestTypesOfDebeziumCanBePlain(t *testing.T) {
	t.Parallel()
	long := func(v int64) string { return string(binary.AppendVarint(nil, v)) }
	variable := `{"type":"record","name":"VariableScaleDecimal","namespace":"io.debezium.data","fields":[{"name":"scale","type":"int"},{"name":"value","type":"bytes"}],"connect.name":"io.debezium.data.VariableScaleDecimal"}`
	for _, c := range []struct {
		schema, message string
		want            any
	}{
		{`{"type":"long","connect.name":"io.debezium.time.Timestamp"}`, long(1709210096789), int64(1709210096789)},
		{`{"type":"int","connect.name":"io.debezium.time.Date"}`, long(19782), int64(19782)},
		{`{"type":"bytes","connect.name":"io.debezium.data.Bits","connect.parameters":{"length":"9"}}`, long(2) + "\x55\x01", []byte("\x55\x01")},
		{variable, long(1) + long(1) + "\x23", map[string]any{"scale": int64(1), "value": []byte{0x23}}},
		{`{"type":"int","logicalType":"time-millis"}`, long(1000), "00:00:01"},
	} {
		s := mustCompile(t, inField(c.schema), avro.Options{ConnectOnly: true})
		value, refused := s.Decode([]byte(c.message))
		require.Nil(t, refused, c.schema)
		require.Equal(t, map[string]any{"f": c.want}, value, c.schema)
	}
	s := mustCompile(t, inField(variable), avro.Options{ConnectOnly: true, Exclude: schema.Exclusion{"f": {"scale": nil}}})
	value, refused := s.Decode([]byte(long(1) + long(1) + "\x23"))
	require.Nil(t, refused)
	require.Equal(t, map[string]any{"f": map[string]any{"value": []byte{0x23}}}, value)
}
