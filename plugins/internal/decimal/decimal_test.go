package decimal

import (
	"cmp"
	"math"
	"math/big"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParseTakesDigitsWithAPointAndAnExponent(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "-0": "0", "-0.00": "0.00", "7": "7", "007": "7", "-12.00": "-12.00", "0.5": "0.5", "0.05": "0.05", "00.050": "0.050",
		"1e3": "1000", "1E+3": "1000", "1.5e-3": "0.0015", "12e-1": "1.2", "1.25e1": "12.5", "0e999999999": "0", "-1e0": "-1",
		"9223372036854775807": "9223372036854775807", "-9223372036854775808": "-9223372036854775808",
		"1e0000000000000000000000001": "10", "-0." + strings.Repeat("0", 30): "0." + strings.Repeat("0", 30),
		strings.Repeat("0", 30) + "1": "1", "1" + strings.Repeat("0", 5000): "1" + strings.Repeat("0", 5000),
	} {
		d, err := Parse(text)
		require.NoError(t, err, "%.70q", text)
		assert.Equal(t, want, d.String(), "%.70q", text)
		ofBytes, err := Parse([]byte(text))
		require.NoError(t, err)
		assert.Equal(t, d, ofBytes)
	}
	for _, text := range []string{
		"", "-", "+5", ".5", "5.", "-.5", "1,5", "1.2.3", " 1", "1 ", "--1", "0x1F", "1_000", "NaN", "Inf", "٣", "1.-5", "1\x00.5",
		"e5", "1e", "1e+", "1e+-5", "1e5.0", "1e5e5", "1e99999999999999999999x",
	} {
		_, err := Parse(text)
		assert.ErrorIs(t, err, ErrSyntax, "%q", text)
	}
}

// The reference is the rational arithmetic of math/big, which has no scales and no 64-bit
// limit.
func TestADecimalEqualsRationalArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, rat := draw(t, "d")
		other, otherRat := draw(t, "other")
		equal(t, rat, d)
		equal(t, rat, d.Reduce())
		assert.Equal(t, rat.Sign(), d.Sign())
		assert.Equal(t, rat.Cmp(otherRat), d.Cmp(other), "%s and %s", d, other)
		assert.Zero(t, d.Cmp(d.Reduce()))

		factor := rapid.Int64().Draw(t, "factor")
		product := d.Mul(factor)
		equal(t, new(big.Rat).Mul(rat, new(big.Rat).SetInt64(factor)), product)
		assert.Equal(t, d.scale, product.scale)

		if f, _ := rat.Float64(); !math.IsInf(f, 0) {
			got, err := d.Float64()
			require.NoError(t, err)
			assert.Equal(t, f, got)
		}
	})
}

func TestCmpOrdersByValue(t *testing.T) {
	ascending := []string{
		"-1e9300000000000000000", "-1e999999999", "-12345678901234567890.13", "-12345678901234567890.123", "-1.5", "-1e-999999999", "0e5",
		"1e-9300000000000000000", "1e-999999999", "0.12345678901234567890", "0.1234567890123456789012", "1.4", "1.45", "1.5", "2",
		"12345678901234567890.123", "12345678901234567890.13", "1e999999999", "1e99999999999999999999",
	}
	for i, text := range ascending {
		d, err := Parse(text)
		require.NoError(t, err)
		for j, text := range ascending {
			other, err := Parse(text)
			require.NoError(t, err)
			assert.Equal(t, cmp.Compare(i, j), d.Cmp(other), "%s and %s", d.unscaled(), text)
		}
	}
}

func TestPrecisionAndScaleAreThoseOfTheText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, _ := draw(t, "d")
		_, fraction, _ := strings.Cut(d.String(), ".")
		assert.EqualValues(t, len(fraction), max(d.Scale(), 0))
		digits := strings.Trim(strings.Replace(d.String(), ".", "", 1), "-")
		digits = strings.TrimLeft(digits, "0")
		assert.Equal(t, len(digits)+int(min(d.Scale(), 0)), d.Precision())
		reduced := d.Reduce()
		assert.Equal(t, len(strings.TrimRight(digits, "0")), reduced.Precision())
		assert.Equal(t, reduced, reduced.Reduce())
	})
}

func TestRescaleIsExactOrAnError(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, rat := draw(t, "d")
		scale := rapid.Int64Range(-80, 80).Draw(t, "scale")
		unscaled := new(big.Rat).Mul(rat, power(scale))
		rescaled, err := d.Rescale(scale)
		if !unscaled.IsInt() {
			require.ErrorIs(t, err, ErrInexact)
			return
		}
		require.NoError(t, err)
		equal(t, rat, rescaled)
		assert.Equal(t, unscaled.Num().String(), rescaled.unscaled())
	})
	wide, err := Parse("1e999999999")
	require.NoError(t, err)
	_, err = wide.Rescale(0)
	require.ErrorIs(t, err, ErrTooWide)
	tiny, err := Parse("-1e-999999999")
	require.NoError(t, err)
	_, err = tiny.Rescale(0)
	require.ErrorIs(t, err, ErrInexact)
	assert.Equal(t, 1, wide.Cmp(tiny))
	assert.Equal(t, -1, tiny.Cmp(Decimal{}))
	assert.Equal(t, 1, FromInt(2).Cmp(tiny))
}

func TestIntegersAreExactOrAnError(t *testing.T) {
	for text, want := range map[string]int64{"1e63": math.MinInt64, "1e64": 0, "3e999999999": 0, "1e-999999999": 0, "-0.9223372036854775807": 0} {
		d, err := Parse(text)
		require.NoError(t, err)
		assert.Equal(t, want, d.LowBits(), text)
	}
	low64 := new(big.Int).SetUint64(math.MaxUint64)
	rapid.Check(t, func(t *rapid.T) {
		d, rat := draw(t, "d")
		whole := new(big.Int).Quo(rat.Num(), rat.Denom())
		assert.Equal(t, int64(new(big.Int).And(whole, low64).Uint64()), d.LowBits())
		v, err := d.Int64()
		switch {
		case !rat.IsInt():
			require.ErrorIs(t, err, ErrInexact)
		case !whole.IsInt64():
			require.ErrorIs(t, err, ErrTooWide)
		default:
			require.NoError(t, err)
			assert.Equal(t, whole.Int64(), v)
		}
	})
}

func TestFromBytesReadsTwosComplement(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unscaled := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 0x7F, 0x80, 0xFF, 42}), 0, 24).Draw(t, "unscaled")
		scale := rapid.Int64Range(-30, 30).Draw(t, "scale")
		want := new(big.Int).SetBytes(unscaled)
		if len(unscaled) > 0 && unscaled[0] >= 0x80 {
			want.Sub(want, new(big.Int).Lsh(big.NewInt(1), uint(8*len(unscaled))))
		}
		d, err := FromBytes(unscaled, scale)
		require.NoError(t, err)
		equal(t, new(big.Rat).Quo(new(big.Rat).SetInt(want), power(scale)), d)
	})
	_, err := FromBytes([]byte(strings.Repeat("x", 2001)), 0)
	require.ErrorIs(t, err, ErrTooWide)
}

// draw returns a number near the limits of int64 or of any length, with or without zeros at
// its ends.
func draw(t *rapid.T, label string) (Decimal, *big.Rat) {
	text := rapid.OneOf(
		rapid.StringMatching(`-?[0-9]{1,25}(\.[0-9]{1,25})?(e-?[0-9]{1,2})?`),
		rapid.StringMatching(`-?[0-9]0{0,25}(\.0{1,25}[0-9]?)?(e-?[0-9]{1,2})?`),
		rapid.StringMatching(`-?(9223372036854775|922337203685477)[0-9]{2,4}(\.[0-9]0{0,3})?(e-?[0-9])?`),
	).Draw(t, label)
	d, err := Parse(text)
	require.NoError(t, err)
	rat, ok := new(big.Rat).SetString(text)
	require.True(t, ok)
	return d, rat
}

// equal checks the text of d, and that d has the form for its size.
func equal(t *rapid.T, want *big.Rat, d Decimal) {
	t.Helper()
	got, ok := new(big.Rat).SetString(d.String())
	require.True(t, ok, d.String())
	require.Zero(t, want.Cmp(got), "want %s, got %s", want, d)
	_, err := strconv.ParseInt(d.unscaled(), 10, 64)
	require.Equal(t, err == nil, d.wide == "")
}

func power(n int64) *big.Rat {
	rat, _ := new(big.Rat).SetString("1e" + strconv.FormatInt(n, 10))
	return rat
}
