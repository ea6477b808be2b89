package column

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

func of(t schema.Type, logical schema.Logical) *schema.Schema {
	return &schema.Schema{Type: t, Meaning: schema.Meaning{Logical: logical}}
}

func structOf(fields ...schema.Field) *schema.Schema {
	s := &schema.Schema{Type: schema.Struct, Fields: fields, Index: map[string]int{}}
	for i, f := range fields {
		s.Index[f.Name] = i
	}
	return s
}

func TestANestedValueIsExactJSON(t *testing.T) {
	price := of(schema.Bytes, schema.Decimal)
	day := time.Date(2026, 8, 20, 0, 0, 0, 0, time.UTC)
	item := structOf(
		schema.Field{Name: "z", Schema: price}, schema.Field{Name: "a", Schema: of(schema.Int64, schema.Plain)},
		schema.Field{Name: "on", Schema: of(schema.Int32, schema.Date)}, schema.Field{Name: "at", Schema: of(schema.Int64, schema.Timestamp)},
		schema.Field{Name: "raw", Schema: of(schema.Bytes, schema.Plain)}, schema.Field{Name: "null", Schema: price},
		schema.Field{Name: "text", Schema: of(schema.String, schema.Plain)},
	)
	value := func() map[string]any {
		return map[string]any{"text": `<"é">`, "z": "3.10", "a": int64(9007199254740993), "on": day, "at": day.Add(time.Microsecond), "raw": []byte{0xff, 0}, "null": nil}
	}
	more := value()
	more["b"], more["B"] = "added", json.Number("1E-7")
	delete(more, "raw")
	wide := "-99999999999999999999999999999999999999.9"
	for _, c := range []struct {
		v    any
		its  *schema.Schema
		want string
	}{
		{value(), item, `{"z":3.10,"a":9007199254740993,"on":"2026-08-20","at":"2026-08-20T00:00:00.000001Z","raw":"/wA=","null":null,"text":"<\"é\">"}`},
		{more, item, `{"z":3.10,"a":9007199254740993,"on":"2026-08-20","at":"2026-08-20T00:00:00.000001Z","null":null,"text":"<\"é\">","B":1E-7,"b":"added"}`},
		{value(), nil, `{"a":9007199254740993,"at":"2026-08-20T00:00:00.000001Z","null":null,"on":"2026-08-20T00:00:00Z","raw":"/wA=","text":"<\"é\">","z":"3.10"}`},
		{[]any{wide, "1.00"}, &schema.Schema{Type: schema.Array, Items: of(schema.Struct, schema.VariableDecimal)}, "[" + wide + ",1.00]"},
		{map[string]any{"b": "1", "a": "2.0"}, &schema.Schema{Type: schema.Map, Keys: of(schema.String, schema.Plain), Items: price}, `{"a":2.0,"b":1}`},
		{[]any{[]any{int64(2), "1.0"}, []any{int64(1), nil}}, &schema.Schema{Type: schema.Map, Keys: of(schema.Int8, schema.Plain), Items: price}, `[[2,1.0],[1,null]]`},
		{[]any{map[string]any{"z": "1.0"}}, &schema.Schema{Type: schema.Array, Items: item}, `[{"z":1.0}]`},
		{[]any{[]byte(nil), float32(0.1), uint64(math.MaxUint64), true}, nil, `["",0.1,18446744073709551615,true]`},
		// What a mapping has put in place of a value is written as it is.
		{map[string]any{"z": "no number"}, item, `{"z":"no number"}`},
		{map[string]any{"z": ""}, item, `{"z":""}`},
		{map[string]any{"z": "007.10"}, item, `{"z":"007.10"}`},
		{map[string]any{"z": []any{"1.0"}, "a": day}, item, `{"z":["1.0"],"a":"2026-08-20T00:00:00Z"}`},
		{[]any{"1.0"}, item, `["1.0"]`},
	} {
		c1 := &Column{Name: "v", Family: Texts}
		for range 2 {
			text, refused := c1.AcceptNested(c.v, c.its)
			require.Nil(t, refused)
			require.Equal(t, c.want, text)
			require.True(t, json.Valid([]byte(c.want)))
		}
	}
}

func TestANestedValueWithoutJSONIsRefused(t *testing.T) {
	item := structOf(schema.Field{Name: "z", Schema: of(schema.String, schema.Plain)})
	for _, c := range []struct {
		column Column
		v      any
		want   string
	}{
		{Column{Family: Texts}, map[string]any{"z": "\xff"}, refusal.BadText + ": v: the nested value holds text that is not valid UTF-8"},
		{Column{Family: Texts}, map[string]any{"\xff": int64(1)}, refusal.BadText + ": v: the nested value holds text that is not valid UTF-8"},
		{Column{Family: Texts}, []any{math.NaN()}, refusal.Type + ": v: the nested value has no JSON form"},
		{Column{Family: Texts, ColumnType: "varchar(5)", characters: 5}, map[string]any{"z": "a"}, refusal.TooLong + ": v: 9 characters, VARCHAR(5) holds 5"},
		{Column{Family: Integers, ColumnType: "int(11)"}, map[string]any{"z": "a"}, refusal.Type + ": v: INT(11) takes an integer, got an object: only a JSON or text column takes a nested value"},
		{Column{Family: Binaries, ColumnType: "blob"}, []any{}, refusal.Type + ": v: BLOB takes bytes, got an array: only a JSON or text column takes a nested value"},
	} {
		c.column.Name = "v"
		_, refused := c.column.AcceptNested(c.v, item)
		require.EqualError(t, refused, c.want)
	}
}
