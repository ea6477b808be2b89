package avro

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/order-sink/order-sink/plugins/internal/decimal"
	"github.com/order-sink/order-sink/plugins/internal/logical"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// setDefault sets the default of a schema: that of the field, else connect.default. Like
// the converter, it ignores a default that does not fit its type.
func (c *compiler) setDefault(p *plan, n *node, u use) {
	value, isSet := n.object[propertyDefault]
	if u.fieldDefault != nil {
		value = u.fieldDefault
	}
	v, fits := defaultOf(p, value)
	if !fits || v == nil {
		return
	}
	p.schema.Default = v
	if u.fieldDefault != nil && !isSet {
		set(p.schema, namespace+".field.default", "true")
	}
}

// setUnionDefault sets the default of a field whose type is a union of several types. The
// default has the first of them.
func setUnionDefault(p *plan, value any) {
	first := p.branches[0]
	if first.plan == nil || value == nil {
		return
	}
	v, fits := defaultOf(first.plan, value)
	if !fits {
		return
	}
	members := make(map[string]any, len(p.schema.Fields))
	for _, f := range p.schema.Fields {
		members[f.Name] = nil
	}
	members[first.name] = v
	p.schema.Default = members
	set(p.schema, namespace+".field.default", "true")
}

// defaultOf converts the JSON of a default to a value of a record.
func defaultOf(p *plan, value any) (v any, fits bool) {
	s := p.schema
	if value == nil {
		return nil, p.optional
	}
	switch p.kind {
	case kindBoolean:
		v, fits = value.(bool)
	case kindInt, kindLong:
		return defaultNumber(p, value)
	case kindFloat, kindDouble:
		return defaultFloat(p, value)
	case kindString:
		text, isText := value.(string)
		if isText && s.Logical == schema.ZonedTime {
			t, r := logical.Zoned(text)
			return t, r == nil
		}
		return text, isText
	case kindEnum:
		text, _ := value.(string)
		for _, symbol := range p.symbols {
			fits = fits || symbol == text
		}
		return text, fits
	case kindBytes, kindFixed:
		return defaultBytes(p, value)
	case kindArray:
		return defaultArray(p, value)
	case kindMap:
		object, isObject := value.(map[string]any)
		out := make(map[string]any, len(object))
		for name, member := range object {
			if out[name], fits = defaultOf(p.items, member); !fits {
				return nil, false
			}
		}
		return out, isObject
	case kindRecord:
		return defaultRecord(p, value)
	}
	return v, fits
}

func defaultNumber(p *plan, value any) (any, bool) {
	text, _ := value.(json.Number)
	v, err := strconv.ParseInt(string(text), 10, int(p.bits))
	if err != nil {
		return nil, false
	}
	if p.schema.Logical == schema.Plain {
		return v, true
	}
	t, r := logical.Temporal(p.schema, v, true)
	return t, r == nil
}

func defaultFloat(p *plan, value any) (any, bool) {
	text, _ := value.(json.Number)
	if p.kind == kindDouble {
		v, err := strconv.ParseFloat(string(text), 64)
		return v, err == nil
	}
	v, err := strconv.ParseFloat(string(text), 32)
	return logical.Float32(float32(v)), err == nil
}

// defaultBytes reads text whose characters are the bytes.
func defaultBytes(p *plan, value any) (any, bool) {
	text, isText := value.(string)
	b := make([]byte, 0, len(text))
	for _, c := range text {
		if c > math.MaxUint8 {
			return nil, false
		}
		b = append(b, byte(c))
	}
	if !isText || p.kind == kindFixed && len(b) != p.size {
		return nil, false
	}
	switch s := p.schema; s.Logical {
	case schema.Decimal:
		d, err := decimal.FromBytes(b, s.Scale)
		if err != nil || len(b) == 0 {
			return nil, false
		}
		text, r := logical.DecimalValue(s, d, true)
		return text, r == nil
	case schema.Bits:
		return logical.Bits(b, s.Length)
	}
	return b, true
}

func defaultArray(p *plan, value any) (_ any, fits bool) {
	elements, isArray := value.([]any)
	if !isArray || p.keys != nil {
		return nil, false
	}
	out := make([]any, len(elements))
	for i, element := range elements {
		if out[i], fits = defaultOf(p.items, element); !fits {
			return nil, false
		}
	}
	return out, true
}

func defaultRecord(p *plan, value any) (_ any, fits bool) {
	object, isObject := value.(map[string]any)
	if !isObject || p.schema.Logical != schema.Plain {
		return nil, false
	}
	out := make(map[string]any, len(p.fields))
	for _, f := range p.fields {
		if f.plan == nil {
			continue
		}
		member, isSet := object[f.name]
		if !isSet {
			if out[f.name] = f.plan.schema.Default; out[f.name] == nil && !f.plan.schema.Optional {
				return nil, false
			}
			continue
		}
		if out[f.name], fits = defaultOf(f.plan, member); !fits {
			return nil, false
		}
	}
	return out, true
}
