// Package commonschema describes the schema of a record in the common schema of the
// framework, which other components read.
package commonschema

import (
	"time"

	benthos "github.com/redpanda-data/benthos/v4/public/schema"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// MaxDepth is the depth to which Describe goes. The fingerprints of a description
// cost the square of its depth.
const MaxDepth = 32

// Describe returns a schema in the framework's common form, which Common.ToAny makes.
func Describe(s *schema.Schema) any {
	c := common(s, s.Name, 1)
	return c.ToAny()
}

var commonTypes = [...]benthos.CommonType{
	schema.Int8: benthos.Int32, schema.Int16: benthos.Int32, schema.Int32: benthos.Int32, schema.Int64: benthos.Int64,
	schema.Float32: benthos.Float32, schema.Float64: benthos.Float64, schema.Boolean: benthos.Boolean,
	schema.String: benthos.String, schema.Bytes: benthos.ByteArray,
	schema.Array: benthos.Array, schema.Map: benthos.Map, schema.Struct: benthos.Object,
}

func common(s *schema.Schema, name string, depth int) benthos.Common {
	c := benthos.Common{Name: name, Optional: s.Optional, Type: commonTypes[s.Type]}
	switch {
	case depth > MaxDepth:
		c.Type = benthos.Any
	case s.Logical != schema.Plain:
		c.Type, c.Logical = commonLogical(s)
	case s.Type == schema.Struct:
		for _, f := range s.Fields {
			c.Children = append(c.Children, common(f.Schema, f.Name, depth+1))
		}
	case s.Type == schema.Map && s.Keys.Type != schema.String: // a list of pairs
		c.Type = benthos.Array
		c.Children = []benthos.Common{{Type: benthos.Array, Children: []benthos.Common{{Type: benthos.Any}}}}
	case s.Items != nil:
		c.Children = []benthos.Common{common(s.Items, s.Items.Name, depth+1)}
	}
	return c
}

var timeUnits = map[time.Duration]benthos.TimeUnit{
	time.Millisecond: benthos.TimeUnitMillis,
	time.Microsecond: benthos.TimeUnitMicros,
	time.Nanosecond:  benthos.TimeUnitNanos,
}

func commonLogical(s *schema.Schema) (benthos.CommonType, *benthos.LogicalParams) {
	const most = int64(benthos.DecimalMaxPrecision)
	switch s.Logical {
	case schema.Decimal:
		precision := int64(s.Precision)
		if precision == 0 {
			precision = most
		}
		if !s.HasScale || precision > most || s.Scale < 0 || s.Scale > precision {
			return benthos.BigDecimal, nil
		}
		params := &benthos.DecimalParams{Precision: int32(precision), Scale: int32(s.Scale)}
		return benthos.Decimal, &benthos.LogicalParams{Decimal: params}
	case schema.VariableDecimal:
		return benthos.BigDecimal, nil
	case schema.Bits:
		if s.Length == 0 || s.Length > 64 {
			return benthos.ByteArray, nil
		}
		return benthos.Int64, nil
	case schema.Date:
		return benthos.Date, nil
	case schema.Time:
		params := &benthos.TimeOfDayParams{Unit: timeUnits[s.Unit]}
		return benthos.TimeOfDay, &benthos.LogicalParams{TimeOfDay: params}
	default:
		utc := s.IsConnect || s.Logical == schema.ZonedTime
		params := &benthos.TimestampParams{Unit: timeUnits[s.Unit], AdjustToUTC: utc}
		return benthos.Timestamp, &benthos.LogicalParams{Timestamp: params}
	}
}
