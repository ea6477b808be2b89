package avro_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/connectavro/avro"
)

// TestDefaultsAreCopies: a message owns the defaults that it gets in place of null. What a
// transform does to one record does not reach the next.
func TestDefaultsAreCopies(t *testing.T) {
	t.Parallel()
	const null, last = "\x00", "\x04" // the number of null in the union
	for _, c := range []struct {
		field, message string
		want           any
		spoil          func(any)
	}{
		{`"type":["null",{"type":"array","items":"int","connect.default":[1,2]}]`, null, []any{int64(1), int64(2)}, func(v any) { v.([]any)[0] = "x" }},
		{`"type":["null",{"type":"map","values":"string","connect.default":{"x":"y"}}]`, null, map[string]any{"x": "y"}, func(v any) { clear(v.(map[string]any)) }},
		{`"type":["null",{"type":"bytes","connect.default":"\u00ff"}]`, null, []byte{255}, func(v any) { v.([]byte)[0] = 7 }},
		{`"type":["null",{"type":"array","items":{"type":"array","items":"string"},"connect.default":[["a"]]}]`, null, []any{[]any{"a"}}, func(v any) { v.([]any)[0].([]any)[0] = "x" }},
		{`"type":["string","int","null"],"default":"x"`, last, map[string]any{"string": "x", "int": nil}, func(v any) { clear(v.(map[string]any)) }},
		{`"type":["null",{"type":"record","name":"s","fields":[{"name":"a","type":"int"},{"name":"b","type":"string","default":"z"}],"connect.default":{"a":1}}]`, null,
			map[string]any{"a": int64(1), "b": "z"}, func(v any) { clear(v.(map[string]any)) }},
	} {
		s := mustCompile(t, inRecord("r", `{"name":"f",`+c.field+`}`), avro.Options{})
		for range 2 {
			v, refused := s.Decode([]byte(c.message))
			require.Nil(t, refused, c.field)
			require.Equal(t, map[string]any{"f": c.want}, v, c.field)
			c.spoil(v.(map[string]any)["f"])
		}
		kept, refused := mustCompile(t, inRecord("r", `{"name":"f",`+c.field+`}`), avro.Options{KeepNull: true}).Decode([]byte(c.message))
		require.Nil(t, refused)
		require.Equal(t, map[string]any{"f": nil}, kept, c.field)
	}
}

// TestKeysOfEntries: a map that is an array of entries has each key once, and text keys are
// names.
func TestKeysOfEntries(t *testing.T) {
	t.Parallel()
	entries := func(key string) string {
		return inField(`{"type":"array","items":{"type":"record","name":"e","connect.internal.type":"MapEntry","fields":[{"name":"key","type":` + key + `},{"name":"value","type":"int"}]}}`)
	}
	for _, c := range []struct{ key, message, want string }{
		{`"string"`, "\x04\x02a\x02\x02a\x04\x00", "bad_avro: f[1]: a key stands twice"},
		{`"long"`, "\x04\x0e\x02\x0e\x04\x00", "bad_avro: f[1]: a key stands twice"},
		{`"bytes"`, "\x04\x02a\x02\x02a\x04\x00", "bad_avro: f[1]: a key stands twice"},
		{`["null","string"]`, "\x04\x02\x02a\x02\x00\x04\x00", "type_mismatch: f[1]: expected text as the key of a map, got null"},
		{`"long"`, "\x02\x0e", "bad_avro: f[0][1]: expected more bytes, got the end of the message"},
	} {
		_, refused := mustCompile(t, entries(c.key), avro.Options{}).Decode([]byte(c.message))
		require.NotNil(t, refused, c.key)
		require.Equal(t, c.want, refused.Error(), c.key)
	}
	v, refused := mustCompile(t, entries(`"string"`), avro.Options{}).Decode([]byte("\x04\x02a\x02\x02b\x04\x00"))
	require.Nil(t, refused)
	require.Equal(t, map[string]any{"f": map[string]any{"a": int64(1), "b": int64(2)}}, v)
	_, refused = avro.Compile(inField(`{"type":"map","values":"int"}`), nil, avro.Options{})
	require.Nil(t, refused)
	_, refused = mustCompile(t, inField(`{"type":"map","values":"int"}`), avro.Options{}).Decode([]byte("\x04\x02a\x02\x02a\x04\x00"))
	require.Equal(t, "bad_avro: f[1]: a key stands twice", refused.Error())
}

// TestTheOtherLogicalTypes are numbers as in the converter, or times and timestamps when the
// user asks for them.
func TestTheOtherLogicalTypes(t *testing.T) {
	t.Parallel()
	at := time.Date(2024, 2, 29, 1, 2, 3, 4_005_000, time.UTC)
	for name, c := range map[string]struct {
		number int64
		want   any
	}{
		"time-micros":            {3_723_000_001, "01:02:03.000001"},
		"timestamp-micros":       {at.UnixMicro(), at},
		"timestamp-nanos":        {at.UnixNano() + 6, at.Add(6)},
		"local-timestamp-millis": {at.UnixMilli(), at.Truncate(time.Millisecond)},
		"local-timestamp-micros": {at.UnixMicro(), at},
		"local-timestamp-nanos":  {at.UnixNano() + 6, at.Add(6)},
	} {
		schema := inField(`["null",{"type":"long","logicalType":"` + name + `"}]`)
		message := binary.AppendVarint([]byte{2}, c.number)
		v, refused := mustCompile(t, schema, avro.Options{}).Decode(message)
		require.Nil(t, refused, name)
		require.Equal(t, map[string]any{"f": c.number}, v, name)
		v, refused = mustCompile(t, schema, avro.Options{AllLogicalTypes: true}).Decode(message)
		require.Nil(t, refused, name)
		require.Equal(t, map[string]any{"f": c.want}, v, name)
	}
	uuid := inField(`{"type":"string","logicalType":"uuid"}`)
	for _, o := range []avro.Options{{}, {AllLogicalTypes: true}} {
		v, refused := mustCompile(t, uuid, o).Decode([]byte("\x04ab"))
		require.Nil(t, refused)
		require.Equal(t, map[string]any{"f": "ab"}, v, "text stays text")
	}
}
