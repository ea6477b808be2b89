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
	// MariaDB would turn 1 to 99 into 2001 to 1999.
	if n.Cmp(decimal.FromInt(1901)) < 0 || n.Cmp(decimal.FromInt(2156)) >= 0 {
		return nil, refusal.New(refusal.OutOfRange, c.Name, "YEAR holds 1901 to 2155")
	}
	if n.Scale() > 0 {
		return nil, refusal.New(refusal.TooPrecise, c.Name, "%d digits behind the point, YEAR keeps none", n.Scale())
	}
	year, _ := n.Int64() // no error: it is within the bounds
	return year, nil
}
