package key

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

func TestATombstonesKeyIsReadAsConnectWritesIt(t *testing.T) {
	t.Parallel()
	one, two := []string{"id"}, []string{"id", "part"}
	refused := func(code, path string) *record.KeyValue {
		return &record.KeyValue{Refusal: &record.Refusal{Stage: record.Decode, Code: code, Path: path, Detail: "why"}}
	}
	for name, c := range map[string]struct {
		key     any
		columns []string
		want    map[string]any
		refused string
	}{
		"plain":                    {[]byte("77a4-f"), one, map[string]any{"id": []byte("77a4-f")}, ""},
		"plain, as text":           {"77a4", one, map[string]any{"id": []byte("77a4")}, ""},
		"plain number":             {"42", one, map[string]any{"id": []byte("42")}, ""},
		"plain, any bytes":         {[]byte{0xff, 0}, one, map[string]any{"id": []byte{0xff, 0}}, ""},
		"empty":                    {[]byte{}, one, map[string]any{"id": []byte{}}, ""},
		"text in an envelope":      {&record.KeyValue{Value: "a"}, one, map[string]any{"id": "a"}, ""},
		"integer in an envelope":   {&record.KeyValue{Value: int64(9223372036854775807)}, one, map[string]any{"id": int64(9223372036854775807)}, ""},
		"bytes in an envelope":     {&record.KeyValue{Value: []byte{0xff, 0}}, one, map[string]any{"id": []byte{0xff, 0}}, ""},
		"struct in an envelope":    {&record.KeyValue{Value: map[string]any{"part": int64(1), "id": []byte("a")}}, two, map[string]any{"id": []byte("a"), "part": int64(1)}, ""},
		"a field that is no key":   {&record.KeyValue{Value: map[string]any{"id": "a", "more": map[string]any{}}}, one, map[string]any{"id": "a"}, ""},
		"schema is null":           {`{"schema":null,"payload":{"id":"a","more":[]}}`, one, map[string]any{"id": "a"}, ""},
		"an object alone":          {` {"id":"a","part":2}`, two, map[string]any{"id": "a", "part": json.Number("2")}, ""},
		"text in quotes":           {`"a\"b"`, one, map[string]any{"id": `a"b`}, ""},
		"none":                     {nil, one, nil, "row_missing: kafka_key: the record has no key"},
		"none, as bytes":           {[]byte(nil), one, nil, "row_missing: kafka_key: the record has no key"},
		"one text for two columns": {"a", two, nil, "row_shape: kafka_key: expected an object of 2 members, got bytes"},
		"a member is not there":    {`{"id":"a"}`, two, nil, "row_missing: part: the record's key has no such member"},
		"a member is null":         {`{"id":null}`, one, nil, "row_null: id: the record's key has null for it"},
		"payload is null":          {&record.KeyValue{Value: nil}, one, nil, "row_null: id: the record's key has null for it"},
		"a member is an object":    {`{"id":{}}`, one, nil, "row_type: id: a key's member is one value, got an object"},
		"a Decimal of no scale":    {refused("bad_schema", "kafka_key"), one, nil, "row_shape: kafka_key: the record's key: why"},
		"no base64":                {refused("type_mismatch", "kafka_key"), one, nil, "row_type: kafka_key: the record's key: why"},
		"half an object":           {`{"id":"a"`, one, nil, "row_shape: kafka_key: the key begins like JSON but is not one JSON value"},
		"more than an object":      {`{"id":"a"}{}`, one, nil, "row_shape: kafka_key: the key begins like JSON but is not one JSON value"},
		"not UTF-8":                {"{\"id\":\"\xff\"}", one, nil, "row_bad_text: kafka_key: the key is not valid UTF-8"},
		"a schema of no kind":      {`{"schema":7,"payload":"a"}`, one, nil, "row_shape: kafka_key: the key has a schema: put connect_json_decode before this output, which decodes the key of a message without content"},
		"out of range":             {refused("out_of_range", "id"), one, nil, "row_out_of_range: id: the record's key: why"},
		"a required null":          {refused("null_field", "id"), one, nil, "row_null: id: the record's key: why"},
		"a required member":        {refused("missing_field", "id"), one, nil, "row_missing: id: the record's key: why"},
		"refused, all metadata":    {refused("bad_schema", "kafka_key"), nil, nil, ""},
		"all of it is metadata":    {nil, nil, nil, ""},
	} {
		got, refusal := Members(c.key, c.columns)
		if c.refused != "" {
			require.EqualError(t, refusal, c.refused, name)
			continue
		}
		require.Nil(t, refusal, name)
		require.Equal(t, c.want, got, name)
	}
}

func FuzzTombstoneKey(f *testing.F) {
	for _, key := range []string{"a", `{"schema":{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"}},"payload":"/w=="}`, `{"schema":{"type":"int32","name":"io.debezium.time.Date"},"payload":1}`, `{"schema":{"type":"struct","fields":[{"field":"id","type":"bytes"}]},"payload":{"id":"YQ=="}}`, `"a"`, "{", "\xff"} {
		f.Add([]byte(key))
	}
	f.Fuzz(func(t *testing.T, key []byte) {
		members, refusal := Members(key, []string{"id"})
		if (refusal == nil) != (len(members) == 1 && members["id"] != nil) {
			t.Errorf("%v and %v", members, refusal)
		}
	})
}
