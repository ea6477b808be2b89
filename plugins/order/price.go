package order

import (
	"cmp"
	"errors"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
)

// The widest decimal that MariaDB's DECIMAL(65,38) holds. The bound also keeps
// the work for hostile input small, since parsing digits is worse than linear.
const (
	maxDigits = 65
	maxScale  = 38
)

var (
	errNotPlain = errors.New("no number in plain notation")
	errTooWide  = errors.New("too many digits")
)

// number is an exact number. Integers stay in an int64, so that the common
// order is priced without an allocation; decimals are math/big integers with a
// scale. A decimal library would bring contexts, rounding and exponents, and
// none of them may happen here: this needs one product and one comparison.
type number struct {
	whole    int64    // the value while unscaled is nil
	unscaled *big.Int // otherwise the value is unscaled / 10^scale
	scale    int
}

// parseInteger reads an integer of JSON's grammar that fits 64 bits.
func parseInteger(text string) (number, error) {
	if !plain(text) || strings.Contains(text, ".") {
		return number{}, errNotPlain
	}
	whole, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return number{}, errTooWide
	}
	return number{whole: whole}, nil
}

// parseDecimal reads a decimal in plain notation; its scale is the number of
// digits after the point.
func parseDecimal(text string) (number, error) {
	if !plain(text) {
		return number{}, errNotPlain
	}
	integral, fraction, _ := strings.Cut(text, ".")
	digits := integral + fraction
	if len(strings.TrimPrefix(digits, "-")) > maxDigits || len(fraction) > maxScale {
		return number{}, errTooWide
	}
	unscaled, _ := new(big.Int).SetString(digits, 10)
	return number{unscaled: unscaled, scale: len(fraction)}, nil
}

// plain says whether text is a JSON number without an exponent: an optional
// minus, digits without a needless leading zero, and an optional fraction.
func plain(text string) bool {
	integral, fraction, pointed := strings.Cut(strings.TrimPrefix(text, "-"), ".")
	if len(integral) > 1 && integral[0] == '0' {
		return false
	}
	return digits(integral) && (!pointed || digits(fraction))
}

func digits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// times multiplies by a quantity; false means that the product is wider than
// its kind can be: 64 bits, or 65 digits. Both factors are 0 or more.
func (n number) times(quantity int64) (number, bool) {
	if n.unscaled == nil {
		high, low := bits.Mul64(uint64(n.whole), uint64(quantity))
		return number{whole: int64(low)}, high == 0 && int64(low) >= 0
	}
	product := new(big.Int).Mul(n.unscaled, big.NewInt(quantity))
	return number{unscaled: product, scale: n.scale}, product.Cmp(firstTooWide) < 0
}

// firstTooWide is 10^65, the least unscaled number of 66 digits.
var firstTooWide = pow10(maxDigits)

func pow10(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// compare orders two numbers by value, whatever their scales: -1, 0 or 1.
func (n number) compare(other number) int {
	if n.unscaled == nil && other.unscaled == nil {
		return cmp.Compare(n.whole, other.whole)
	}
	scale := max(n.scale, other.scale)
	return n.at(scale).Cmp(other.at(scale))
}

// at gives the unscaled integer at a scale that is not below n's own.
func (n number) at(scale int) *big.Int {
	unscaled := n.unscaled
	if unscaled == nil {
		unscaled = big.NewInt(n.whole)
	}
	if scale == n.scale {
		return unscaled
	}
	return new(big.Int).Mul(unscaled, pow10(scale-n.scale))
}

// content gives the number as it stands in a record: int64, or canonical
// decimal text with exactly scale digits after the point.
func (n number) content() any {
	if n.unscaled == nil {
		return n.whole
	}
	text := new(big.Int).Abs(n.unscaled).String()
	if n.scale > 0 {
		if short := n.scale + 1 - len(text); short > 0 {
			text = strings.Repeat("0", short) + text
		}
		text = text[:len(text)-n.scale] + "." + text[len(text)-n.scale:]
	}
	if n.unscaled.Sign() < 0 {
		text = "-" + text
	}
	return text
}
