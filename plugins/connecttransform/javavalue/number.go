package javavalue

import (
	"math"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/decimal"
	"github.com/order-sink/order-sink/plugins/internal/logical"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// Bits returns how many bits an integer type has: 8, 16, 32 or 64.
func Bits(t schema.Type) uint { return 8 << t }

// Narrow returns the low bits of an integer, as Java's casts do: 300 is 44 as an int8.
func Narrow(v int64, t schema.Type) int64 {
	shift := 64 - Bits(t)
	return v << shift >> shift
}

// FromFloat returns a double as an integer, as Java's casts do: it cuts the fraction, takes
// the nearest end of an int32 (or of an int64 for that type) for a number beyond it, and
// then the low bits. NaN is 0.
func FromFloat(v float64, t schema.Type) int64 {
	low, high := float64(math.MinInt32), float64(math.MaxInt32)
	if t == schema.Int64 {
		low, high = math.MinInt64, math.MaxInt64
	}
	switch {
	case math.IsNaN(v):
		return 0
	case v <= low:
		return Narrow(int64(low), t)
	case v >= high && t == schema.Int64:
		return math.MaxInt64
	case v >= high:
		return Narrow(math.MaxInt32, t)
	}
	return Narrow(int64(v), t)
}

// ParseInteger reads text as Long.parseLong and its smaller relatives do.
func ParseInteger(text string, t schema.Type) (v int64, ok bool) {
	v, err := strconv.ParseInt(text, 10, int(Bits(t)))
	return v, err == nil
}

// ParseFloat reads text as Double.parseDouble does, or Float.parseFloat for 32 bits. A number
// beyond the range is infinite.
func ParseFloat(text string, bits int) (v float64, ok bool) {
	text = strings.TrimFunc(text, func(r rune) bool { return r <= ' ' })
	unsigned := strings.TrimLeft(text[:min(len(text), 1)], "+-") + text[min(len(text), 1):]
	switch unsigned {
	case "":
		return 0, false
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		return math.Inf(map[bool]int{true: -1, false: 1}[text[0] == '-']), true
	}
	isHex := strings.HasPrefix(unsigned, "0x") || strings.HasPrefix(unsigned, "0X")
	if !isHex && strings.ContainsAny(unsigned[len(unsigned)-1:], "fFdD") {
		text, unsigned = text[:len(text)-1], unsigned[:len(unsigned)-1]
	}
	if unsigned == "" || unsigned[0] != '.' && (unsigned[0] < '0' || unsigned[0] > '9') || strings.Contains(text, "_") {
		return 0, false // what only Go takes
	}
	v, err := strconv.ParseFloat(text, bits)
	if err != nil && !math.IsInf(v, 0) {
		return 0, false
	}
	if bits == 32 {
		return logical.Float32(float32(v)), true
	}
	return v, true
}

// ParseDecimal reads text as new BigDecimal does.
func ParseDecimal(text string) (decimal.Decimal, bool) {
	sign := ""
	if strings.HasPrefix(text, "-") || strings.HasPrefix(text, "+") {
		sign, text = strings.TrimPrefix(text[:1], "+"), text[1:]
	}
	mantissa, exponent := text, ""
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		mantissa, exponent = text[:at], text[at:]
	}
	whole, fraction, pointed := strings.Cut(mantissa, ".")
	if whole == "" && fraction == "" || strings.HasPrefix(whole, "-") {
		return decimal.Decimal{}, false
	}
	if whole == "" {
		whole = "0"
	}
	if pointed && fraction != "" {
		whole += "." + fraction
	}
	d, err := decimal.Parse(sign + whole + exponent)
	return d, err == nil
}

// Single returns the float32 that a float of a record stands for.
func Single(v float64) float32 {
	f, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', -1, 64), 32)
	return float32(f)
}
