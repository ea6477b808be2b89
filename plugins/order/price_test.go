package order

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseDecimalTakesPlainNotationOnly(t *testing.T) {
	tests := map[string]error{
		"0":       nil,
		"-0":      nil,
		"7":       nil,
		"-12.00":  nil,
		"0.05":    nil,
		"10.5":    nil,
		"":        errNotPlain,
		"-":       errNotPlain,
		"+5":      errNotPlain,
		".5":      errNotPlain,
		"5.":      errNotPlain,
		"007":     errNotPlain,
		"-00.1":   errNotPlain,
		"1e3":     errNotPlain,
		"1,5":     errNotPlain,
		"1.2.3":   errNotPlain,
		" 1":      errNotPlain, //nolint:gocritic // the blank is what is tested
		"--1":     errNotPlain,
		"0x1F":    errNotPlain,
		"1_000":   errNotPlain,
		"NaN":     errNotPlain,
		"٣":       errNotPlain,
		"1.-5":    errNotPlain,
		"1\x00.5": errNotPlain,

		strings.Repeat("9", 65):                                       nil,
		strings.Repeat("9", 66):                                       errTooWide,
		strings.Repeat("9", 27) + "." + strings.Repeat("9", 38):       nil,
		strings.Repeat("9", 28) + "." + strings.Repeat("9", 38):       errTooWide,
		"0." + strings.Repeat("0", 38):                                nil,
		"0." + strings.Repeat("0", 39):                                errTooWide,
		"1" + strings.Repeat("0", 1_000_000):                          errTooWide,
		"-" + strings.Repeat("9", 26) + "." + strings.Repeat("9", 38): nil,
	}
	for text, want := range tests {
		_, err := parseDecimal(text)
		assert.ErrorIs(t, err, want, "%.70q", text)
	}
}

func TestParseIntegerEndsAt64Bits(t *testing.T) {
	n, err := parseInteger("9223372036854775807")
	require.NoError(t, err)
	assert.Equal(t, int64(math.MaxInt64), n.content())
	n, err = parseInteger("-9223372036854775808")
	require.NoError(t, err)
	assert.Equal(t, int64(math.MinInt64), n.content())
	_, err = parseInteger("9223372036854775808")
	assert.ErrorIs(t, err, errTooWide)
	_, err = parseInteger("12.0")
	assert.ErrorIs(t, err, errNotPlain)
	_, err = parseInteger("1e3")
	assert.ErrorIs(t, err, errNotPlain)
}

func TestDecimalContentIsCanonical(t *testing.T) {
	for _, text := range []string{"0", "0.00", "0.05", "-0.05", "12.00", "-7", "100", "1234567890123456789012345678.9012345678"} {
		n, err := parseDecimal(text)
		require.NoError(t, err)
		assert.Equal(t, text, n.content())
	}
	n, err := parseDecimal("-0.00")
	require.NoError(t, err)
	assert.Equal(t, "0.00", n.content(), "zero has no sign")
}

// The reference is math/big's rational arithmetic, which knows neither scales
// nor 64 bits.
func TestPriceEqualsRationalArithmetic(t *testing.T) {
	t.Run("integers", rapid.MakeCheck(func(t *rapid.T) {
		quantity := rapid.Int64Range(1, math.MaxInt64).Draw(t, "quantity")
		price := rapid.Int64Range(0, math.MaxInt64).Draw(t, "price")
		want := new(big.Int).Mul(big.NewInt(quantity), big.NewInt(price))

		total, fits := whole(price).times(quantity)
		if fits != want.IsInt64() {
			t.Fatalf("%d * %d: fits is %v", quantity, price, fits)
		}
		if fits && total.content() != want.Int64() {
			t.Fatalf("%d * %d: got %v", quantity, price, total.content())
		}
	}))
	t.Run("decimals", rapid.MakeCheck(func(t *rapid.T) {
		quantity := rapid.Int64Range(1, math.MaxInt64).Draw(t, "quantity")
		price := rapid.StringMatching(`(0|[1-9][0-9]{0,40})(\.[0-9]{1,38})?`).Draw(t, "price")
		unit, err := parseDecimal(price)
		if err != nil {
			t.Skip("wider than a decimal may be")
		}
		want, _ := new(big.Rat).SetString(price)
		want.Mul(want, new(big.Rat).SetInt64(quantity))
		_, fraction, _ := strings.Cut(price, ".")
		text := want.FloatString(len(fraction)) // exact: a product keeps the scale

		total, fits := unit.times(quantity)
		if fits != (len(strings.TrimLeft(strings.Replace(text, ".", "", 1), "0")) <= maxDigits) {
			t.Fatalf("%d * %s = %s: fits is %v", quantity, price, text, fits)
		}
		if fits && total.content() != text {
			t.Fatalf("%d * %s: got %v, want %s", quantity, price, total.content(), text)
		}
	}))
	t.Run("comparison", rapid.MakeCheck(func(t *rapid.T) {
		draw := func(label string) (number, *big.Rat) {
			text := rapid.StringMatching(`-?(0|[1-9][0-9]{0,5})(\.[0-9]{1,3})?`).Draw(t, label)
			rat, _ := new(big.Rat).SetString(text)
			if n, err := parseInteger(text); err == nil && rapid.Bool().Draw(t, label+" as integer") {
				return n, rat
			}
			n, err := parseDecimal(text)
			if err != nil {
				t.Fatal(err)
			}
			return n, rat
		}
		a, ratA := draw("a")
		b, ratB := draw("b")
		if got, want := a.Cmp(b.Decimal), ratA.Cmp(ratB); got != want {
			t.Fatalf("got %d, want %d", got, want)
		}
	}))
}
