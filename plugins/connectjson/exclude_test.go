package connectjson

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/commonschema"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

func excluding(t *testing.T, paths ...string) schema.Exclusion {
	t.Helper()
	e, err := schema.ParseExclusion(paths)
	require.NoError(t, err)
	return e
}

// An excluded field is neither in the record nor in its schema, whatever its value is, and
// it is no unknown member.
func TestExcludedFieldsAreNotDecoded(t *testing.T) {
	its := structOf(
		field("op", `{"type":"string"}`),
		field("ts_ns", `{"type":"int64"}`),
		field("source", structOf(field("version", `{"type":"string"}`), field("db", `{"type":"string"}`), field("row", `{"type":"int32"}`))),
		field("after", structOf(field("version", `{"type":"string"}`), field("id", `{"type":"int32"}`))),
		field("transaction", structOf(field("id", `{"type":"string"}`))),
	)
	want := map[string]any{"op": "c", "source": map[string]any{"db": "shop"}, "after": map[string]any{"version": "v", "id": int64(7)}}
	for _, compat := range []bool{false, true} {
		d := newDecoder(t, Options{
			CacheSize: 10, Compat: compat, RefuseUnknown: true, Describe: commonschema.Describe,
			Exclude: excluding(t, "ts_ns", "transaction", "source.version", "source.row", "not.there"),
		})
		for name, payload := range map[string]string{
			"in the order of the schema": `{"op":"c","ts_ns":1,"source":{"version":"3.4","db":"shop","row":0},"after":{"version":"v","id":7},"transaction":{"id":"1"}}`,
			"in another order":           `{"transaction":null,"after":{"id":7,"version":"v"},"source":{"row":0,"db":"shop","version":"3.4"},"ts_ns":1,"op":"c"}`,
			"of other types":             `{"op":"c","ts_ns":"text","source":{"version":{},"db":"shop","row":0.5},"after":{"version":"v","id":7},"transaction":[]}`,
			"missing":                    `{"op":"c","source":{"db":"shop"},"after":{"version":"v","id":7}}`,
		} {
			rec, err := d.Decode([]byte(envelope(its, payload)))
			require.NoError(t, err, name)
			require.Equal(t, want, rec.Value, name)
			require.Zero(t, rec.Unknown, name)
			require.Equal(t, []string{"op", "source", "after"}, namesOf(rec.Schema), name)
			require.Equal(t, []string{"db"}, namesOf(rec.Schema.Field("source")), name)
			require.Nil(t, rec.Schema.Field("ts_ns"), name)
			require.Len(t, rec.Schema.Common.(map[string]any)["children"], 3, name)
		}
		_, err := d.Decode([]byte(envelope(its, `{"op":"c","other":1,"source":{"db":"shop"},"after":{"version":"v","id":7}}`)))
		require.EqualError(t, err, "unknown_field: payload.other: the schema has no such field")
	}
}

func namesOf(s *schema.Schema) (names []string) {
	for i, f := range s.Fields {
		if s.Index[f.Name] != i {
			return nil
		}
		names = append(names, f.Name)
	}
	return names
}

func TestExcludedFieldsOfPlainJSON(t *testing.T) {
	d := newDecoder(t, Options{Schemaless: true, Exclude: excluding(t, "a", "b.c", "d.e")})
	for input, want := range map[string]any{
		`{"a":1,"b":{"c":2,"x":3},"d":4,"c":5}`: map[string]any{"b": map[string]any{"x": int64(3)}, "d": int64(4), "c": int64(5)},
		`[{"a":1}]`:                             []any{map[string]any{"a": int64(1)}},
		`"a"`:                                   "a",
	} {
		rec, err := d.Decode([]byte(input))
		require.NoError(t, err, input)
		require.Equal(t, want, rec.Value, input)
	}
}

func TestPathsOfExcludedFields(t *testing.T) {
	// A struct that is excluded whole is not in the record, whatever else is named in it.
	for _, paths := range [][]string{{"a", "a.b"}, {"a.b", "a"}} {
		require.Equal(t, schema.Exclusion{"a": nil}, excluding(t, paths...), paths)
	}
	require.Equal(t, schema.Exclusion{"a": {"b": nil, "c": nil}, "d": nil}, excluding(t, "a.b", "d", "a.c"))
	for _, path := range []string{"", ".", "a.", ".a", "a..b"} {
		_, err := schema.ParseExclusion([]string{path})
		require.EqualError(t, err, "a name of a field is empty", path)
	}
}
