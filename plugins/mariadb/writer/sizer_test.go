package writer

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStatementsAreSmallerWhereTheServerRefuses(t *testing.T) {
	for _, c := range []struct {
		oneIn, limit int
	}{{0, math.MaxInt}, {100_000, 512}, {1000, 64}, {100, 16}, {1, 16}} {
		var sizer sizer
		for range 20 {
			refused := 0
			if c.oneIn > 0 {
				refused = 100_000 / c.oneIn
			}
			sizer.learn(100_000, refused)
		}
		require.Equal(t, c.limit, sizer.limit(), "one in %d", c.oneIn)
	}
}

// One refusal among many rows is forgotten after some hundred thousand.
func TestSizerEnds(t *testing.T) {
	var sizer sizer
	sizer.learn(0, 0)
	require.Equal(t, math.MaxInt, sizer.limit())
	sizer.learn(2000, 1)
	require.Equal(t, 128, sizer.limit())
	rows := 0
	for sizer.limit() != math.MaxInt {
		sizer.learn(2000, 0)
		rows += 2000
	}
	require.Less(t, rows, 100_000)
}
