package field

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/plugins/connecttransform/javavalue"
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/decimal"
	"github.com/order-sink/order-sink/plugins/internal/logical"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// castValue casts a value of a schema, which is nil for none. The rules are those of Java's
// Number classes and of their parse methods.
func castValue(s *schema.Schema, v any, to schema.Type) (any, *record.Refusal) {
	if v == nil {
		return nil, nil
	}
	kind := transform.KindOf(v)
	if s != nil {
		kind = transform.TypeName(s)
	}
	if s != nil && s.Type >= schema.Array || isContainer(v) {
		return nil, cannotCast(kind, to)
	}
	if to == schema.String {
		text, ok := javavalue.Text(s, v)
		if !ok {
			return nil, cannotCast(kind, to)
		}
		return text, nil
	}
	encoded, ok := logical.Encode(s, v)
	if !ok {
		return nil, cannotCast(kind, to)
	}
	var result any
	switch v := encoded.(type) {
	case int64:
		result, ok = castInteger(v, to), true
	case float64:
		if s != nil && s.Type == schema.Float32 {
			v = float64(javavalue.Single(v))
		}
		result, ok = castFloat(v, to), true
	case bool:
		result, ok = castInteger(map[bool]int64{true: 1}[v], to), true
	case json.Number:
		result, ok = castNumber(v.String(), to)
	case string:
		if s != nil && s.Logical == schema.Decimal {
			result, ok = castDecimalText(v, to)
		} else {
			result, ok = castText(v, to)
		}
	default: // bytes
		ok = false
	}
	if !ok {
		return nil, cannotCast(kind, to)
	}
	return result, nil
}

func isContainer(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

func cannotCast(kind string, to schema.Type) *record.Refusal {
	detail := "a value of this type has no " + castName(to)
	if kind == "string" {
		detail = "the text is no " + castName(to)
	}
	return transform.Refuse(transform.BadValue, "expected "+castName(to)+", got "+kind+": "+detail)
}

// castName is the name of a type in the option spec.
func castName(t schema.Type) string {
	for name, its := range castTypes {
		if its == t {
			return name
		}
	}
	return t.String()
}

func castInteger(v int64, to schema.Type) any {
	switch to {
	case schema.Float32:
		return logical.Float32(float32(v))
	case schema.Float64:
		return float64(v)
	case schema.Boolean:
		return v != 0
	}
	return javavalue.Narrow(v, to)
}

func castFloat(v float64, to schema.Type) any {
	switch to {
	case schema.Float32:
		return logical.Float32(float32(v))
	case schema.Float64:
		return v
	case schema.Boolean:
		return javavalue.FromFloat(v, schema.Int64) != 0
	}
	return javavalue.FromFloat(v, to)
}

// castNumber casts a number without a schema that no int64 is: a double to Kafka, or an
// integer.
func castNumber(text string, to schema.Type) (any, bool) {
	if strings.ContainsAny(text, ".eE") {
		v, _ := strconv.ParseFloat(text, 64)
		return castFloat(v, to), true
	}
	return castDecimalText(text, to)
}

// castDecimalText casts a decimal. Its integer has the low bits of the number, as Java's
// BigDecimal.longValue.
func castDecimalText(text string, to schema.Type) (any, bool) {
	d, err := decimal.Parse(text)
	if err != nil {
		return nil, false
	}
	switch to {
	case schema.Float32:
		v, _ := strconv.ParseFloat(text, 32)
		return logical.Float32(float32(v)), true
	case schema.Float64:
		v, _ := strconv.ParseFloat(text, 64)
		return v, true
	}
	return castInteger(d.LowBits(), to), true
}

func castText(text string, to schema.Type) (any, bool) {
	switch to {
	case schema.Float32, schema.Float64:
		bits := 64
		if to == schema.Float32 {
			bits = 32
		}
		v, ok := javavalue.ParseFloat(text, bits)
		return v, ok
	case schema.Boolean:
		return strings.EqualFold(text, "true"), true
	}
	v, ok := javavalue.ParseInteger(text, to)
	return v, ok
}

// times multiplies, and takes the nearest end of the range for a number beyond it.
func times(v, factor int64) int64 {
	switch {
	case v > math.MaxInt64/factor:
		return math.MaxInt64
	case v < math.MinInt64/factor:
		return math.MinInt64
	}
	return v * factor
}
