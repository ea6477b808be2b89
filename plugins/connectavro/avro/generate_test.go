package avro_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
)

// generator makes schemas of Avro, and values of a schema in the binary form. The same seed
// gives the same ones.
type generator struct {
	*rand.Rand
	named map[string]any // the types that are defined so far, by their full names
	done  []string       // the names of those that are complete
}

func newGenerator(seed uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, 15)), named: map[string]any{}}
}

func (g *generator) oneOf(n ...any) any { return n[g.IntN(len(n))] }

type object = map[string]any

// schema returns the JSON of a type of at most this depth.
func (g *generator) schema(depth int) any {
	switch n := g.IntN(14); {
	case n < 5 || depth == 0:
		return g.annotated()
	case n == 5:
		if items := g.schema(depth - 1); !isDouble(items) {
			return object{"type": "array", "items": items}
		}
		return g.annotated()
	case n == 6:
		return object{"type": "map", "values": g.schema(depth - 1)}
	case n == 7:
		return g.define(object{"type": "enum", "symbols": []any{"A", "B", "C"}})
	case n == 8:
		return g.define(object{"type": "fixed", "size": json.Number("3")})
	case n == 9 && len(g.done) > 0:
		return g.done[g.IntN(len(g.done))]
	case n == 10:
		if g.IntN(4) == 0 {
			return []any{"null", g.record(depth - 1)}
		}
		return g.oneOf([]any{"null", g.plain()}, []any{g.plain(), "null"}, []any{"int", "string", "null"}, []any{"boolean", object{"type": "array", "items": "long"}, "double"})
	case n == 11:
		key := g.oneOf("int", "long")
		entry := object{"type": "record", "fields": []any{object{"name": "key", "type": key}, object{"name": "value", "type": g.plain()}}, "connect.internal.type": "MapEntry"}
		return object{"type": "array", "items": g.define(entry)}
	}
	return g.record(depth - 1)
}

// isDouble: the library of Avro in the reference, 1.12.0, reads the doubles of an array as
// floats.
func isDouble(items any) bool {
	o, _ := items.(object)
	return items == "double" || o["type"] == "double"
}

func (g *generator) plain() any {
	return g.oneOf("boolean", "int", "long", "float", "double", "string", "bytes")
}

// annotated returns a primitive type, often with a logical type or with what Kafka
// Connect's converter adds.
func (g *generator) annotated() any {
	return g.oneOf(g.plain(), g.plain(),
		object{"type": "int", "connect.type": "int8"},
		object{"type": "int", "connect.type": "int16", "connect.default": json.Number("-7")},
		object{"type": "int", "logicalType": "date"},
		object{"type": "int", "logicalType": "time-millis"},
		object{"type": "long", "logicalType": "timestamp-millis", "connect.version": json.Number("1"), "connect.name": "org.apache.kafka.connect.data.Timestamp"},
		object{"type": "long", "logicalType": g.oneOf("timestamp-micros", "time-micros", "timestamp-nanos", "local-timestamp-millis", "local-timestamp-micros")},
		object{"type": "bytes", "logicalType": "decimal", "precision": json.Number(fmt.Sprint(g.oneOf(20, 38, 64))), "scale": json.Number(fmt.Sprint(g.IntN(6)))},
		object{"type": "string", "logicalType": "uuid"},
		object{"type": "string", "avro.java.string": "String", "connect.doc": "what it is"},
		object{"type": "double", "connect.parameters": object{"a": "1", "b": "é"}, "connect.version": json.Number("3")},
		object{"type": "long", "connect.name": "io.example.Named", "connect.version": json.Number("2"), "connect.default": json.Number("9223372036854775807")},
	)
}

func (g *generator) define(o object) any {
	name := fmt.Sprintf("T%d", len(g.named))
	full := name
	if g.IntN(2) == 0 {
		o["namespace"], full = "some.space", "some.space."+name
	} else {
		o["namespace"] = ""
	}
	o["name"] = name
	if g.IntN(3) == 0 {
		o["doc"] = "the doc of " + name
	}
	g.named[full] = o
	if o["type"] != "record" {
		g.done = append(g.done, full)
	}
	return o
}

func (g *generator) record(depth int) any {
	o := g.define(object{"type": "record"}).(object)
	fields := []any{}
	for i := range 1 + g.IntN(4) {
		f := object{"name": fmt.Sprintf("f%d", i), "type": g.schema(depth)}
		if g.IntN(4) == 0 {
			f["doc"] = "the doc of a field"
		}
		if d, has := defaults[fmt.Sprint(f["type"])]; has && g.IntN(2) == 0 {
			f["default"] = d
		}
		fields = append(fields, f)
	}
	o["fields"] = fields
	return o
}

// defaults has the default of fields whose type is a bare name.
var defaults = map[string]any{
	"boolean": true, "int": json.Number("-2147483648"), "long": json.Number("9007199254740993"), "float": json.Number("0.1"),
	"double": json.Number("1e300"), "string": "é \" \\", "bytes": "a\u00ff\u0000",
}

// value appends a value of a schema, which is the JSON of a type.
func (g *generator) value(b []byte, schema any) []byte {
	switch s := schema.(type) {
	case []any:
		n := g.IntN(len(s))
		return g.value(binary.AppendVarint(b, int64(n)), s[n])
	case string:
		if named, found := g.named[s]; found {
			return g.value(b, named)
		}
		return g.value(b, object{"type": s})
	case object:
		return g.object(b, s)
	}
	panic(fmt.Sprintf("no type: %v", schema))
}

func (g *generator) object(b []byte, s object) []byte {
	switch s["type"] {
	case "boolean":
		return append(b, byte(g.IntN(2)))
	case "int", "long":
		return binary.AppendVarint(b, g.integer(s))
	case "float":
		return binary.LittleEndian.AppendUint32(b, math.Float32bits(g.oneOf(float32(0.1), float32(g.NormFloat64()), float32(math.Inf(1)), float32(math.NaN())).(float32)))
	case "double":
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(g.oneOf(0.1, g.NormFloat64(), math.Inf(-1), math.NaN()).(float64)))
	case "string":
		text := g.oneOf("", "text", "é 주문 \U0001f4a9", fmt.Sprint(g.Uint64())).(string)
		return append(binary.AppendVarint(b, int64(len(text))), text...)
	case "bytes":
		n := 1 + g.IntN(8)
		if s["precision"] == json.Number("9") {
			n = 3
		}
		return g.bytes(binary.AppendVarint(b, int64(n)), n)
	case "fixed":
		n, _ := s["size"].(json.Number).Int64()
		return g.bytes(b, int(n))
	case "enum":
		return binary.AppendVarint(b, int64(g.IntN(len(s["symbols"].([]any)))))
	case "array", "map":
		return g.blocks(b, s)
	case "record", "error":
		for _, f := range s["fields"].([]any) {
			b = g.value(b, f.(object)["type"])
		}
	default: // null, or a name that stands for a type
		if named, found := g.named[fmt.Sprint(s["type"])]; found {
			return g.value(b, named)
		}
	}
	return b
}

func (g *generator) bytes(b []byte, n int) []byte {
	for range n {
		b = append(b, byte(g.Uint32()))
	}
	return b
}

// integer returns a number that the converter and this processor both accept.
func (g *generator) integer(s object) int64 {
	switch {
	case s["connect.type"] == "int8":
		return int64(int8(g.Uint32()))
	case s["connect.type"] == "int16":
		return int64(int16(g.Uint32()))
	case s["logicalType"] == "date", s["logicalType"] == "DATE", s["connect.name"] == "org.apache.kafka.connect.data.Date":
		return g.Int64N(2_000_000) - 700_000
	case s["logicalType"] == "time-millis", s["connect.name"] == "org.apache.kafka.connect.data.Time":
		return g.Int64N(86_400_000)
	case s["logicalType"] == "timestamp-millis", s["connect.name"] == "org.apache.kafka.connect.data.Timestamp":
		return g.Int64N(200_000_000_000_000) - 60_000_000_000_000
	case s["type"] == "int":
		return int64(int32(g.Uint32()))
	}
	return g.oneOf(int64(g.Uint64()), g.Int64N(1000), int64(math.MinInt64), int64(math.MaxInt64)).(int64)
}

// blocks appends an array or a map, of one block or of two, with and without the size of
// the block.
func (g *generator) blocks(b []byte, s object) []byte {
	total := 0
	for range g.IntN(3) {
		n := 1 + g.IntN(3)
		var block []byte
		for range n {
			if s["type"] == "map" {
				key := fmt.Sprintf("k%d", total)
				block = append(binary.AppendVarint(block, int64(len(key))), key...)
				block = g.value(block, s["values"])
			} else {
				block = g.element(block, s["items"], total)
			}
			total++
		}
		if g.IntN(2) == 0 {
			b = binary.AppendVarint(b, int64(n))
		} else {
			b = binary.AppendVarint(binary.AppendVarint(b, int64(-n)), int64(len(block)))
		}
		b = append(b, block...)
	}
	return append(b, 0)
}

// element appends an element of an array. The keys of entries differ.
func (g *generator) element(b []byte, items any, serial int) []byte {
	entry, isObject := items.(object)
	if !isObject || entry["connect.internal.type"] != "MapEntry" {
		return g.value(b, items)
	}
	fields := entry["fields"].([]any)
	kind := fields[0].(object)["type"]
	if _, isOptional := kind.([]any); isOptional || kind == "string" {
		if isOptional {
			b = binary.AppendVarint(b, 1)
		}
		key := fmt.Sprintf("k%d", serial)
		b = append(binary.AppendVarint(b, int64(len(key))), key...)
	} else {
		b = binary.AppendVarint(b, int64(serial))
	}
	return g.value(b, fields[1].(object)["type"])
}

// find remembers the named types of a schema that the generator has not made.
func (g *generator) find(schema any) {
	switch s := schema.(type) {
	case []any:
		for _, branch := range s {
			g.find(branch)
		}
	case object:
		if name, isNamed := s["name"].(string); isNamed {
			g.named[name] = s
			namespace, _ := s["namespace"].(string)
			g.named[namespace+"."+name] = s
		}
		fields, _ := s["fields"].([]any)
		for _, f := range fields {
			g.find(f.(object)["type"])
		}
		g.find(s["items"])
		g.find(s["values"])
	}
}
