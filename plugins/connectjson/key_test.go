package connectjson

import (
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/bloblang"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

const (
	connectData  = "org.apache.kafka.connect.data."
	debeziumTime = "io.debezium.time."
)

// keysOf are the two forms of a key with one value: the value alone and a struct.
func keysOf(node, payload string) map[string]string {
	return map[string]string{
		record.Key: envelope("{"+node+"}", payload),
		"id": envelope(`{"type":"struct","name":"s.k.Key","fields":[{"type":"string","optional":true,"field":"other"},{`+node+`,"field":"id"}]}`,
			`{"id":`+payload+`}`),
	}
}

// A schema's name gives a key its meaning. A name such as io.debezium.data.Uuid says
// nothing that the value does not say.
func TestANamedKeySchemaIsRead(t *testing.T) {
	t.Parallel()
	at := time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC)
	decimal := func(parameters string) string {
		return `"type":"bytes","name":"` + connectData + `Decimal","parameters":{` + parameters + `}`
	}
	for _, c := range []struct {
		node, payload string
		want          any
	}{
		{`"type":"string","name":"io.debezium.data.Uuid","version":1`, `"77a436fd-64f9-4d35-999b-a957195f5d21"`, "77a436fd-64f9-4d35-999b-a957195f5d21"},
		{`"type":"string","name":"io.debezium.data.Enum","parameters":{"allowed":"a,b"}`, `"a"`, "a"},
		{`"type":"string","name":"io.debezium.data.EnumSet"`, `"a,b"`, "a,b"},
		{`"type":"string","name":"shop.OrderId"`, `"a"`, "a"},
		{`"type":"int64","name":"shop.OrderNumber"`, `-9223372036854775808`, int64(-9223372036854775808)},
		{`"type":"int32","name":"` + debeziumTime + `Year"`, `2024`, int64(2024)},
		{`"type":"bytes","name":"io.debezium.data.Bits","parameters":{"length":"8"}`, `"/w=="`, int64(255)},
		{`"type":"boolean","name":"x"`, `true`, true},
		{`"type":"double"`, `0.5`, 0.5},
		{`"type":"int16"`, `7.0`, int64(7)},
		{decimal(`"scale":"2","connect.decimal.precision":"5"`), `"BNI="`, "12.34"},
		{decimal(`"scale":"2"`), `"/w=="`, "-0.01"},
		{decimal(`"scale":"2"`), `"gA=="`, "-1.28"},
		{decimal(`"scale":"0"`), `"AP//////////////"`, "309485009821345068724781055"},
		{decimal(`"scale":"-3"`), `"BQ=="`, "5000"},
		{decimal(`"scale":"3"`), `"AA=="`, "0.000"},
		{decimal(`"scale":"2"`), `12.3`, "12.30"},
		{`"type":"int32","name":"` + connectData + `Date"`, `19782`, at.Truncate(24 * time.Hour)},
		{`"type":"int32","name":"` + debeziumTime + `Date"`, `-1`, time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC)},
		{`"type":"int64","name":"` + connectData + `Timestamp"`, `1709168523000`, at},
		{`"type":"int64","name":"` + debeziumTime + `Timestamp"`, `1709168523000`, at},
		{`"type":"int64","name":"` + debeziumTime + `MicroTimestamp"`, `1709168523000001`, at.Add(time.Microsecond)},
		{`"type":"int64","name":"` + debeziumTime + `NanoTimestamp"`, `1709168523000000001`, at.Add(1)},
		{`"type":"string","name":"` + debeziumTime + `ZonedTimestamp"`, `"2024-02-29T10:02:03+09:00"`, at},
		{`"type":"int32","name":"` + connectData + `Time"`, `3723000`, "01:02:03"},
		{`"type":"int32","name":"` + debeziumTime + `Time"`, `3723004`, "01:02:03.004"},
		{`"type":"int64","name":"` + debeziumTime + `MicroTime"`, `-3020399000000`, "-838:59:59"},
		{`"type":"int64","name":"` + debeziumTime + `NanoTime"`, `5`, "00:00:00.000000005"},
		// Of another base type, a name says nothing.
		{`"type":"int64","name":"` + debeziumTime + `Date"`, `5`, int64(5)},
	} {
		keys := newDecoder(t, Options{})
		for path, key := range keysOf(c.node, c.payload) {
			want := c.want
			if path == "id" {
				want = map[string]any{"id": c.want, "other": nil}
			}
			for range 2 { // the schema is parsed, then found
				got := keys.decodeKey([]byte(key), false)
				require.NotNil(t, got, key)
				require.Nil(t, got.Refusal, key)
				require.Equal(t, want, got.Value, key)
				require.NotNil(t, got.Schema, key)
			}
		}
	}
}

// A key that is not of its declared type names no row, whatever the value's mode.
func TestAKeyThatIsNotOfItsTypeIsRefused(t *testing.T) {
	t.Parallel()
	keys := newDecoder(t, Options{})
	for _, c := range []struct{ node, payload, code, detail string }{
		{`"type":"string","name":"io.debezium.data.Uuid"`, `7`, "type_mismatch", "expected string, got number"},
		{`"type":"int32"`, `"7"`, "type_mismatch", "expected int32, got string"},
		{`"type":"int32"`, `2147483648`, "out_of_range", "expected int32, got a number beyond it"},
		{`"type":"int8"`, `1.5`, "type_mismatch", "expected int8, got a number with a fraction"},
		{`"type":"int32","name":"` + connectData + `Date"`, `"2024-02-29"`, "type_mismatch", "expected Date, got string"},
		{`"type":"int64","name":"` + connectData + `Timestamp"`, `1e30`, "type_mismatch", "expected Timestamp, got a number with a fraction or an exponent"},
		{`"type":"int64","name":"` + debeziumTime + `Timestamp"`, `1e30`, "out_of_range", "expected int64, got a number beyond it"},
		{`"type":"boolean"`, `0`, "type_mismatch", "expected boolean, got number"},
		{`"type":"float"`, `true`, "type_mismatch", "expected float, got boolean"},
		{`"type":"bytes"`, `[]`, "type_mismatch", "expected bytes, got array"},
		{`"type":"string"`, `{}`, "type_mismatch", "expected string, got object"},
		{`"type":"struct","fields":[]`, `"a"`, "type_mismatch", "expected struct, got string"},
		{`"type":"bytes","name":"` + connectData + `Decimal","parameters":{"scale":"2"}`, `""`, "type_mismatch", "expected a Decimal, got text that is not base64 of an integer"},
		{`"type":"bytes","name":"` + connectData + `Decimal","parameters":{"scale":"999999999"}`, `"AQ=="`, "out_of_range", "expected a Decimal of at most 2000 characters, got a longer one"},
		{`"type":"string","name":"` + debeziumTime + `ZonedTimestamp"`, `"now"`, "out_of_range", "expected a timestamp such as 2026-01-31T10:20:30.123456Z"},
		{`"type":"int32"`, `null`, "null_field", "expected int32, got null"},
	} {
		for path, key := range keysOf(c.node, c.payload) {
			got := keys.decodeKey([]byte(key), false)
			require.NotNil(t, got, key)
			require.EqualError(t, got.Refusal, c.code+": "+path+": "+c.detail, key)
		}
	}
	for key, want := range map[string]string{
		envelope(`{"type":"float64"}`, "0.5"):                                  "bad_schema: kafka_key: schema.type: expected boolean, int8, int16, int32, int64, float, double, bytes, string, array, map or struct, got another name",
		envelope(`{"type":"bytes","name":"`+connectData+`Decimal"}`, `"AQ=="`): "bad_schema: kafka_key: schema.parameters.scale: expected the Decimal's scale as text",
		envelope(structOf(field("id", `{"type":"int32"}`)), "{}"):              "missing_field: id: expected int32, got nothing",
		`{"schema":null,"payload":"a","payload":"b"}`:                          "bad_envelope: kafka_key: a member stands twice",
		envelope("null", `{"id":1,"id":2}`):                                    "bad_json: kafka_key: a member stands twice",
	} {
		got := keys.decodeKey([]byte(key), false)
		require.NotNil(t, got, key)
		require.EqualError(t, got.Refusal, want, key)
	}
}

// A key that is no envelope is left to the output.
func TestOtherKeysAreNotDecoded(t *testing.T) {
	t.Parallel()
	keys := newDecoder(t, Options{})
	for _, key := range []string{
		"", "a", `"a"`, "7", "[1]", "{", `{"id":1}`, "{}", `{"schema":null}`, `{"schema":null,"payload":1,"x":1}`, `{"schema":null,"payload":1`, `{"schema":null,"payload":1} x`,
		"{\"schema\":null,\"payload\":\"\xff\"}",
	} {
		require.Nil(t, keys.decodeKey([]byte(key), false), key)
	}
}

// The processor stores the decoded key of a tombstone, in every mode.
func TestTheKeyOfATombstoneIsMetadata(t *testing.T) {
	t.Parallel()
	key := envelope(structOf(field("id", `{"type":"int32"}`)), `{"id":7}`)
	wrong := envelope(`{"type":"int32"}`, `"7"`)
	message := func(value, key any) *service.Message {
		m := service.NewMessage(nil)
		if text, has := value.(string); has {
			m.SetBytes([]byte(text))
		}
		m.MetaSetMut(record.Key, key)
		return m
	}
	for _, yaml := range []string{"{}", "mode: compat", "schemas_enable: false", `schema_content: '{"type":"int8","optional":true}'`} {
		out := process(t, yaml, service.MessageBatch{
			message(nil, []byte(key)), message(nil, key), message(nil, []byte(wrong)), message(nil, []byte("a")), message(nil, nil),
		})
		for i, want := range []*record.KeyValue{
			{Received: []byte(key), Value: map[string]any{"id": int64(7)}},
			{Received: key, Value: map[string]any{"id": int64(7)}},
			{Received: []byte(wrong), Refusal: &record.Refusal{Stage: record.DecodeKey, Code: "type_mismatch", Path: record.Key, Detail: "expected int32, got string"}},
			nil,
			nil,
		} {
			require.NoError(t, out[i].GetError(), yaml)
			got, _ := out[i].MetaGetImmut(record.Key)
			if want == nil {
				_, isDecoded := got.(*record.KeyValue)
				require.False(t, isDecoded, "%s: %d", yaml, i)
				continue
			}
			key := got.(*record.KeyValue)
			require.Equal(t, []any{want.Received, want.Value, want.Refusal}, []any{key.Received, key.Value, key.Refusal}, "%s: %d", yaml, i)
		}
	}
	null := process(t, "{}", service.MessageBatch{message(`{"schema":null,"payload":null}`, key), message(seedEnvelope, key)})
	got, _ := null[0].MetaGetMut(record.Key)
	require.Equal(t, key, got, "a mapping reads the received key")
	got, _ = null[1].MetaGetImmut(record.Key)
	require.Equal(t, key, got, "only a tombstone needs its key")

	// A mapping that sets other metadata keeps the key.
	mapping, err := bloblang.Parse("meta other = 1")
	require.NoError(t, err)
	mapped, err := null[0].BloblangQuery(mapping)
	require.NoError(t, err)
	got, _ = mapped.MetaGetImmut(record.Key)
	require.IsType(t, &record.KeyValue{}, got)

	// Another decoder decodes the received key again.
	mapped.SetBytes(nil)
	again := process(t, "key_format: string", service.MessageBatch{mapped})
	got, _ = again[0].MetaGetImmut(record.Key)
	require.Equal(t, []any{key, key}, []any{got.(*record.KeyValue).Received, got.(*record.KeyValue).Value})
}

// With the format of keys, the key of each message is decoded.
func TestKeysOfAFormat(t *testing.T) {
	t.Parallel()
	const refused = "refused"
	for _, c := range []struct {
		format string
		key    any
		want   any
		as     string // the type of the schema
	}{
		{"json", envelope(structOf(field("id", `{"type":"int32"}`)), `{"id":7}`), map[string]any{"id": int64(7)}, "struct"},
		{"json", envelope(`{"type":"string","optional":false}`, `"a"`), "a", "string"},
		{"json", `{"schema":null,"payload":{"id":7}}`, map[string]any{"id": int64(7)}, ""},
		{"json", `{"id":7,"part":"a"}`, map[string]any{"id": int64(7), "part": "a"}, ""},
		{"json", `7`, int64(7), ""},
		{"json", `"a"`, "a", ""},
		{"json", `{"schema":{"type":"int32"},"x":1}`, map[string]any{"schema": map[string]any{"type": "int32"}, "x": int64(1)}, ""},
		{"json", "a", refused, "bad_json: kafka_key: expected a value at byte 0"},
		{"json", envelope(structOf(field("id", `{"type":"int32"}`)), `{"id":"7"}`), refused, "type_mismatch: kafka_key.id: expected int32, got string"},
		{"json", []byte(nil), nil, ""},
		{"int64", []byte{0, 0, 0, 0, 0, 0, 1, 0}, int64(256), "int64"},
		{"int64", "a", refused, "type_mismatch: kafka_key: expected int64 of 8 bytes, got 1 bytes"},
		{"string", "77a436fd-64f9-4d35-999b-a957195f5d23", "77a436fd-64f9-4d35-999b-a957195f5d23", "string"},
		{"bytes", []byte{0xff}, []byte{0xff}, "bytes"},
		{"bytes", []byte(nil), nil, ""},
	} {
		m := service.NewMessage([]byte(envelope(`{"type":"int32"}`, "7")))
		m.MetaSetMut(record.Key, c.key)
		out := process(t, "key_format: "+c.format, service.MessageBatch{m})
		if c.want == refused {
			require.EqualError(t, out[0].GetError(), c.as)
			continue
		}
		require.NoError(t, out[0].GetError(), "%v", c.key)
		got, _ := out[0].MetaGetImmut(record.Key)
		key, isDecoded := got.(*record.KeyValue)
		require.Equal(t, c.want != nil, isDecoded, "%v", c.key)
		received, _ := out[0].MetaGetMut(record.Key)
		require.Equal(t, c.key, received)
		if isDecoded {
			require.Equal(t, c.want, key.Value)
			require.Equal(t, c.as == "", key.Schema == nil, "%v", c.key)
			if key.Schema != nil {
				require.Equal(t, c.as, key.Schema.Type.String())
			}
		}
	}
}

// The scanner skips the bytes of a known schema. In a key that is no envelope they are
// data.
func TestAMemberOfAPlainKeyThatLooksLikeASchemaIsKept(t *testing.T) {
	t.Parallel()
	keys := newKeys(formatJSON, Options{CacheSize: 10})
	node := `{"type":"int32"}`
	for range 2 {
		require.Equal(t, int64(7), keys.decode([]byte(envelope(node, "7"))).Value)
		got := keys.decode([]byte(`{"schema":` + node + `,"x":1}`))
		require.Nil(t, got.Refusal)
		require.Equal(t, map[string]any{"schema": map[string]any{"type": "int32"}, "x": int64(1)}, got.Value)
	}
}
