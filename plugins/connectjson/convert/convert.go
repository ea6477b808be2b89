// Package convert converts the values of a scanned document to Go values, by their schema.
package convert

import (
	"encoding/json"

	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/connectjson/schemajson"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// extraValues is how many values a message may yield beyond one for each of its bytes and
// one for each field of its root. Without such a bound, a schema of many optional fields
// and an array of empty objects multiply: a batch of short messages would take gigabytes
// (Invariant 6).
const extraValues = 10_000

// keptFields is how many entries of fields a Converter keeps for the next document.
const keptFields = 1 << 14

// Converter converts the values of one document after another.
type Converter struct {
	jackson.Tree
	Strict        bool // refuse a value that does not fit its schema; see compat.go
	RefuseUnknown bool // refuse the members of a struct that the schema lacks
	KeepNull      bool // a null is no default
	ConnectOnly   bool // a type of Debezium is what its base type says
	Unknown       int  // members that the schema lacks

	budget  int            // values that the document may still yield
	fields  []jackson.Node // of each struct under way, the value of each field
	checked bool           // see compat.go
}

// Release makes the converter forget the document.
func (c *Converter) Release() {
	c.Tree.Release()
	if cap(c.fields) > keptFields {
		c.fields = nil
	}
}

func (c *Converter) begin(s *schema.Schema) {
	c.budget = c.Length() + extraValues
	if s != nil {
		c.budget += len(s.Fields)
	}
	c.fields, c.checked = c.fields[:0], false
}

// Payload converts the value n by a schema, which is nil if there is none.
func (c *Converter) Payload(s *schema.Schema, n jackson.Node) (any, *record.Refusal) {
	c.Share(n)
	c.begin(s)
	return c.value(s, n)
}

// Schema reads the schema of the node n, which is not null.
func (c *Converter) Schema(n jackson.Node) (*schema.Schema, *record.Refusal) {
	c.begin(nil)
	refuseUnknown, unknown := c.RefuseUnknown, c.Unknown
	c.RefuseUnknown = false // a member of a default that its struct lacks is no data
	parser := schemajson.Parser{Tree: &c.Tree, Strict: c.Strict, ConnectOnly: c.ConnectOnly, Value: c.defaultValue}
	s, r := parser.Parse(n)
	c.RefuseUnknown, c.Unknown = refuseUnknown, unknown
	return s, r
}

// value converts node n by its schema, which is nil if there is none.
func (c *Converter) value(s *schema.Schema, n jackson.Node) (any, *record.Refusal) {
	if r := c.spend(1); r != nil {
		return nil, r
	}
	if s == nil {
		return c.schemaless(n)
	}
	k := c.Kind(n)
	if k == jackson.Null {
		return c.absent(s, refusal.NullField)
	}
	if s.Logical != schema.Plain {
		return c.logical(s, n)
	}
	switch s.Type {
	case schema.Int8, schema.Int16, schema.Int32, schema.Int64:
		return c.integer(s, n)
	case schema.Float32:
		return c.float(s, n, 32)
	case schema.Float64:
		return c.float(s, n, 64)
	case schema.Boolean:
		if c.Strict && k != jackson.True && k != jackson.False {
			return nil, mismatch(s, k)
		}
		return k == jackson.True, nil
	case schema.String, schema.Bytes:
		if k != jackson.String {
			return c.noText(s, k)
		}
		if s.Type == schema.String {
			return c.text(n)
		}
		b, r := c.bytes(n)
		if r != nil {
			return nil, r
		}
		return b, nil
	case schema.Array:
		if k != jackson.Array {
			return c.javaArray(s, n)
		}
		return c.array(s.Items, n)
	case schema.Map:
		return c.mapping(s, n)
	default:
		return c.structure(s, n)
	}
}

func (c *Converter) schemaless(n jackson.Node) (any, *record.Refusal) {
	switch k := c.Kind(n); k {
	case jackson.True, jackson.False:
		return k == jackson.True, nil
	case jackson.Int, jackson.Float:
		return c.untypedNumber(n), nil
	case jackson.String:
		return c.text(n)
	case jackson.Array:
		return c.array(nil, n)
	case jackson.Object:
		return c.object(nil, n, "member")
	}
	return nil, nil
}

// untypedNumber is an int64 for an integer, as in the reference. The reference makes any
// other number a double. strict keeps the text of a number that is no int64, as the
// framework does with plain JSON, so that no digit is lost (Invariant 5).
func (c *Converter) untypedNumber(n jackson.Node) any {
	isInt := c.Kind(n) == jackson.Int
	switch {
	case isInt && !c.Strict:
		return c.number(n).LowBits()
	case !c.Strict:
		v, _ := c.floatOf(n, 64)
		return v
	case isInt:
		if v, err := c.number(n).Int64(); err == nil {
			return v
		}
	}
	return json.Number(c.Text(n))
}

// text is the text of a string. strict wants every surrogate pair whole.
func (c *Converter) text(n jackson.Node) (any, *record.Refusal) {
	text, whole := c.WholeText(n)
	if c.Strict && !whole {
		return nil, refusal.New(refusal.BadJSON, "half a surrogate pair in a string")
	}
	return text, nil
}

func (c *Converter) bytes(n jackson.Node) ([]byte, *record.Refusal) {
	b, ok := c.Base64(n)
	if !ok {
		return nil, refusal.New(refusal.TypeMismatch, "expected base64 text, got other text")
	}
	return b, nil
}

// absent is the value of a field that is missing or null.
func (c *Converter) absent(s *schema.Schema, code string) (any, *record.Refusal) {
	if s.Default != nil && !c.KeepNull {
		return c.clone(s.Default)
	}
	if s.Optional {
		return nil, nil
	}
	got := "null"
	if code == refusal.MissingField {
		got = "nothing"
	}
	return nil, refusal.New(code, "expected "+s.Type.String()+", got "+got)
}

// clone copies a default, since each message owns its values.
func (c *Converter) clone(v any) (_ any, r *record.Refusal) {
	switch t := v.(type) {
	case []byte:
		return append(make([]byte, 0, len(t)), t...), c.spend(len(t) / 16)
	case []any:
		if r = c.spend(len(t)); r != nil {
			return nil, r
		}
		out := make([]any, len(t))
		for i, e := range t {
			if out[i], r = c.clone(e); r != nil {
				return nil, r
			}
		}
		return out, nil
	case map[string]any:
		if r = c.spend(len(t)); r != nil {
			return nil, r
		}
		out := make(map[string]any, len(t))
		for k, e := range t {
			if out[k], r = c.clone(e); r != nil {
				return nil, r
			}
		}
		return out, nil
	}
	return v, nil
}

// spend takes the cost of values from the budget before they are made.
func (c *Converter) spend(values int) *record.Refusal {
	c.budget -= values
	if c.budget < 0 {
		return refusal.New(refusal.OutOfRange, "the message yields too many values")
	}
	return nil
}

func mismatch(s *schema.Schema, k jackson.Kind) *record.Refusal {
	return refusal.New(refusal.TypeMismatch, "expected "+s.Type.String()+", got "+k.String())
}
