package chain

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// FuzzChain is TestAnyChainOfAnyRecord from any bytes.
func FuzzChain(f *testing.F) { f.Fuzz(rapid.MakeFuzz(anyChain)) }

// No chain panics on any record. A result has the form of its schema, and nothing changes
// the schema of the record.
func TestAnyChainOfAnyRecord(t *testing.T) { rapid.Check(t, anyChain) }

func anyChain(t *rapid.T) {
	c, err := New(anyConfig(t))
	if err != nil {
		return
	}
	before := anySchema(t, 2)
	copied := clone(before)
	for range 2 { // the second record uses what the chain has derived for the first
		value := anyValue(t, before)
		r := incoming(value, before)
		r.Key = transform.Data{Value: anyValue(t, before), Schema: before, Shared: true}
		key := transform.Clone(r.Key.Value)
		shared := r.Key.Value
		outcome := c.Apply(r)
		require.Equal(t, copied, before, "a transform changed the schema of the record")
		require.Equal(t, key, shared, "a transform changed a shared key")
		if outcome.Refusal != nil {
			require.NotEmpty(t, outcome.Refusal.Path)
			continue
		}
		if outcome.Dropped == "" {
			fits(t, "value", r.Value.Schema, r.Value.Value)
			fits(t, "key", r.Key.Schema, r.Key.Value)
		}
	}
}

// names are the names of fields, of headers and of schemas.
var names = []string{"a", "b", "a.b", "a_b", "c", "", "x!"}

// values are texts of options, by their names, so that most chains are valid.
var values = map[string][]string{
	"spec":             {"a:int8", "b:string,a:float32", "a:boolean,c:int64", "int64", "string", "float64", "bytes"},
	"renames":          {"a:b,b:a", "a:x", "c:a.b", "a:b", ""},
	"fields":           {"a", "a,b", "c,a.b", "x"},
	"headers":          {"h", "h,i", "kafka_key"},
	"operation":        {"move", "copy"},
	"field":            {"a", "b", "a.b", "`a.b`", "c", ""},
	"format":           {"yyyy-MM-dd'T'HH:mm:ss.SSSX", "EEE, d MMM yy hh:mm a z", "DDD yyyyMMddHHmm", "dd.MM.YYYY G", "yyyy'"},
	"timestamp.format": {"yyyyMMdd", "YYYY-'W'ww", "W F E u D k K"},
	"regex":            {"(.*)", "(a)?orders", "\\p{Lower}+", "[\\p{Alpha}.]+", "(", "[a-z&&[b]]"},
	"replacement":      {"$1", "x", "7", "1.5e3", "a\\$", "$9"},
	"delimiter":        {"_", ".", ""},
	"topic.format":     {"${topic}x", "${timestamp}", "y"},
	"schema.version":   {"7", "-1", "x"},
	"include":          {"a,b", "c", ""},
}

func anyConfig(t *rapid.T) (c Config) {
	class := rapid.SampledFrom(Types())
	for i := range rapid.IntRange(1, 4).Draw(t, "transforms") {
		s := Step{Named: Named{Name: fmt.Sprint("t", i), Type: class.Draw(t, "class"), Options: options{}}}
		for _, o := range classes[s.Type].Options {
			if !o.Required && rapid.Bool().Draw(t, "absent") {
				continue
			}
			all := append(append([]string{}, o.OneOf...), values[o.Name]...)
			if len(all) == 0 {
				all = append([]string{"true", "false"}, names...)
			}
			s.Options[o.Name] = rapid.SampledFrom(all).Draw(t, o.Name)
		}
		c.Transforms = append(c.Transforms, s)
	}
	return c
}

// logicalNames are names that give a type a meaning, and others.
var logicalNames = func() []string {
	all := []string{"", "shop.Name"}
	for name := range schema.Meanings {
		if name != "io.debezium.data.VariableScaleDecimal" {
			all = append(all, name)
		}
	}
	return all
}()

func anySchema(t *rapid.T, depth int) *schema.Schema {
	if rapid.IntRange(0, 9).Draw(t, "none") == 0 {
		return nil
	}
	s := &schema.Schema{Optional: rapid.Bool().Draw(t, "optional"), Version: rapid.IntRange(0, 2).Draw(t, "version")}
	s.Type = schema.Type(rapid.IntRange(0, int(schema.Struct)).Draw(t, "type"))
	if depth == 0 && s.Type >= schema.Array {
		s.Type = schema.Int64
	}
	if depth == 2 && rapid.IntRange(0, 3).Draw(t, "root") > 0 {
		s.Type = schema.Struct
	}
	s.Name = rapid.SampledFrom(logicalNames).Draw(t, "name")
	if m := schema.Meanings[s.Name]; m.Base == s.Type {
		s.Meaning, s.Length, s.Scale, s.HasScale = m, 12, 2, true
	}
	below := func() *schema.Schema {
		if its := anySchema(t, depth-1); its != nil {
			return its
		}
		return &schema.Schema{Type: schema.String, Optional: true}
	}
	switch s.Type {
	case schema.Array:
		s.Items = below()
	case schema.Map:
		s.Keys, s.Items = &schema.Schema{Type: schema.String}, below()
	case schema.Struct:
		s.Index = map[string]int{}
		for range rapid.IntRange(0, 4).Draw(t, "fields") {
			name := rapid.SampledFrom(names[:5]).Draw(t, "field")
			if _, twice := s.Index[name]; !twice {
				_ = transform.AddField(s, name, below())
			}
		}
	}
	if s.Type < schema.Array && rapid.Bool().Draw(t, "default") {
		optional := s.Optional
		s.Optional = false
		s.Default = anyValue(t, s)
		s.Optional = optional
	}
	return s
}

func clone(s *schema.Schema) *schema.Schema {
	if s == nil {
		return nil
	}
	c := *s
	c.Items, c.Keys, c.Default = clone(s.Items), clone(s.Keys), transform.Clone(s.Default)
	c.Fields = append([]schema.Field(nil), s.Fields...)
	for i := range c.Fields {
		c.Fields[i].Schema = clone(c.Fields[i].Schema)
	}
	if s.Index != nil {
		c.Index = map[string]int{}
		for name, at := range s.Index {
			c.Index[name] = at
		}
	}
	return &c
}

// anyValue returns a value of a schema, or any value for none.
func anyValue(t *rapid.T, s *schema.Schema) any {
	if s == nil {
		return anyMember(t, 2)
	}
	if s.Optional && rapid.IntRange(0, 3).Draw(t, "null") == 0 {
		return nil
	}
	switch s.Logical {
	case schema.Date, schema.Timestamp:
		return time.UnixMilli(rapid.Int64Range(-1e14, 1e14).Draw(t, "time")).UTC()
	case schema.Time:
		return rapid.SampledFrom([]string{"00:00:00", "23:59:59.999", "-01:00:00"}).Draw(t, "time of day")
	case schema.ZonedTime:
		return rapid.SampledFrom([]any{"no time", time.UnixMilli(0).UTC()}).Draw(t, "zoned")
	case schema.Bits:
		return rapid.SampledFrom([]any{int64(5), []byte{1, 2}}).Draw(t, "bits")
	case schema.Decimal:
		return rapid.SampledFrom([]string{"0.00", "-1.50", "123456789012345678901234567890.12"}).Draw(t, "decimal")
	}
	switch s.Type {
	case schema.Float32, schema.Float64:
		return rapid.Float64().Draw(t, "float")
	case schema.Boolean:
		return rapid.Bool().Draw(t, "boolean")
	case schema.String:
		return rapid.SampledFrom([]string{"", "12", "1e3", "true", "2026-01-31T10:20:30.123Z", "Sat, 31 Jan 26 11:00 PM UTC", rapid.String().Draw(t, "text")}).Draw(t, "string")
	case schema.Bytes:
		return rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "bytes")
	case schema.Array:
		return []any{anyValue(t, s.Items)}
	case schema.Map:
		return map[string]any{"k": anyValue(t, s.Items)}
	case schema.Struct:
		fields := map[string]any{}
		for _, f := range s.Fields {
			fields[f.Name] = anyValue(t, f.Schema)
		}
		return fields
	}
	return rapid.Int64().Draw(t, "integer")
}

func anyMember(t *rapid.T, depth int) any {
	kinds := []schema.Type{schema.Int64, schema.Float64, schema.Boolean, schema.String, schema.Bytes}
	switch kind := rapid.IntRange(0, 7).Draw(t, "kind"); {
	case kind == 7:
		return nil
	case kind < 5:
		return anyValue(t, &schema.Schema{Type: kinds[kind]})
	case depth == 0:
		return []any{}
	case kind == 5:
		return []any{anyMember(t, depth-1)}
	}
	members := map[string]any{}
	for _, name := range names[:5] {
		if rapid.Bool().Draw(t, "member") {
			members[name] = anyMember(t, depth-1)
		}
	}
	return members
}

// fits requires that a value has the form that its schema says.
func fits(t require.TestingT, path string, s *schema.Schema, v any) {
	if s == nil || v == nil {
		return
	}
	ok := true
	switch {
	case s.Logical == schema.Date || s.Logical == schema.Timestamp:
		_, ok = v.(time.Time)
	case s.Logical == schema.ZonedTime || s.Logical == schema.Bits:
	case s.Logical == schema.Decimal || s.Logical == schema.Time || s.Type == schema.String:
		_, ok = v.(string)
	case s.Type <= schema.Int64:
		_, ok = v.(int64)
	case s.Type == schema.Float32 || s.Type == schema.Float64:
		_, ok = v.(float64)
	case s.Type == schema.Boolean:
		_, ok = v.(bool)
	case s.Type == schema.Bytes:
		_, ok = v.([]byte)
	case s.Type == schema.Array:
		_, ok = v.([]any)
	case s.Type == schema.Map:
		_, ok = v.(map[string]any)
	default:
		fields, isMap := v.(map[string]any)
		require.True(t, isMap, "%s is %T", path, v)
		require.Len(t, fields, len(s.Fields), "%s: %v and %v", path, fields, s.Index)
		for i, f := range s.Fields {
			require.Equal(t, i, s.Index[f.Name], path)
			fits(t, path+"."+f.Name, f.Schema, fields[f.Name])
		}
	}
	require.True(t, ok, "%s is %T, and its schema is %s %s", path, v, s.Type, s.Name)
}
