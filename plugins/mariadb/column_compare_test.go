package mariadb

import (
	"testing"

	"pgregory.net/rapid"
)

// valuesOf draws values that columns of a family have accepted.
func valuesOf(f family) *rapid.Generator[any] {
	switch f {
	case integers:
		// Only what no int64 holds is a uint64.
		return rapid.OneOf(rapid.Int64().AsAny(), rapid.Uint64Min(1<<63).AsAny())
	case texts:
		return rapid.StringOf(rapid.SampledFrom([]rune("\x00ab\u00e4\U0001f600"))).AsAny()
	case binaries:
		return rapid.OneOf(rapid.SliceOf(rapid.SampledFrom([]byte{0, 1, 255})).AsAny(), rapid.StringOf(rapid.SampledFrom([]rune("\x00\x01b"))).AsAny())
	}
	return rapid.SampledFrom([]any{"-1.5", "-0", "0", "0.0", "9", "10", "10.00"})
}

// The order of the beginnings of two values is that of the values, as far as it goes.
func TestPropertyTheBeginningOfAKeyAgreesWithTheKey(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom([]family{integers, texts, binaries, decimals}).Draw(t, "family")
		a, b := valuesOf(f).Draw(t, "a"), valuesOf(f).Draw(t, "b")
		order := compareValues(a, b, f)
		if x, y := beginning(a, f), beginning(b, f); x < y && order >= 0 || x > y && order <= 0 {
			t.Fatalf("%v and %v: %d and %d, compared as %d", a, b, x, y, order)
		}
	})
}
