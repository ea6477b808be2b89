package convert

import (
	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/internal/logical"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// This file has types of Debezium that the reference does not know: to the reference, Bits
// are bytes and a VariableScaleDecimal is a struct. compat refuses no value that the
// reference takes.

func (c *Converter) bits(s *schema.Schema, n jackson.Node) (any, *record.Refusal) {
	if k := c.Kind(n); k != jackson.String {
		return c.noText(s, k)
	}
	b, r := c.bytes(n)
	if r != nil {
		return nil, r
	}
	v, fits := logical.Bits(b, s.Length)
	if c.Strict && !fits {
		return nil, refusal.New(refusal.OutOfRange, "expected Bits of the schema's length, got more bits")
	}
	return v, nil
}

// The fields of a VariableScaleDecimal.
const (
	fieldScale = "scale"
	fieldValue = "value"
)

func (c *Converter) variableDecimal(s *schema.Schema, n jackson.Node) (any, *record.Refusal) {
	fields, r := c.structure(s, n)
	if r != nil {
		return nil, r
	}
	members, _ := fields.(map[string]any)
	scale, hasScale := members[fieldScale].(int64)
	unscaled, _ := members[fieldValue].([]byte)
	if !hasScale || len(unscaled) == 0 {
		if c.Strict {
			return nil, refusal.New(refusal.TypeMismatch, "expected a VariableScaleDecimal of scale and value, got other fields")
		}
		return fields, nil
	}
	text, fits := logical.VariableDecimal(scale, unscaled)
	if !fits {
		if c.Strict {
			return nil, refusal.New(refusal.OutOfRange, "expected a decimal of at most 2000 characters, got a longer one")
		}
		return fields, nil
	}
	return text, c.spend(len(text) / 16) // as for a Decimal
}
