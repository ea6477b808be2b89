package connectjson

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// With debezium_types: false, a type of Debezium is what its base type says, also in a key.
func TestTypesOfDebeziumCanBePlain(t *testing.T) {
	for _, c := range []struct {
		node, payload string
		want          any
	}{
		{`{"type":"int64","name":"` + debeziumTime + `Timestamp"}`, "1709210096789", int64(1709210096789)},
		{`{"type":"int32","name":"` + debeziumTime + `Date","default":5}`, "null", int64(5)},
		{`{"type":"string","name":"` + debeziumTime + `ZonedTimestamp"}`, `"2024-02-29T12:34:56Z"`, "2024-02-29T12:34:56Z"},
		{bitsOf("9"), `"VQE="`, []byte{0x55, 1}},
		{variableDecimal, `{"scale":1,"value":"Iw=="}`, map[string]any{"scale": int64(1), "value": []byte{0x23}}},
		// The types of Kafka Connect keep their meaning.
		{`{"type":"int32","name":"org.apache.kafka.connect.data.Time"}`, "1000", "00:00:01"},
	} {
		d := newDecoder(t, Options{ConnectOnly: true})
		text := []byte(envelope(structOf(field("f", c.node)), `{"f":`+c.payload+`}`))
		rec, err := d.Decode(text)
		require.NoError(t, err, c.node)
		require.Equal(t, map[string]any{"f": c.want}, rec.Value, c.node)
		key := newKeys(formatJSON, Options{ConnectOnly: true, CacheSize: 1}).decode(text)
		require.Nil(t, key.Refusal)
		require.Equal(t, rec.Value, key.Value)
	}
	rec, err := newDecoder(t, Options{ConnectOnly: true}).Decode([]byte(envelope(structOf(field("f", bitsOf("9"))), `{"f":""}`)))
	require.NoError(t, err)
	require.Equal(t, schema.Plain, rec.Schema.Fields[0].Schema.Logical)
	require.Empty(t, rec.Schema.Fields[0].Schema.Name)
}
