package measure

import (
	"testing"

	"gonum.org/v1/gonum/stat"
)

// A percentile is the smallest latency that so many of a hundred do not exceed.
func TestPercentile(t *testing.T) {
	var thousand []float64
	for i := range 1000 {
		thousand = append(thousand, float64(i+1))
	}
	for _, c := range []struct {
		sorted   []float64
		share    float64
		expected float64
	}{
		{thousand, 0.5, 500}, {thousand, 0.99, 990}, {thousand, 0.999, 999}, {thousand, 1, 1000}, {thousand, 0, 1},
		{[]float64{3}, 0.5, 3}, {[]float64{3}, 0.999, 3}, {[]float64{3, 4}, 0.5, 3}, {[]float64{3, 4}, 0.51, 4},
	} {
		if got := stat.Quantile(c.share, stat.Empirical, c.sorted, nil); got != c.expected {
			t.Errorf("%v of %d: got %v, expected %v", c.share, len(c.sorted), got, c.expected)
		}
	}
}
