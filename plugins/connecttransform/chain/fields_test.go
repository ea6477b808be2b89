package chain

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// to is a nested struct.
func to(its bool) schema.Field {
	s := structOf(of("city", schema.String), schema.Field{Name: "zip", Schema: &schema.Schema{Type: schema.String, Default: "0"}})
	s.Optional = its
	return schema.Field{Name: "to", Schema: s}
}

func TestFlatten(t *testing.T) {
	in := structOf(of("id", schema.Int32), to(true), schema.Field{Name: "tags", Schema: &schema.Schema{Type: schema.Array, Items: &schema.Schema{Type: schema.String}}})
	chain := one(t, "Flatten$Value", options{"delimiter": "_"})
	r := apply(t, chain, incoming(map[string]any{"id": int64(1), "to": map[string]any{"city": "Oslo", "zip": nil}, "tags": []any{"a"}}, in))
	require.Equal(t, map[string]any{"id": int64(1), "to_city": "Oslo", "to_zip": "0", "tags": []any{"a"}}, r.Value.Value)
	require.Equal(t, structOf(in.Fields[0],
		optional("to_city", schema.String), schema.Field{Name: "to_zip", Schema: &schema.Schema{Type: schema.String, Optional: true, Default: "0"}}, in.Fields[2],
	), r.Value.Schema)
	r = apply(t, chain, incoming(map[string]any{"id": int64(1), "to": nil, "tags": nil}, in))
	require.Equal(t, map[string]any{"id": int64(1), "to_city": nil, "to_zip": nil, "tags": nil}, r.Value.Value, "the fields of a null are null")
	require.Nil(t, apply(t, chain, incoming(nil, in)).Value.Value, "a tombstone passes")

	r = apply(t, one(t, "Flatten$Value", options{}), incoming(map[string]any{"a": map[string]any{"b": map[string]any{"c": nil}}, "d": []any{}}, nil))
	require.Equal(t, map[string]any{"a.b.c": nil, "d": []any{}}, r.Value.Value)

	require.Equal(t, "transform_bad_schema: t.m: expected a struct, an array or a simple type, got a map",
		refuses(t, chain, incoming(map[string]any{"m": map[string]any{}}, structOf(schema.Field{Name: "m", Schema: &schema.Schema{Type: schema.Map, Keys: &schema.Schema{Type: schema.String}, Items: &schema.Schema{Type: schema.String}}}))))
	require.Equal(t, "transform_bad_schema: t.a_b: the resulting struct would have two fields of this name",
		refuses(t, chain, incoming(map[string]any{"a_b": "1", "a": map[string]any{"b": "2"}}, structOf(of("a_b", schema.String), schema.Field{Name: "a", Schema: structOf(of("b", schema.String))}))))
}

func TestExtractField(t *testing.T) {
	in := structOf(of("id", schema.Int32), to(true))
	value := func() map[string]any {
		return map[string]any{"id": int64(1), "to": map[string]any{"city": "Oslo", "zip": nil}}
	}
	v2 := func(field string) *Chain {
		return one(t, "ExtractField$Value", options{"field": field, "field.syntax.version": "V2"})
	}
	for field, want := range map[string]any{"to.city": "Oslo", "to.zip": "0", "`to`.`city`": "Oslo", "id": int64(1)} {
		r := apply(t, v2(field), incoming(value(), in))
		require.Equal(t, want, r.Value.Value, field)
	}
	r := apply(t, v2("to.city"), incoming(value(), in))
	require.Same(t, in.Fields[1].Schema.Fields[0].Schema, r.Value.Schema)
	r = apply(t, v2("to.city"), incoming(map[string]any{"id": int64(1), "to": nil}, in))
	require.Nil(t, r.Value.Value)
	require.Equal(t, schema.String, r.Value.Schema.Type, "a null keeps its schema")
	require.Nil(t, apply(t, v2("to.city"), incoming(nil, nil)).Value.Value)
	require.Equal(t, "transform_missing_field: t.to.street: the value has no such field", refuses(t, v2("to.street"), incoming(value(), in)))
	require.Nil(t, apply(t, v2("to.street"), incoming(value(), nil)).Value.Value, "without a schema a missing member is null")
	require.Equal(t, "transform_missing_field: t.to.city: the value has no such field", refuses(t, one(t, "ExtractField$Value", options{"field": "to.city"}), incoming(value(), in)))
	_, err := New(Config{Transforms: []Step{step("ExtractField$Key", options{"field": "`a", "field.syntax.version": "v2"})}})
	require.EqualError(t, err, "transforms[0] (t): option field: a backtick has no other one that closes it: write a backslash before a backtick that belongs to a name")
}

func TestHoistField(t *testing.T) {
	chain := one(t, "HoistField$Key", options{"field": "id"})
	text := &schema.Schema{Type: schema.String, Optional: true}
	for _, value := range []any{"a", nil} {
		r := apply(t, chain, withKey(value, text))
		require.Equal(t, map[string]any{"id": value}, r.Key.Value)
		require.Equal(t, &schema.Schema{Type: schema.Struct, Fields: []schema.Field{{Name: "id", Schema: text}}, Index: map[string]int{"id": 0}}, r.Key.Schema)
	}
	require.Equal(t, map[string]any{"id": nil}, apply(t, chain, withKey(nil, nil)).Key.Value)
	require.Equal(t, "transform_bad_value: t.key: expected int32, got null", refuses(t, chain, withKey(nil, &schema.Schema{Type: schema.Int32})))
}

func TestInsertField(t *testing.T) {
	in := structOf(of("id", schema.Int32))
	all := options{"topic.field": "t", "partition.field": "p!", "offset.field": "o?", "timestamp.field": "at", "static.field": "s", "static.value": " x "}
	r := apply(t, one(t, "InsertField$Value", all), incoming(map[string]any{"id": int64(1)}, in))
	require.Equal(t, map[string]any{"id": int64(1), "t": "orders", "p": int64(3), "o": int64(42), "at": time.UnixMilli(1_600_000_000_123).UTC(), "s": "x"}, r.Value.Value)
	require.Equal(t, structOf(in.Fields[0], optional("t", schema.String), of("p", schema.Int32), optional("o", schema.Int64),
		schema.Field{Name: "at", Schema: transform.Logical(transform.NameTimestamp, true)}, optional("s", schema.String)), r.Value.Schema)
	r = apply(t, one(t, "InsertField$Value", all), incoming(map[string]any{"id": int64(1)}, nil))
	require.Equal(t, int64(1_600_000_000_123), r.Value.Value.(map[string]any)["at"], "a number without a schema")
	nowhere := incoming(map[string]any{"id": int64(1)}, nil)
	nowhere.Position, nowhere.HasTimestamp = transform.Position{}, false
	require.Equal(t, map[string]any{"id": int64(1), "t": "orders", "s": "x"}, apply(t, one(t, "InsertField$Value", all), nowhere).Value.Value)
	require.Nil(t, apply(t, one(t, "InsertField$Value", all), incoming(nil, nil)).Value.Value, "a tombstone passes")
	require.Equal(t, "transform_bad_schema: t.id: the resulting struct would have two fields of this name",
		refuses(t, one(t, "InsertField$Value", options{"topic.field": "id"}), incoming(map[string]any{"id": int64(1)}, in)))
	for want, o := range map[string]options{
		"transforms[0] (t): no option names a field: set topic.field, partition.field, offset.field, timestamp.field or static.field": {"static.value": "x"},
		"transforms[0] (t): option static.value is required when static.field is set":                                                 {"static.field": "x"},
	} {
		_, err := New(Config{Transforms: []Step{step("InsertField$Value", o)}})
		require.EqualError(t, err, want)
	}
}

func TestMaskField(t *testing.T) {
	for _, c := range []struct {
		schema   *schema.Schema
		value    any
		zero     any
		replaced any // by 12.7, nil if the record is refused
	}{
		{&schema.Schema{Type: schema.Int8}, int64(9), int64(0), int64(12)},
		{&schema.Schema{Type: schema.Float64}, 9.5, 0.0, 12.7},
		{&schema.Schema{Type: schema.String}, "x", "", "12.7"},
		{&schema.Schema{Type: schema.Boolean}, true, false, nil},
		{&schema.Schema{Type: schema.Array, Items: &schema.Schema{}}, []any{1}, []any{}, nil},
		{&schema.Schema{Type: schema.Map, Keys: &schema.Schema{Type: schema.String}, Items: &schema.Schema{}}, map[string]any{"a": 1}, map[string]any{}, nil},
		{logicalSchema("org.apache.kafka.connect.data.Decimal"), "9.50", "0", "12.7"},
		{logicalSchema("org.apache.kafka.connect.data.Timestamp"), at, time.UnixMilli(0).UTC(), nil},
		{logicalSchema("org.apache.kafka.connect.data.Time"), "12:00:00", "00:00:00", nil},
		{logicalSchema("io.debezium.time.MicroTimestamp"), at, time.UnixMilli(0).UTC(), time.UnixMicro(12).UTC()},
		{&schema.Schema{Type: schema.Bytes}, []byte{1}, nil, nil},
	} {
		in := structOf(schema.Field{Name: "f", Schema: c.schema}, of("other", schema.Int32))
		for _, o := range []options{{"fields": "f,x"}, {"fields": "f", "replacement": "12.7"}} {
			want := c.zero
			if len(o) > 1 {
				want = c.replaced
			}
			r := incoming(map[string]any{"f": c.value, "other": int64(1)}, in)
			if want == nil {
				require.Contains(t, refuses(t, one(t, "MaskField$Value", o), r), "transform_bad_value: t.f: expected a type that can be masked by ")
				continue
			}
			require.Equal(t, map[string]any{"f": want, "other": int64(1)}, apply(t, one(t, "MaskField$Value", o), r).Value.Value)
			require.Same(t, in, r.Value.Schema)
		}
	}
	require.Equal(t, "transform_not_struct: t.value: expected a map, since it has no schema, got null", refuses(t, one(t, "MaskField$Value", options{"fields": "f"}), incoming(nil, nil)))
	require.Equal(t, map[string]any{"f": nil}, apply(t, one(t, "MaskField$Value", options{"fields": "f"}), incoming(map[string]any{}, nil)).Value.Value)
}

func TestValueToKey(t *testing.T) {
	in := structOf(of("id", schema.Int32), to(false))
	value := map[string]any{"id": int64(1), "to": map[string]any{"city": "Oslo", "zip": "1"}}
	r := apply(t, one(t, "ValueToKey", options{"fields": "to,id"}), incoming(value, in))
	require.Equal(t, map[string]any{"id": int64(1), "to": map[string]any{"city": "Oslo", "zip": "1"}}, r.Key.Value)
	require.Equal(t, []schema.Field{in.Fields[1], in.Fields[0]}, r.Key.Schema.Fields)
	value["to"].(map[string]any)["city"] = "Bergen"
	require.Equal(t, "Oslo", r.Key.Value.(map[string]any)["to"].(map[string]any)["city"], "the key and the value share a map")
	require.Equal(t, "transform_missing_field: t.x: the value has no such field", refuses(t, one(t, "ValueToKey", options{"fields": "x"}), incoming(value, in)))
	require.Equal(t, map[string]any{"x": nil}, apply(t, one(t, "ValueToKey", options{"fields": "x"}), incoming(value, nil)).Key.Value)
	require.Equal(t, "transform_not_struct: t.value: expected a struct, got null", refuses(t, one(t, "ValueToKey", options{"fields": "id"}), incoming(nil, in)))
}

func TestSetSchemaMetadata(t *testing.T) {
	in := structOf(schema.Field{Name: "a", Schema: &schema.Schema{Type: schema.Int32, Default: int64(7)}})
	r := apply(t, one(t, "SetSchemaMetadata$Value", options{"schema.name": "shop.Order", "schema.version": "9"}), incoming(map[string]any{"a": nil}, in))
	require.Equal(t, map[string]any{"a": int64(7)}, r.Value.Value)
	want := structOf(in.Fields...)
	want.Name, want.Version = "shop.Order", 9
	require.Equal(t, want, r.Value.Schema)
	chain := one(t, "SetSchemaMetadata$Value", options{"schema.version": "9"})
	require.Equal(t, "S", apply(t, chain, incoming(nil, in)).Value.Schema.Name)
	require.Nil(t, apply(t, chain, incoming(nil, nil)).Value.Schema)
	require.Equal(t, "transform_bad_schema: t.value: expected a schema, got a value without one", refuses(t, chain, incoming(map[string]any{}, nil)))
	require.Equal(t, "transform_bad_schema: t.value: expected a struct, got string", refuses(t, chain, incoming("x", &schema.Schema{Type: schema.String})))
}
