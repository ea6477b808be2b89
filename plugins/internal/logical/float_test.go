package logical

import (
	"math"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAShortestDecimalIdentifiesItsFloat for one float32 in 65,521: nothing is lost, and
// its text is short.
func TestAShortestDecimalIdentifiesItsFloat(t *testing.T) {
	const step = 65_521 // a prime, so that exponents and mantissas vary
	for bits := uint32(0); bits < 0x7F800000; bits += step {
		f := math.Float32frombits(bits)
		v := Float32(f)
		require.Equal(t, bits, math.Float32bits(float32(v)))
		require.Equal(t, strconv.FormatFloat(float64(f), 'g', -1, 32), strconv.FormatFloat(v, 'g', -1, 64))
	}
}
