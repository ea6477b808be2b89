package logical

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"github.com/order-sink/order-sink/plugins/internal/decimal"
)

// maxDecimalText is the greatest length of a decimal in characters. Java has no such
// limit: an exponent or a scale of two billion would make gigabytes of zeros. No database
// has a decimal that comes near.
const maxDecimalText = 2000

// DecimalText returns a decimal in plain digits. fits is false for a decimal of more than
// 2,000 characters.
func DecimalText(d decimal.Decimal) (text string, fits bool) {
	if int64(d.Precision())-min(d.Scale(), 0) > maxDecimalText-2 || d.Scale() > maxDecimalText-3 {
		return "", false
	}
	return d.String(), true
}

// VariableDecimal returns the value of Debezium's VariableScaleDecimal in plain digits.
// unscaled is an integer, big-endian and in two's complement.
func VariableDecimal(scale int64, unscaled []byte) (text string, fits bool) {
	d, err := decimal.FromBytes(unscaled, scale)
	if err != nil {
		return "", false
	}
	return DecimalText(d)
}

// maxBits is how many bits an integer has.
const maxBits = 64

// Bits returns the value of Debezium's Bits, whose bytes have the lowest bits first. length
// is the number of bits that the schema allows, 0 if it is not known. Up to 64 bits are an
// integer: an int64, or a json.Number if no int64 holds it. Bits of a greater or unknown
// length are bytes with the highest bits first. fits is false for a value with more bits
// than length.
func Bits(littleEndian []byte, length int) (value any, fits bool) {
	b := slices.Clone(littleEndian)
	slices.Reverse(b)
	high := 0 // bytes without a bit
	for high < len(b) && b[high] == 0 {
		high++
	}
	if length == 0 || length > maxBits || len(b)-high > maxBits/8 {
		return b, length == 0 || length > maxBits && len(b)-high <= (length+7)/8
	}
	var v uint64
	for _, bits := range b[high:] {
		v = v<<8 | uint64(bits)
	}
	if v > math.MaxInt64 {
		return json.Number(strconv.FormatUint(v, 10)), length == maxBits
	}
	return int64(v), v>>length == 0
}
