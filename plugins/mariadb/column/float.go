package column

import (
	"math"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/decimal"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// A float stands for its shortest decimal: the decimal with the fewest digits
// that identifies the float. For the float32 that is nearest to 0.1 that decimal
// is 0.1, and not 0.100000001490116. A producer wrote the shortest decimal, and a
// JDBC sink stores it.

// floatOf is a record's float and its size in bits, 0 for any other value.
func floatOf(v any) (f float64, bits int) {
	switch f := v.(type) {
	case float64:
		return f, 64
	case float32:
		return float64(f), 32
	}
	return 0, 0
}

func notFinite(f float64) bool { return math.IsNaN(f) || math.IsInf(f, 0) }

// double is the float64 nearest to the number that v is.
func (c *Column) double(v any) (float64, *record.Refusal) {
	f, bits := floatOf(v)
	switch {
	case bits == 64, notFinite(f):
		return f, nil
	case bits == 32:
		f, _ = strconv.ParseFloat(strconv.FormatFloat(f, 'g', -1, 32), 64) // no error: the text is Go's own
		return f, nil
	}
	n, ok := ParseNumber(v)
	if !ok {
		return 0, c.wrongType(v, "a number")
	}
	if _, isText := v.(string); isText {
		return 0, c.wrongType(v, "a float")
	}
	f, err := n.Float64()
	if err != nil {
		return 0, refusal.New(refusal.OutOfRange, c.Name, "beyond %s", strings.ToUpper(c.ColumnType))
	}
	if !isNear(f, n) {
		return 0, refusal.New(refusal.TooPrecise, c.Name, "a number of more digits than %s keeps", strings.ToUpper(c.ColumnType))
	}
	return f, nil
}

// leastNormal is the least float64 with all its digits.
const leastNormal = 0x1p-1022

// isNear says whether f, written with as many digits as n has, is n.
func isNear(f float64, n decimal.Decimal) bool {
	digits := n.Precision()
	if digits == 0 || digits <= exactDigits && math.Abs(f) >= leastNormal {
		return true
	}
	near, ok := parseDecimal(strconv.FormatFloat(f, 'e', digits-1, 64))
	return ok && near.Cmp(n) == 0
}

func (c *Column) acceptFloat(v any) (any, *record.Refusal) {
	f, refused := c.double(v)
	if refused != nil {
		return nil, refused
	}
	switch {
	case notFinite(f):
		return nil, refusal.New(refusal.OutOfRange, c.Name, "%s has no infinity and no NaN", strings.ToUpper(c.ColumnType))
	case c.unsigned && f < 0:
		return nil, refusal.New(refusal.OutOfRange, c.Name, "%s is not negative", strings.ToUpper(c.ColumnType))
	}
	bits := 64
	if c.DataType == "float" {
		if f, refused = c.single(f); refused != nil {
			return nil, refused
		}
		bits = 32
	}
	if c.Scale >= 0 { // FLOAT(7,2), DOUBLE(10,3): they round
		if _, fraction, _ := strings.Cut(strconv.FormatFloat(f, 'f', -1, bits), "."); len(fraction) > c.Scale {
			return nil, refusal.New(refusal.TooPrecise, c.Name, "%d digits behind the point, %s keeps %d", len(fraction), strings.ToUpper(c.ColumnType), c.Scale)
		}
	}
	return f, nil
}

// single is the float32 that f stands for: f itself, or the float32 with the
// same shortest decimal. float32(f) would round the decimal a second time.
func (c *Column) single(f float64) (float64, *record.Refusal) {
	decimal := strconv.FormatFloat(f, 'g', -1, 64)
	single, err := strconv.ParseFloat(decimal, 32)
	switch {
	case err != nil:
		return 0, refusal.New(refusal.OutOfRange, c.Name, "beyond %s", strings.ToUpper(c.ColumnType))
	case single != f && strconv.FormatFloat(single, 'g', -1, 32) != decimal:
		return 0, refusal.New(refusal.TooPrecise, c.Name, "more digits than %s keeps", strings.ToUpper(c.ColumnType))
	}
	return single, nil
}
