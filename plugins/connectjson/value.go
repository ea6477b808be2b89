package connectjson

import (
	"errors"

	"github.com/order-sink/order-sink/plugins/internal/decimal"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// value converts node n by its schema. within says that the value is a struct's, or a part of one: there Java checks what it
// has made, and a null that a careless accessor returned is refused; elsewhere it stands.
func (c *conversion) value(s *Schema, n int32, within bool) (any, *record.Refusal) {
	if r := c.spend(1); r != nil {
		return nil, r
	}
	k := c.nodes[n].kind
	if k == kindNull {
		return c.absent(s, NullField)
	}
	if s.Logical != Plain {
		return c.logical(s, n, within)
	}
	switch s.Type {
	case Int8, Int16, Int32, Int64:
		v, r := c.integer(s, n)
		if r != nil {
			return nil, r
		}
		return v, nil
	case Float32:
		return c.float(s, n, 32)
	case Float64:
		return c.float(s, n, 64)
	case Boolean:
		if c.strict && k != kindTrue && k != kindFalse {
			return nil, mismatch(s, k)
		}
		return k == kindTrue, nil
	case String:
		if k == kindString {
			return c.checkedString(n)
		}
		return c.silentNull(s, k, within)
	case Bytes:
		if k != kindString {
			return c.silentNull(s, k, within)
		}
		b, ok := decodeBase64(c.textBytes(n))
		if !ok {
			return nil, refuse(TypeMismatch, "expected base64 text, got other text")
		}
		return b, nil
	case Array:
		return c.array(s, n, within)
	case Map:
		return c.mapping(s, n, within)
	default:
		return c.structure(s, n)
	}
}

// absent is the value of what is missing or null.
func (c *conversion) absent(s *Schema, code string) (any, *record.Refusal) {
	if s.fallback != nil {
		return c.clone(s.fallback)
	}
	if s.Optional {
		return nil, nil
	}
	if code == MissingField {
		return nil, refuse(code, "expected "+s.Type.String()+", got nothing")
	}
	return nil, refuse(code, "expected "+s.Type.String()+", got null")
}

// clone copies a default, since each message owns its values.
func (c *conversion) clone(v any) (any, *record.Refusal) {
	switch t := v.(type) {
	case []byte:
		return append(make([]byte, 0, len(t)), t...), c.spend(len(t) / 16)
	case []any:
		if r := c.spend(len(t)); r != nil {
			return nil, r
		}
		out := make([]any, len(t))
		for i, e := range t {
			var r *record.Refusal
			if out[i], r = c.clone(e); r != nil {
				return nil, r
			}
		}
		return out, nil
	case map[string]any:
		if r := c.spend(len(t)); r != nil {
			return nil, r
		}
		out := make(map[string]any, len(t))
		for k, e := range t {
			var r *record.Refusal
			if out[k], r = c.clone(e); r != nil {
				return nil, r
			}
		}
		return out, nil
	}
	return v, nil
}

// silentNull is what Jackson's textValue and binaryValue say of a node of another kind.
func (c *conversion) silentNull(s *Schema, k kind, within bool) (any, *record.Refusal) {
	if c.strict || within && !s.Optional {
		return nil, mismatch(s, k)
	}
	return nil, nil
}

// checkedString is a string's text; strict wants every surrogate pair whole.
func (c *conversion) checkedString(n int32) (any, *record.Refusal) {
	if c.strict && !c.nodes[n].plain {
		text, lone := textOfUnits(units(c.buf[c.nodes[n].start:c.nodes[n].end], false))
		if lone {
			return nil, refuse(BadJSON, "half a surrogate pair in a string")
		}
		return text, nil
	}
	return c.string(n), nil
}

// textBytes is a string's text where no copy is needed.
func (c *conversion) textBytes(n int32) []byte {
	if node := &c.nodes[n]; node.plain {
		return c.buf[node.start:node.end]
	}
	return []byte(c.string(n))
}

func (c *conversion) number(n int32) []byte { return c.buf[c.nodes[n].start:c.nodes[n].end] }

var intBits = [...]uint{Int8: 8, Int16: 16, Int32: 32, Int64: 64}

// integer is a number of an integer type. compat keeps the low bits, and takes what is no number for 0.
func (c *conversion) integer(s *Schema, n int32) (int64, *record.Refusal) {
	k := c.nodes[n].kind
	number := k == kindInt || k == kindFloat
	if !c.strict {
		if !number {
			return 0, nil
		}
		shift := 64 - intBits[s.Type]
		return wrapped(c.number(n)) << shift >> shift, nil
	}
	if !number {
		return 0, mismatch(s, k)
	}
	v, err := exactInt(c.number(n))
	shift := 64 - intBits[s.Type]
	switch {
	case errors.Is(err, decimal.ErrInexact):
		return 0, refuse(TypeMismatch, "expected "+s.Type.String()+", got a number with a fraction")
	case err != nil, v<<shift>>shift != v:
		return 0, refuse(OutOfRange, "expected "+s.Type.String()+", got a number beyond it")
	}
	return v, nil
}

// float is a number of type float or double.
func (c *conversion) float(s *Schema, n int32, bits int) (any, *record.Refusal) {
	if k := c.nodes[n].kind; k != kindInt && k != kindFloat {
		if c.strict {
			return nil, mismatch(s, k)
		}
		return float64(0), nil
	}
	v, within := floatOf(c.number(n), bits)
	if !within && c.strict {
		return nil, refuse(OutOfRange, "expected "+s.Type.String()+", got a number beyond it")
	}
	return v, nil
}
