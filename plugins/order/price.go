package order

import (
	"errors"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/decimal"
)

// The widest decimal that MariaDB's DECIMAL(65,38) holds.
const (
	maxDigits = 65
	maxScale  = 38
)

var (
	errNotPlain = errors.New("no number in plain notation")
	errTooWide  = errors.New("too many digits")
)

// number is an exact number of a record: an integer of 64 bits, or a decimal as text.
type number struct {
	decimal.Decimal
	isText bool
}

func whole(v int64) number { return number{Decimal: decimal.FromInt(v)} }

// parseInteger reads an integer of JSON's grammar that fits 64 bits.
func parseInteger(text string) (number, error) {
	if strings.Contains(text, ".") {
		return number{}, errNotPlain
	}
	n, err := parseDecimal(text)
	n.isText = false
	if _, wide := n.Int64(); wide != nil {
		err = errTooWide
	}
	return n, err
}

// parseDecimal reads a JSON number without an exponent; its scale is the number of digits
// after the point.
func parseDecimal(text string) (number, error) {
	d, err := decimal.Parse(text)
	digits := strings.TrimPrefix(text, "-")
	leadingZero := len(digits) > 1 && digits[0] == '0' && digits[1] != '.'
	if err != nil || leadingZero || strings.ContainsAny(text, "eE") {
		return number{}, errNotPlain
	}
	if d.Precision() > maxDigits || d.Scale() > maxScale {
		return number{}, errTooWide
	}
	return number{Decimal: d, isText: true}, nil
}

// times multiplies by a quantity. It returns false if the product does not fit: 64 bits for
// an integer, 65 digits for a decimal.
func (n number) times(quantity int64) (number, bool) {
	n.Decimal = n.Mul(quantity)
	if n.isText {
		return n, n.Precision() <= maxDigits
	}
	_, err := n.Int64()
	return n, err == nil
}

// content returns the number in the form that a record has: an int64, or canonical decimal
// text with as many digits after the point as the scale of the decimal.
func (n number) content() any {
	if n.isText {
		return n.String()
	}
	v, _ := n.Int64() // no error: an integer that did not fit was refused
	return v
}
