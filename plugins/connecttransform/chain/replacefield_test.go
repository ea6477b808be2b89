package chain

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

func TestReplaceField(t *testing.T) {
	in := structOf(of("a", schema.Int32), optional("b", schema.String), of("c", schema.Float64))
	for name, c := range map[string]struct {
		options options
		value   map[string]any
		fields  []schema.Field
	}{
		"exclude":                          {options{"exclude": "b, x"}, map[string]any{"a": int64(1), "c": 2.5}, []schema.Field{in.Fields[0], in.Fields[2]}},
		"include":                          {options{"include": "c,a"}, map[string]any{"a": int64(1), "c": 2.5}, []schema.Field{in.Fields[0], in.Fields[2]}},
		"exclude is stronger than include": {options{"include": "c,a", "exclude": "a"}, map[string]any{"c": 2.5}, in.Fields[2:]},
		"old names":                        {options{"whitelist": "c,a", "blacklist": "a"}, map[string]any{"c": 2.5}, in.Fields[2:]},
		"a new name is stronger":           {options{"include": "a", "whitelist": "c"}, map[string]any{"a": int64(1)}, in.Fields[:1]},
		"rename":                           {options{"renames": "b:z,nothing:y"}, map[string]any{"a": int64(1), "z": "two", "c": 2.5}, []schema.Field{in.Fields[0], {Name: "z", Schema: in.Fields[1].Schema}, in.Fields[2]}},
		"exchange names":                   {options{"renames": "a:c,c:a"}, map[string]any{"c": int64(1), "b": "two", "a": 2.5}, []schema.Field{{Name: "c", Schema: in.Fields[0].Schema}, in.Fields[1], {Name: "a", Schema: in.Fields[2].Schema}}},
		"a name moves on":                  {options{"renames": "a:b,b:c", "exclude": "c"}, map[string]any{"b": int64(1), "c": "two"}, []schema.Field{{Name: "b", Schema: in.Fields[0].Schema}, {Name: "c", Schema: in.Fields[1].Schema}}},
		"nothing":                          {options{}, map[string]any{"a": int64(1), "b": "two", "c": 2.5}, in.Fields},
	} {
		t.Run(name, func(t *testing.T) {
			chain := one(t, "ReplaceField$Value", c.options)
			r := apply(t, chain, incoming(map[string]any{"a": int64(1), "b": "two", "c": 2.5}, in))
			require.Equal(t, c.value, r.Value.Value)
			require.Equal(t, structOf(c.fields...), r.Value.Schema)
			again := apply(t, chain, incoming(map[string]any{"a": int64(2), "b": nil, "c": 3.5}, in))
			require.Same(t, r.Value.Schema, again.Value.Schema, "each record has a schema of its own")
			without := apply(t, chain, incoming(map[string]any{"a": int64(1), "b": "two", "c": 2.5}, nil))
			require.Equal(t, c.value, without.Value.Value)
			require.Nil(t, without.Value.Schema)
		})
	}
}

func TestReplaceFieldRefuses(t *testing.T) {
	in := structOf(of("a", schema.Int32), of("b", schema.Int32))
	value := func() map[string]any { return map[string]any{"a": int64(1), "b": int64(2)} }
	require.Equal(t, "transform_bad_schema: t.b: the resulting struct would have two fields of this name",
		refuses(t, one(t, "ReplaceField$Value", options{"renames": "a:b"}), incoming(value(), in)))
	require.Equal(t, "transform_not_struct: t.value: expected a struct, got string",
		refuses(t, one(t, "ReplaceField$Value", options{}), incoming("text", &schema.Schema{Type: schema.String})))
	require.Equal(t, "transform_not_struct: t.value: expected a map, since it has no schema, got int64",
		refuses(t, one(t, "ReplaceField$Value", options{}), incoming(int64(1), nil)))
}

// A key is shared with the metadata of other messages.
func TestAKeyIsCopied(t *testing.T) {
	s := structOf(of("id", schema.Int32), of("region", schema.String))
	key := map[string]any{"id": int64(1), "region": "eu"}
	r := incoming(nil, nil)
	r.Key.Value, r.Key.Schema, r.Key.Shared = key, s, true
	apply(t, one(t, "ReplaceField$Key", options{"exclude": "region"}), r)
	require.Equal(t, map[string]any{"id": int64(1)}, r.Key.Value)
	require.Equal(t, map[string]any{"id": int64(1), "region": "eu"}, key)
	require.True(t, r.Key.Changed)
	require.False(t, r.Value.Changed)
}

func TestANullIsTheDefaultOfItsSchema(t *testing.T) {
	in := structOf(schema.Field{Name: "a", Schema: &schema.Schema{Type: schema.Int32, Optional: true, Default: int64(7)}})
	r := apply(t, one(t, "ReplaceField$Value", options{}), incoming(map[string]any{"a": nil}, in))
	require.Equal(t, map[string]any{"a": int64(7)}, r.Value.Value)
	r = apply(t, one(t, "ReplaceField$Value", options{"replace.null.with.default": "FALSE"}), incoming(map[string]any{"a": nil}, in))
	require.Equal(t, map[string]any{"a": nil}, r.Value.Value)
}
