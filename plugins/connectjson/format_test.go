package connectjson

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// TestValuesOfAnotherFormat: as StringConverter, LongConverter and the others write them.
func TestValuesOfAnotherFormat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format, raw string
		want        any
		as          schema.Type
	}{
		{"string", "plain", "plain", schema.String},
		{"string", `{"schema":null,"payload":1}`, `{"schema":null,"payload":1}`, schema.String},
		{"bytes", "\x00\xff", []byte("\x00\xff"), schema.Bytes},
		{"int64", "\x00\x00\x00\x00\x00\x00\x00\x05", int64(5), schema.Int64},
		{"float32", "\x3d\xcc\xcc\xcd", 0.1, schema.Float32},
		{"boolean", "\x01", true, schema.Boolean},
	} {
		raw := []byte(c.raw)
		m := service.NewMessage(raw)
		m.MetaSetMut(record.Key, []byte(envelope(`{"type":"int32"}`, "7")))
		m = process(t, "{value_format: "+c.format+", key_format: json, store_schema_metadata: schema, store_original_metadata: original}", service.MessageBatch{m})[0]
		require.NoError(t, m.GetError())
		value, err := m.AsStructured()
		require.NoError(t, err)
		require.Equal(t, c.want, value)
		its, _ := m.MetaGetImmut("schema")
		require.Equal(t, c.as, its.(*schema.Schema).Type)
		require.NotNil(t, its.(*schema.Schema).Common)
		original, _ := m.MetaGetImmut("original")
		require.Same(t, &raw[0], &(*original.(*record.Received))[0])
		if b, isBytes := value.([]byte); isBytes {
			b[0] = 'x'
			require.Equal(t, c.raw, string(raw), "the value is a copy")
		}
		key, _ := m.MetaGetImmut(record.Key)
		require.Equal(t, int64(7), key.(*record.KeyValue).Value)
	}
}

func TestNullAndEmptyValuesOfAnotherFormat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format    string
		tombstone any
		want      any
		refused   string
	}{
		{"string", true, nil, ""},
		{"string", nil, nil, ""}, // an input that does not say
		{"string", false, "", ""},
		{"bytes", false, []byte{}, ""},
		{"int32", true, nil, ""},
		{"int32", false, nil, "type_mismatch: value: expected int32 of 4 bytes, got 0 bytes"},
	} {
		m := service.NewMessage([]byte{})
		if c.tombstone != nil {
			m.MetaSetMut(record.Tombstone, c.tombstone)
		}
		m = process(t, "value_format: "+c.format, service.MessageBatch{m})[0]
		if c.refused != "" {
			require.EqualError(t, m.GetError(), c.refused)
			continue
		}
		require.NoError(t, m.GetError())
		value, err := m.AsStructured()
		require.NoError(t, err)
		require.Equal(t, c.want, value, "%v", c)
	}
}

// TestAValueIsLeftAlone with its metadata, and the key is decoded.
func TestAValueIsLeftAlone(t *testing.T) {
	t.Parallel()
	m := service.NewMessage([]byte("\x00\x00\x00\x00\x07avro"))
	m.MetaSetMut(record.Key, []byte("77a436fd"))
	m.MetaSetMut("schema", "another processor's")
	m = process(t, "{value_format: none, key_format: string, store_schema_metadata: schema}", service.MessageBatch{m})[0]
	require.NoError(t, m.GetError())
	require.Equal(t, "\x00\x00\x00\x00\x07avro", content(t, m))
	kept, _ := m.MetaGetMut("schema")
	require.Equal(t, "another processor's", kept)
	key, _ := m.MetaGetImmut(record.Key)
	require.Equal(t, "77a436fd", key.(*record.KeyValue).Value)

	m = service.NewMessage([]byte("value"))
	m.MetaSetMut(record.Key, []byte("k"))
	m = process(t, "{value_format: none, key_format: int64}", service.MessageBatch{m})[0]
	require.EqualError(t, m.GetError(), "type_mismatch: kafka_key: expected int64 of 8 bytes, got 1 bytes")
	require.Equal(t, "value", content(t, m))
}
