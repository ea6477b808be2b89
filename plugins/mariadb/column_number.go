package mariadb

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// number is an exact decimal: sign, digits without leading zeros, and how many
// of them stand behind the point, without zeros at the end.
type number struct {
	negative  bool
	whole     string // digits before the point, "" for none
	fraction  string // digits behind the point, "" for none
	isText    bool
	isInteger bool // written without a point and without an exponent
}

// The bounds of a number: no column holds a number that comes near them, and
// without them an exponent could make this output build gigabytes. The exponent's
// bound is twice the text's, so that no point within the text makes up for it.
const (
	maxNumberText = 2000
	maxExponent   = 2 * maxNumberText
)

// parseNumber reads what a record holds for an exact number: an integer, or the
// text of a decimal, as an exponent too.
func parseNumber(v any) (number, bool) {
	switch v := v.(type) {
	case int64:
		return parseDecimal(strconv.FormatInt(v, 10))
	case int:
		return parseDecimal(strconv.Itoa(v))
	case int32:
		return parseDecimal(strconv.FormatInt(int64(v), 10))
	case uint64:
		return parseDecimal(strconv.FormatUint(v, 10))
	case uint32:
		return parseDecimal(strconv.FormatUint(uint64(v), 10))
	case json.Number:
		return parseDecimal(string(v))
	case string:
		n, ok := parseDecimal(v)
		n.isText = true
		return n, ok
	}
	return number{}, false
}

func parseDecimal(text string) (number, bool) {
	var n number
	if len(text) > maxNumberText {
		return n, false
	}
	if rest, cut := strings.CutPrefix(text, "-"); cut {
		n.negative, text = true, rest
	}
	mantissa, exponent, hasExponent := cutExponent(text)
	whole, fraction, hasPoint := strings.Cut(mantissa, ".")
	if !isDigits(whole) || hasPoint && !isDigits(fraction) {
		return n, false
	}
	if hasExponent {
		shift, err := strconv.Atoi(exponent) // the nearest int where err is ErrRange
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return n, false
		}
		whole, fraction = shiftPoint(whole, fraction, min(max(shift, -maxExponent), maxExponent))
	}
	n.isInteger = !hasPoint && !hasExponent
	n.whole, n.fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if n.whole == "" && n.fraction == "" {
		n.negative = false
	}
	return n, true
}

func cutExponent(text string) (mantissa, exponent string, found bool) {
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		return text[:i], text[i+1:], true
	}
	return text, "", false
}

func shiftPoint(whole, fraction string, shift int) (string, string) {
	digits, point := whole+fraction, len(whole)+shift
	if point < 0 {
		digits, point = strings.Repeat("0", -point)+digits, 0
	}
	if point > len(digits) {
		digits += strings.Repeat("0", point-len(digits))
	}
	return digits[:point], digits[point:]
}

func isDigits(text string) bool {
	if text == "" {
		return false
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return true
}

// String is the number in plain digits, one spelling for a value.
func (n number) String() string {
	text := n.whole
	if text == "" {
		text = "0"
	}
	if n.fraction != "" {
		text += "." + n.fraction
	}
	if n.negative {
		return "-" + text
	}
	return text
}

// compareDecimals compares numbers in the spelling of [number.String].
func compareDecimals(a, b string) int {
	x, _ := parseDecimal(a)
	y, _ := parseDecimal(b)
	if x.negative != y.negative {
		if x.negative {
			return -1
		}
		return 1
	}
	order := cmp.Or(cmp.Compare(len(x.whole), len(y.whole)), strings.Compare(x.whole, y.whole), strings.Compare(x.fraction, y.fraction))
	if x.negative {
		return -order
	}
	return order
}

// exactFloat is the largest magnitude up to which float64 has every integer.
const exactFloat = 1 << 53

// exactDigits is how many digits of a decimal every float64 keeps.
const exactDigits = 15

func (c *column) acceptInteger(value any) (any, *record.Refusal) {
	switch v := value.(type) {
	case int64: // the common case, without a detour and without a copy
		if v < c.min || v >= 0 && uint64(v) > c.max {
			return nil, c.beyond()
		}
		return value, nil
	case bool:
		if c.dataType != "tinyint" && c.family != bitStrings {
			return nil, c.mismatch(v, "an integer")
		}
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case float64:
		// A whole number that float64 holds exactly lost nothing on its way.
		if v != math.Trunc(v) || math.Abs(v) > exactFloat {
			return nil, c.mismatch(v, "an integer")
		}
		return c.acceptInteger(int64(v))
	}
	n, ok := parseNumber(value)
	if !ok {
		return nil, c.mismatch(value, "an integer")
	}
	if n.fraction != "" {
		return nil, refuse(CodeTooPrecise, c.name, "%d digits behind the point, %s keeps none", len(n.fraction), strings.ToUpper(c.columnType))
	}
	if whole, err := strconv.ParseInt(n.String(), 10, 64); err == nil {
		return c.acceptInteger(whole)
	}
	whole, err := strconv.ParseUint(n.String(), 10, 64)
	if err != nil || whole > c.max {
		return nil, c.beyond()
	}
	return whole, nil
}

func (c *column) beyond() *record.Refusal {
	return refuse(CodeOutOfRange, c.name, "%s holds %d to %d", strings.ToUpper(c.columnType), c.min, c.max)
}

// acceptDecimal takes a float for its shortest decimal. A decimal with more digits
// than the column keeps is refused, whatever it comes from: nothing is rounded
// (Invariant 5).
func (c *column) acceptDecimal(v any) (any, *record.Refusal) {
	n, ok := parseNumber(v)
	if f, bits := floatOf(v); bits > 0 {
		if notFinite(f) {
			return nil, refuse(CodeOutOfRange, c.name, "%s has no infinity and no NaN", strings.ToUpper(c.columnType))
		}
		n, ok = parseDecimal(strconv.FormatFloat(f, 'f', -1, bits))
	}
	if !ok {
		return nil, c.mismatch(v, "an exact decimal")
	}
	switch {
	case len(n.whole) > c.precision-c.scale:
		return nil, refuse(CodeOutOfRange, c.name, "%d digits before the point, %s holds %d", len(n.whole), strings.ToUpper(c.columnType), c.precision-c.scale)
	case len(n.fraction) > c.scale:
		return nil, refuse(CodeTooPrecise, c.name, "%d digits behind the point, %s keeps %d", len(n.fraction), strings.ToUpper(c.columnType), c.scale)
	case c.unsigned && n.negative:
		return nil, refuse(CodeOutOfRange, c.name, "%s is not negative", strings.ToUpper(c.columnType))
	}
	return n.String(), nil
}

func (c *column) acceptYear(v any) (any, *record.Refusal) {
	n, ok := parseNumber(v)
	if !ok {
		return nil, c.mismatch(v, "a year")
	}
	year, err := strconv.ParseInt(n.whole, 10, 64)
	// MariaDB would turn 1 to 99 into 2001 to 1999.
	if err != nil || n.negative || year < 1901 || year > 2155 {
		return nil, refuse(CodeOutOfRange, c.name, "YEAR holds 1901 to 2155")
	}
	if n.fraction != "" {
		return nil, refuse(CodeTooPrecise, c.name, "%d digits behind the point, YEAR keeps none", len(n.fraction))
	}
	return year, nil
}
