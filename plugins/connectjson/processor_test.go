package connectjson

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	_ "github.com/redpanda-data/benthos/v4/public/components/pure" // the tracer and buffer of a stream
	"github.com/redpanda-data/benthos/v4/public/schema"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/commonschema"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

func parse(t *testing.T, yaml string) (*processor, error) {
	t.Helper()
	conf, err := spec().ParseYAML(yaml, nil)
	if err != nil {
		return nil, err
	}
	return newProcessor(conf, service.MockResources())
}

func process(t *testing.T, yaml string, batch service.MessageBatch) service.MessageBatch {
	t.Helper()
	p, err := parse(t, yaml)
	require.NoError(t, err)
	out, err := p.ProcessBatch(context.Background(), batch)
	require.NoError(t, err)
	require.Len(t, out, 1)
	require.NoError(t, p.Close(context.Background()))
	return out[0]
}

func content(t *testing.T, m *service.Message) string {
	t.Helper()
	b, err := m.AsBytes()
	require.NoError(t, err)
	return string(b)
}

func TestProcessBatch(t *testing.T) {
	failed := service.NewMessage([]byte(seedEnvelope))
	failed.SetError(errors.New("an earlier step"))
	bad := strings.Replace(seedEnvelope, `"qty":1`, `"qty":"1"`, 1)
	in := service.MessageBatch{
		service.NewMessage([]byte(seedEnvelope)), failed, service.NewMessage([]byte(bad)), service.NewMessage(nil), service.NewMessage([]byte("order 17")),
	}
	out := process(t, "{}", in)
	require.Len(t, out, len(in))
	for i := range in {
		require.Same(t, in[i], out[i])
	}
	v, err := out[0].AsStructured()
	require.NoError(t, err)
	require.Equal(t, int64(1), v.(map[string]any)["qty"])
	require.NoError(t, out[0].GetError())

	require.EqualError(t, out[1].GetError(), "an earlier step")
	require.Equal(t, seedEnvelope, content(t, out[1]))

	require.EqualError(t, out[2].GetError(), "type_mismatch: payload.qty: expected int32, got string")
	require.Equal(t, bad, content(t, out[2]))

	require.NoError(t, out[3].GetError())
	v, err = out[3].AsStructured()
	require.NoError(t, err)
	require.Nil(t, v)

	require.EqualError(t, out[4].GetError(), "bad_json: value: expected a value at byte 0")
	require.Equal(t, "order 17", content(t, out[4]))
	for _, m := range out {
		require.NoError(t, m.MetaWalkMut(func(key string, _ any) error { return errors.New("unwanted metadata " + key) }))
	}
}

func TestMetadata(t *testing.T) {
	raw := []byte(seedEnvelope)
	in := service.MessageBatch{service.NewMessage(raw), service.NewMessage([]byte(seedEnvelope)), service.NewMessage([]byte(`{"schema":null,"payload":{"a":1}}`)), service.NewMessage([]byte("{}"))}
	in[2].MetaSetMut("schema", "a producer's header")
	out := process(t, "{store_schema_metadata: schema, store_original_metadata: original}", in)

	kept, ok := out[0].MetaGetImmut("original")
	require.True(t, ok)
	require.Same(t, &raw[0], &(*kept.(*record.Received))[0], "the bytes are kept by reference")
	mutable, _ := out[0].MetaGetMut("original")
	require.Equal(t, raw, mutable)

	a, ok := out[0].MetaGetImmut("schema")
	require.True(t, ok)
	b, ok := out[1].MetaGetImmut("schema")
	require.True(t, ok)
	require.Same(t, a, b, "all messages share one schema")
	copied, _ := out[0].MetaGetMut("schema")
	common, err := schema.ParseFromAny(copied)
	copied.(map[string]any)["children"].([]any)[0].(map[string]any)["name"] = "changed"
	other, _ := out[1].MetaGetMut("schema")
	require.NotEqual(t, copied, other, "a mapping changes a copy")
	require.NoError(t, err)
	require.Equal(t, schema.Common{Name: "orders", Type: schema.Object, Children: []schema.Common{
		{Name: "order_id", Type: schema.String, Optional: true}, {Name: "user_id", Type: schema.String, Optional: true}, {Name: "product_id", Type: schema.String, Optional: true},
		{Name: "qty", Type: schema.Int32, Optional: true}, {Name: "unit_price", Type: schema.Int32, Optional: true}, {Name: "total_price", Type: schema.Int32, Optional: true},
	}}, common)

	_, ok = out[2].MetaGetImmut("schema")
	require.False(t, ok, "a producer's header of that name is no schema")
	require.NoError(t, out[2].GetError())
	// A refused message has the bytes, too: a producer's header of that name must not pass
	// for them.
	kept, ok = out[3].MetaGetImmut("original")
	require.True(t, ok)
	require.Equal(t, record.Received("{}"), *kept.(*record.Received))
}

// TestSchemaMetadata: every type in the framework's terms, and ParseFromAny takes them
// all.
func TestSchemaMetadata(t *testing.T) {
	const connect, debezium = "org.apache.kafka.connect.data.", "io.debezium.time."
	logical := func(base, name string) string { return `{"type":"` + base + `","name":"` + name + `"}` }
	decimal := func(precision, scale int32) schema.Common {
		return schema.Common{Type: schema.Decimal, Logical: &schema.LogicalParams{Decimal: &schema.DecimalParams{Precision: precision, Scale: scale}}}
	}
	precise := func(scale, precision string) string {
		return `{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"` + scale + `","connect.decimal.precision":"` + precision + `"}}`
	}
	timestamp := func(unit schema.TimeUnit, utc bool) schema.Common {
		return schema.Common{Type: schema.Timestamp, Logical: &schema.LogicalParams{Timestamp: &schema.TimestampParams{Unit: unit, AdjustToUTC: utc}}}
	}
	timeOfDay := func(unit schema.TimeUnit) schema.Common {
		return schema.Common{Type: schema.TimeOfDay, Logical: &schema.LogicalParams{TimeOfDay: &schema.TimeOfDayParams{Unit: unit}}}
	}
	for _, c := range []struct {
		node string
		want schema.Common
	}{
		{`{"type":"int8"}`, schema.Common{Type: schema.Int32}},
		{`{"type":"int16"}`, schema.Common{Type: schema.Int32}},
		{`{"type":"int32","optional":true}`, schema.Common{Type: schema.Int32, Optional: true}},
		{`{"type":"int64"}`, schema.Common{Type: schema.Int64}},
		{`{"type":"float"}`, schema.Common{Type: schema.Float32}},
		{`{"type":"double"}`, schema.Common{Type: schema.Float64}},
		{`{"type":"boolean"}`, schema.Common{Type: schema.Boolean}},
		{`{"type":"string"}`, schema.Common{Type: schema.String}},
		{`{"type":"bytes"}`, schema.Common{Type: schema.ByteArray}},
		{`{"type":"array","items":{"type":"int64"}}`, schema.Common{Type: schema.Array, Children: []schema.Common{{Type: schema.Int64}}}},
		{`{"type":"map","keys":{"type":"string"},"values":{"type":"int8"}}`, schema.Common{Type: schema.Map, Children: []schema.Common{{Type: schema.Int32}}}},
		{`{"type":"map","keys":{"type":"int8"},"values":{"type":"int8"}}`, schema.Common{Type: schema.Array, Children: []schema.Common{{Type: schema.Array, Children: []schema.Common{{Type: schema.Any}}}}}},
		{structOf(field("a", structOf(field("b", `{"type":"int8"}`)))), schema.Common{Type: schema.Object, Children: []schema.Common{{Name: "a", Type: schema.Object, Children: []schema.Common{{Name: "b", Type: schema.Int32}}}}}},
		{decimalSchema("2", ""), decimal(38, 2)},
		{decimalSchema("38", ""), decimal(38, 38)},
		{precise("2", "10"), decimal(10, 2)},
		{precise("2", "x"), decimal(38, 2)},
		{precise("2", "39"), schema.Common{Type: schema.BigDecimal}},
		{precise("3", "2"), schema.Common{Type: schema.BigDecimal}},
		{decimalSchema("39", ""), schema.Common{Type: schema.BigDecimal}},
		{decimalSchema("-1", ""), schema.Common{Type: schema.BigDecimal}},
		{logical("int32", connect+"Date"), schema.Common{Type: schema.Date}},
		{logical("int32", connect+"Time"), timeOfDay(schema.TimeUnitMillis)},
		{logical("int64", connect+"Timestamp"), timestamp(schema.TimeUnitMillis, true)},
		{logical("int32", debezium+"Date"), schema.Common{Type: schema.Date}},
		{logical("int64", debezium+"Timestamp"), timestamp(schema.TimeUnitMillis, false)},
		{logical("int64", debezium+"MicroTimestamp"), timestamp(schema.TimeUnitMicros, false)},
		{logical("int64", debezium+"NanoTimestamp"), timestamp(schema.TimeUnitNanos, false)},
		{logical("int32", debezium+"Time"), timeOfDay(schema.TimeUnitMillis)},
		{logical("int64", debezium+"MicroTime"), timeOfDay(schema.TimeUnitMicros)},
		{logical("int64", debezium+"NanoTime"), timeOfDay(schema.TimeUnitNanos)},
		{logical("string", debezium+"ZonedTimestamp"), timestamp(schema.TimeUnitNanos, true)},
		{logical("int32", debezium+"Year"), schema.Common{Type: schema.Int32}},
		{bitsOf("64"), schema.Common{Type: schema.Int64}},
		{bitsOf("65"), schema.Common{Type: schema.ByteArray}},
		{variableDecimal, schema.Common{Type: schema.BigDecimal}},
	} {
		d := newDecoder(t, Options{SchemaContent: []byte(structOf(field("f", c.node))), Describe: commonschema.Describe})
		got, err := schema.ParseFromAny(d.fixed.Common)
		require.NoError(t, err, c.node)
		c.want.Name = "f"
		require.Equal(t, schema.Common{Type: schema.Object, Children: []schema.Common{c.want}}, got, c.node)
	}
}

// TestDeepSchemaMetadata: a description costs the square of its depth, so that it ends
// somewhere.
func TestDeepSchemaMetadata(t *testing.T) {
	const depth = 300
	node := strings.Repeat(`{"type":"array","items":`, depth) + `{"type":"int8"}` + strings.Repeat("}", depth)
	d := newDecoder(t, Options{SchemaContent: []byte(node), Describe: commonschema.Describe})
	got, err := schema.ParseFromAny(d.fixed.Common)
	require.NoError(t, err)
	levels := 1
	for ; len(got.Children) > 0; levels++ {
		got = got.Children[0]
	}
	require.Equal(t, schema.Any, got.Type)
	require.Equal(t, commonschema.MaxDepth+1, levels)
}

func TestFieldsReachTheDecoder(t *testing.T) {
	one := func(yaml, input string) (any, error) {
		m := process(t, yaml, service.MessageBatch{service.NewMessage([]byte(input))})[0]
		if err := m.GetError(); err != nil {
			return nil, err
		}
		v, err := m.AsStructured()
		require.NoError(t, err)
		return v, nil
	}
	v, err := one("mode: compat", envelope(`{"type":"int32"}`, `"12"`))
	require.NoError(t, err)
	require.Equal(t, int64(0), v)

	v, err = one("schemas_enable: false", `{"a":12}`)
	require.NoError(t, err)
	require.Equal(t, map[string]any{"a": int64(12)}, v)

	v, err = one(`schema_content: '{"type":"int32","name":"org.apache.kafka.connect.data.Date"}'`, "1")
	require.NoError(t, err)
	require.Equal(t, time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC), v)

	_, err = one("unknown_fields: refuse", envelope(structOf(), `{"x":1}`))
	require.EqualError(t, err, "unknown_field: payload.x: the schema has no such field")
}

func TestBadConfiguration(t *testing.T) {
	for yaml, want := range map[string]string{
		"mode: lax":                 "value lax is not a valid option",
		"unknown_fields: drop":      "value drop is not a valid option",
		"schema_cache_size: 0":      "schema_cache_size must be at least 1",
		"value_format: none":        "value_format is none: set key_format, or the processor does nothing",
		"value_format: avro":        "value avro is not a valid option",
		"schemas_enabled: true":     "field schemas_enabled not recognised",
		"schema_content: '{'":       "reading schema_content: parsing schema: bad_json: value: expected a member's name, got the end at byte 1",
		"schema_content: ''":        "reading schema_content: parsing schema: bad_json: value: no document at byte 0",
		`schema_content: '{"a":1}'`: "reading schema_content: parsing schema: bad_schema: schema.type: expected the name of a type, got nothing",
		`{schemas_enable: false, schema_content: '{"type":"int32"}'}`:  "schema_content has no effect when schemas_enable is false",
		"{store_schema_metadata: same, store_original_metadata: same}": "reading store_original_metadata: the same name as store_schema_metadata",
	} {
		linter := service.NewEnvironment().NewComponentConfigLinter()
		lints, err := linter.LintProcessorYAML([]byte(Name + ": {" + strings.Trim(yaml, "{}") + "}"))
		text := ""
		for _, l := range lints {
			text += l.Error()
		}
		if err != nil {
			text += err.Error()
		}
		if _, err := parse(t, yaml); err != nil {
			text += err.Error()
		}
		require.Contains(t, text, want, yaml)
	}
}

// TestExample: the text of the example in the reference is true.
func TestExample(t *testing.T) {
	m := process(t, "{}", service.MessageBatch{service.NewMessage([]byte(exampleEnvelope))})[0]
	require.NoError(t, m.GetError())
	require.Equal(t, `{"order_id":"77a436fd","price":"12.34","qty":3}`, content(t, m))
}
