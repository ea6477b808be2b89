package chain

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// logicalSchema returns an optional schema of this name.
func logicalSchema(name string) *schema.Schema {
	m := schema.Meanings[name]
	return &schema.Schema{Type: m.Base, Name: name, Meaning: m, Optional: true, Scale: 2, HasScale: true}
}

var at = time.Date(2024, time.February, 29, 12, 34, 56, 789_000_000, time.UTC)

func TestCast(t *testing.T) {
	text, number := &schema.Schema{Type: schema.String}, &schema.Schema{Type: schema.Int64}
	single, double := &schema.Schema{Type: schema.Float32}, &schema.Schema{Type: schema.Float64}
	boolean, bytes := &schema.Schema{Type: schema.Boolean}, &schema.Schema{Type: schema.Bytes}
	date, timestamp := logicalSchema("org.apache.kafka.connect.data.Date"), logicalSchema("org.apache.kafka.connect.data.Timestamp")
	clock, decimal := logicalSchema("org.apache.kafka.connect.data.Time"), logicalSchema("org.apache.kafka.connect.data.Decimal")
	micros, zoned := logicalSchema("io.debezium.time.MicroTimestamp"), logicalSchema("io.debezium.time.ZonedTimestamp")
	for _, c := range []struct {
		schema *schema.Schema
		value  any
		to     string
		want   any
	}{
		{number, int64(300), "int8", int64(44)},
		{number, int64(1) << 33, "int32", int64(0)},
		{number, int64(7), "boolean", true},
		{number, int64(16777217), "float32", 16777216.0},
		{number, int64(-7), "string", "-7"},
		{text, "-12", "int8", int64(-12)},
		{text, "1e3", "float64", 1000.0},
		{text, " 0.1 ", "float32", 0.1},
		{text, "TRUE", "boolean", true},
		{text, "yes", "boolean", false},
		{single, 0.1, "float64", float64(float32(0.1))},
		{single, 0.1, "string", "0.1"},
		{double, 1e10, "int8", int64(-1)},
		{double, -2.9, "int64", int64(-2)},
		{double, math.NaN(), "int32", int64(0)},
		{double, 1e10, "string", "1.0E10"},
		{double, 0.5, "boolean", false},
		{boolean, true, "int16", int64(1)},
		{boolean, false, "string", "false"},
		{bytes, []byte{1, 2}, "string", "AQI="},
		{decimal, "300.99", "int8", int64(44)},
		{decimal, "0.10", "string", "0.10"},
		{decimal, "0.10", "float64", 0.1},
		{date, at.Truncate(24 * time.Hour), "int32", int64(19782)},
		{date, at.Truncate(24 * time.Hour), "string", "2024-02-29"},
		{timestamp, at, "int64", at.UnixMilli()},
		{timestamp, at, "string", "2024-02-29T12:34:56.789Z"},
		{clock, "12:34:56.789", "int64", int64(45296789)},
		{clock, "12:34:56.789", "string", "12:34:56.789Z"},
		{micros, at, "int64", at.UnixMicro()},
		{micros, at, "string", "1709210096789000"},
		{zoned, at, "string", "2024-02-29T12:34:56.789Z"},
		{nil, json.Number("1.0E10"), "int32", int64(math.MaxInt32)},
		{nil, json.Number("12.50"), "string", "12.50"},
		{nil, nil, "int8", nil},
	} {
		t.Run(c.to, func(t *testing.T) {
			chain := one(t, "Cast$Value", options{"spec": "f:" + c.to})
			if c.schema == nil {
				r := apply(t, chain, incoming(map[string]any{"f": c.value}, nil))
				require.Equal(t, map[string]any{"f": c.want}, r.Value.Value)
				return
			}
			in := structOf(schema.Field{Name: "f", Schema: c.schema}, of("other", schema.Int32))
			r := apply(t, chain, incoming(map[string]any{"f": c.value, "other": int64(1)}, in))
			require.Equal(t, map[string]any{"f": c.want, "other": int64(1)}, r.Value.Value, "%v", c)
			kind := map[string]schema.Type{"float32": schema.Float32, "float64": schema.Float64}[c.to]
			if kind == 0 {
				kind, _ = schema.TypeOf(c.to)
			}
			require.Equal(t, structOf(schema.Field{Name: "f", Schema: &schema.Schema{Type: kind, Optional: c.schema.Optional}}, in.Fields[1]), r.Value.Schema)

			whole := apply(t, one(t, "Cast$Value", options{"spec": c.to}), incoming(c.value, c.schema))
			require.Equal(t, c.want, whole.Value.Value)
			require.Equal(t, schema.Meaning{}, whole.Value.Schema.Meaning)
			require.Equal(t, c.schema.Name, whole.Value.Schema.Name)
		})
	}
}

func TestCastKeepsADefault(t *testing.T) {
	in := structOf(schema.Field{Name: "f", Schema: &schema.Schema{Type: schema.String, Optional: true, Default: "7"}})
	r := apply(t, one(t, "Cast$Value", options{"spec": "f:int32"}), incoming(map[string]any{"f": nil}, in))
	require.Equal(t, map[string]any{"f": int64(7)}, r.Value.Value)
	require.Equal(t, int64(7), r.Value.Schema.Fields[0].Schema.Default)
}

func TestCastRefuses(t *testing.T) {
	for _, c := range []struct {
		schema *schema.Schema
		value  any
		to     string
		want   string
	}{
		{&schema.Schema{Type: schema.String}, "300", "int8", "transform_bad_value: t.f: expected int8, got string: the text is no int8"},
		{&schema.Schema{Type: schema.Bytes}, []byte{1}, "int8", "transform_bad_value: t.f: expected int8, got bytes: a value of this type has no int8"},
		{&schema.Schema{Type: schema.Array, Items: &schema.Schema{}}, []any{}, "string", "transform_bad_value: t.f: expected string, got array: a value of this type has no string"},
		{nil, map[string]any{}, "string", "transform_bad_value: t.f: expected string, got a map: a value of this type has no string"},
	} {
		var in *schema.Schema
		if c.schema != nil {
			in = structOf(schema.Field{Name: "f", Schema: c.schema})
		}
		require.Equal(t, c.want, refuses(t, one(t, "Cast$Value", options{"spec": "f:" + c.to}), incoming(map[string]any{"f": c.value}, in)))
	}
	_, err := New(Config{Transforms: []Step{step("Cast$Value", options{"spec": "a:int31"})}})
	require.EqualError(t, err, `transforms[0] (t): option spec: "int31" is no type: write int8, int16, int32, int64, float32, float64, boolean or string`)
	_, err = New(Config{Transforms: []Step{step("Cast$Value", options{"spec": "int8,a:int8"})}})
	require.EqualError(t, err, "transforms[0] (t): option spec: a type without a field must be alone")
}
