package column

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/decimal"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// MaxNumberText bounds the text of a number: no column holds one that comes near.
const MaxNumberText = 2000

// ParseNumber reads what a record holds for an exact number: an integer, or the text of
// a decimal, as an exponent too. The number has no zeros at its end.
func ParseNumber(v any) (decimal.Decimal, bool) {
	switch v := v.(type) {
	case int64:
		return decimal.FromInt(v).Reduce(), true
	case int, int32, uint32, uint64:
		return parseDecimal(fmt.Sprint(v))
	case json.Number:
		return parseDecimal(string(v))
	case string:
		return parseDecimal(v)
	}
	return decimal.Decimal{}, false
}

func parseDecimal(text string) (decimal.Decimal, bool) {
	if len(text) > MaxNumberText {
		return decimal.Decimal{}, false
	}
	d, err := decimal.Parse(text)
	return d.Reduce(), err == nil
}

// compareDecimals compares decimals that a column has accepted.
func compareDecimals(a, b string) int {
	x, _ := decimal.Parse(a)
	y, _ := decimal.Parse(b)
	return x.Cmp(y)
}

// exactFloat is the largest magnitude up to which float64 has every integer.
const exactFloat = 1 << 53

// exactDigits is how many digits of a decimal every float64 keeps.
const exactDigits = 15

func (c *Column) acceptInteger(value any) (any, *record.Refusal) {
	switch v := value.(type) {
	case int64: // the common case, without a detour and without a copy
		if v < c.min || v >= 0 && uint64(v) > c.Max {
			return nil, c.beyond()
		}
		return value, nil
	case bool:
		if c.DataType != "tinyint" && c.Family != BitStrings {
			return nil, c.wrongType(v, "an integer")
		}
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case float64:
		// A whole number that float64 holds exactly lost nothing on its way.
		if v != math.Trunc(v) || math.Abs(v) > exactFloat {
			return nil, c.wrongType(v, "an integer")
		}
		return c.acceptInteger(int64(v))
	}
	n, ok := ParseNumber(value)
	if !ok {
		return nil, c.wrongType(value, "an integer")
	}
	whole, err := n.Int64()
	if err == nil {
		return c.acceptInteger(whole)
	}
	if n.Scale() > 0 {
		return nil, refusal.New(refusal.TooPrecise, c.Name, "%d digits behind the point, %s keeps none", n.Scale(), strings.ToUpper(c.ColumnType))
	}
	if n, err = n.Rescale(0); err != nil {
		return nil, c.beyond()
	}
	unsigned, err := strconv.ParseUint(n.String(), 10, 64)
	if err != nil || unsigned > c.Max {
		return nil, c.beyond()
	}
	return unsigned, nil
}

func (c *Column) beyond() *record.Refusal {
	return refusal.New(refusal.OutOfRange, c.Name, "%s holds %d to %d", strings.ToUpper(c.ColumnType), c.min, c.Max)
}

// acceptDecimal takes a float for its shortest decimal. A decimal with more digits than
// the column keeps is refused, whatever it comes from: nothing is rounded (Invariant 5).
func (c *Column) acceptDecimal(v any) (any, *record.Refusal) {
	n, ok := ParseNumber(v)
	if f, bits := floatOf(v); bits > 0 {
		if notFinite(f) {
			return nil, refusal.New(refusal.OutOfRange, c.Name, "%s has no infinity and no NaN", strings.ToUpper(c.ColumnType))
		}
		n, ok = parseDecimal(strconv.FormatFloat(f, 'f', -1, bits))
	}
	if !ok {
		return nil, c.wrongType(v, "an exact decimal")
	}
	whole := max(int64(n.Precision())-n.Scale(), 0)
	switch {
	case whole > int64(c.Precision-c.Scale):
		return nil, refusal.New(refusal.OutOfRange, c.Name, "%d digits before the point, %s holds %d", whole, strings.ToUpper(c.ColumnType), c.Precision-c.Scale)
	case n.Scale() > int64(c.Scale):
		return nil, refusal.New(refusal.TooPrecise, c.Name, "%d digits behind the point, %s keeps %d", n.Scale(), strings.ToUpper(c.ColumnType), c.Scale)
	case c.unsigned && n.Sign() < 0:
		return nil, refusal.New(refusal.OutOfRange, c.Name, "%s is not negative", strings.ToUpper(c.ColumnType))
	}
	return n.String(), nil
}

func (c *Column) acceptYear(v any) (any, *record.Refusal) {
	n, ok := ParseNumber(v)
	if !ok {
		return nil, c.wrongType(v, "a year")
	}
	if n.Sign() == 0 { // the year 0000 of MariaDB
		return int64(0), nil
	}
	// MariaDB would turn 1 to 99 into 2001 to 1999.
	if n.Cmp(decimal.FromInt(1901)) < 0 || n.Cmp(decimal.FromInt(2156)) >= 0 {
		return nil, refusal.New(refusal.OutOfRange, c.Name, "YEAR holds 1901 to 2155, and 0")
	}
	if n.Scale() > 0 {
		return nil, refusal.New(refusal.TooPrecise, c.Name, "%d digits behind the point, YEAR keeps none", n.Scale())
	}
	year, _ := n.Int64() // no error: it is within the bounds
	return year, nil
}

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
