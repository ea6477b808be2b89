package avro

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/order-sink/order-sink/plugins/internal/decimal"
	"github.com/order-sink/order-sink/plugins/internal/logical"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// value reads the next value.
func (r *reader) value(p *plan) (any, *record.Refusal) {
	if p.optional {
		n, refused := r.index(2, "a type")
		if refused != nil {
			return nil, refused
		}
		if int64(n) == p.null {
			return r.clone(p.absent)
		}
	}
	switch p.kind {
	case kindInt, kindLong:
		return r.integer(p)
	case kindString:
		return r.string(p)
	case kindBoolean:
		return r.boolean()
	case kindDouble:
		return r.double()
	case kindFloat:
		f, refused := r.float()
		return logical.Float32(f), refused
	case kindEnum:
		n, refused := r.index(len(p.symbols), "a symbol")
		if refused != nil {
			return nil, refused
		}
		return p.symbols[n], nil
	case kindBytes, kindFixed:
		return r.binary(p)
	case kindRecord:
		return r.record(p)
	case kindArray:
		if p.keys != nil {
			return r.entries(p)
		}
		return r.array(p)
	case kindMap:
		return r.mapping(p)
	default:
		return r.union(p)
	}
}

func (r *reader) integer(p *plan) (any, *record.Refusal) {
	v, refused := r.long()
	if refused != nil {
		return nil, refused
	}
	if shift := 64 - p.bits; v<<shift>>shift != v {
		return nil, refusal.New(refusal.OutOfRange, "expected "+p.schema.Type.String()+", got a number beyond it")
	}
	if p.schema.Logical != schema.Plain {
		return logical.Temporal(p.schema, v, true)
	}
	return v, nil
}

func (r *reader) string(p *plan) (any, *record.Refusal) {
	text, refused := r.text()
	if refused != nil {
		return nil, refused
	}
	if p.schema.Logical == schema.ZonedTime {
		return logical.Zoned(text)
	}
	return text, nil
}

// binary reads bytes or a fixed. The value is a copy, since the message is not its own.
func (r *reader) binary(p *plan) (any, *record.Refusal) {
	var b []byte
	var refused *record.Refusal
	if p.kind == kindFixed {
		b, refused = r.take(int64(p.size))
	} else {
		b, refused = r.bytes()
	}
	if refused != nil {
		return nil, refused
	}
	return r.ofBytes(p, b)
}

func (r *reader) ofBytes(p *plan, b []byte) (any, *record.Refusal) {
	switch s := p.schema; s.Logical {
	case schema.Decimal:
		if len(b) == 0 {
			return nil, refusal.New(refusal.TypeMismatch, "expected a Decimal, got no bytes")
		}
		d, err := decimal.FromBytes(b, s.Scale)
		if err != nil {
			return nil, refusal.New(refusal.OutOfRange, "expected a Decimal of at most 2000 characters, got a longer one")
		}
		text, refused := logical.DecimalValue(s, d, true)
		if refused != nil {
			return nil, refused
		}
		// A few bytes with a great scale are a long text.
		return text, r.spend(len(text) / 16)
	case schema.Bits:
		v, fits := logical.Bits(b, s.Length)
		if !fits {
			return nil, refusal.New(refusal.OutOfRange, "expected Bits of the schema's length, got more bits")
		}
		return v, nil
	}
	return append(make([]byte, 0, len(b)), b...), nil
}

func (r *reader) record(p *plan) (any, *record.Refusal) {
	if refused := r.spend(len(p.fields)); refused != nil {
		return nil, refused
	}
	out := make(map[string]any, len(p.schema.Fields))
	for i := range p.fields {
		f := &p.fields[i]
		if f.plan == nil {
			if refused := r.skip(f.skip, 0); refused != nil {
				return nil, refused
			}
			continue
		}
		v, refused := r.value(f.plan)
		if refused != nil {
			return nil, refused.At(refusal.Name(f.name))
		}
		out[f.name] = v
	}
	if p.schema.Logical == schema.VariableDecimal {
		return r.variableDecimal(out)
	}
	return out, nil
}

func (r *reader) variableDecimal(fields map[string]any) (any, *record.Refusal) {
	scale, hasScale := fields["scale"].(int64)
	unscaled, _ := fields["value"].([]byte)
	if !hasScale || len(unscaled) == 0 {
		return nil, refusal.New(refusal.TypeMismatch, "expected a VariableScaleDecimal of scale and value, got other fields")
	}
	text, fits := logical.VariableDecimal(scale, unscaled)
	if !fits {
		return nil, refusal.New(refusal.OutOfRange, "expected a decimal of at most 2000 characters, got a longer one")
	}
	return text, r.spend(len(text) / 16)
}

func (r *reader) array(p *plan) (any, *record.Refusal) {
	out := []any{}
	for {
		n, refused := r.block()
		if n == 0 || refused != nil {
			return out, refused
		}
		out = slices.Grow(out, n)
		for range n {
			v, refused := r.value(p.items)
			if refused != nil {
				return nil, refused.At(refusal.Element(len(out)))
			}
			out = append(out, v)
		}
	}
}

func (r *reader) mapping(p *plan) (any, *record.Refusal) {
	out := map[string]any{}
	for {
		n, refused := r.block()
		if n == 0 || refused != nil {
			return out, refused
		}
		for range n {
			name, refused := r.text()
			if refused == nil {
				refused = r.put(p, out, name)
			}
			if refused != nil {
				return nil, refused.At(refusal.Element(len(out))) // a key may be data
			}
		}
	}
}

func (r *reader) put(p *plan, out map[string]any, name string) *record.Refusal {
	if _, twice := out[name]; twice {
		return bad("a key stands twice")
	}
	v, refused := r.value(p.items)
	out[name] = v
	return refused
}

// entries reads a map that is an array of entries: an object if its keys are text, else a
// list of [key, value].
func (r *reader) entries(p *plan) (any, *record.Refusal) {
	object, pairs, seen := map[string]any{}, []any{}, map[any]bool{}
	isObject := p.keys.schema.Type == schema.String
	for i := 0; ; {
		n, refused := r.block()
		switch {
		case refused != nil:
			return nil, refused
		case n == 0 && isObject:
			return object, nil
		case n == 0:
			return pairs, nil
		}
		for range n {
			key, refused := r.value(p.keys)
			if refused == nil && isObject {
				name, isText := key.(string)
				if !isText {
					return nil, refusal.New(refusal.TypeMismatch, "expected text as the key of a map, got null").At(refusal.Element(i))
				}
				refused = r.put(p, object, name)
			} else if refused == nil {
				refused = r.pair(p, &pairs, seen, key)
			}
			if refused != nil {
				return nil, refused.At(refusal.Element(i))
			}
			i++
		}
	}
}

func (r *reader) pair(p *plan, pairs *[]any, seen map[any]bool, key any) *record.Refusal {
	id := key
	switch k := key.(type) {
	case []byte:
		id = string(k)
	case map[string]any, []any: // as keys these differ
		id = len(*pairs)
	}
	if seen[id] {
		return bad("a key stands twice")
	}
	seen[id] = true
	v, refused := r.value(p.items)
	*pairs = append(*pairs, []any{key, v})
	return refused.At("[1]")
}

func (r *reader) union(p *plan) (any, *record.Refusal) {
	n, refused := r.index(len(p.branches), "a type")
	if refused != nil {
		return nil, refused
	}
	b := &p.branches[n]
	switch {
	case b.plan == nil: // null
		return nil, nil
	case b.name == "": // the only type
		return r.value(b.plan)
	}
	if refused := r.spend(len(p.branches)); refused != nil {
		return nil, refused
	}
	v, refused := r.value(b.plan)
	if refused != nil {
		return nil, refused.At(refusal.Name(b.name))
	}
	out := make(map[string]any, len(p.branches))
	for _, other := range p.branches {
		if other.plan != nil {
			out[other.name] = nil
		}
	}
	out[b.name] = v
	return out, nil
}

// clone copies a default, since each message owns its values.
func (r *reader) clone(v any) (_ any, refused *record.Refusal) {
	switch t := v.(type) {
	case []byte:
		return bytes.Clone(t), r.spend(len(t) / 16)
	case []any:
		out := make([]any, len(t))
		if refused = r.spend(len(t)); refused != nil {
			return nil, refused
		}
		for i, e := range t {
			if out[i], refused = r.clone(e); refused != nil {
				return nil, refused
			}
		}
		return out, nil
	case map[string]any:
		if refused = r.spend(len(t)); refused != nil {
			return nil, refused
		}
		out := make(map[string]any, len(t))
		for name, e := range t {
			if out[name], refused = r.clone(e); refused != nil {
				return nil, refused
			}
		}
		return out, nil
	}
	return v, nil
}

// left refuses a message that goes on after its value.
func (r *reader) left() *record.Refusal {
	if len(r.b) > 0 {
		return bad("expected the end of the message, got " + strconv.Itoa(len(r.b)) + " more bytes")
	}
	return nil
}
