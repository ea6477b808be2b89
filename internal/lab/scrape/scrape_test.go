package scrape

import (
	"slices"
	"testing"
)

const text = `# TYPE rows_total counter
rows_total{label="orders",outcome="inserted"} 3
rows_total{label="copy",outcome="inserted"} 4
rows_total{label="orders",outcome="refused"} 0
# TYPE lag gauge
lag{partition="0"} 7
# TYPE seconds histogram
seconds_bucket{le="1"} 1
seconds_bucket{le="+Inf"} 2
seconds_sum 5
seconds_count 2
`

func TestSeriesAreChosenByTheirLabels(t *testing.T) {
	m, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		labels   []string
		expected []float64
	}{
		{"rows_total", nil, []float64{3, 4, 0}},
		{"rows_total", []string{"outcome", "inserted"}, []float64{3, 4}},
		{"rows_total", []string{"label", "orders", "outcome", "inserted"}, []float64{3}},
		{"rows_total", []string{"outcome", "deleted"}, nil},
		{"lag", nil, []float64{7}},
		{"seconds", nil, []float64{2}},
		{"nothing", nil, nil},
	} {
		if got := m.Values(c.name, c.labels...); !slices.Equal(got, c.expected) {
			t.Errorf("%s %q: got %v, expected %v", c.name, c.labels, got, c.expected)
		}
	}
	if sum := m.Sum("rows_total"); sum != 7 {
		t.Errorf("the sum is %v, expected 7", sum)
	}
	if _, err := parse("no metrics\n"); err == nil {
		t.Error("a text that is not in the format of Prometheus was parsed")
	}
}
