// Package scrape reads the metrics of a running sink as Prometheus does.
package scrape

import (
	"context"
	"fmt"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/order-sink/order-sink/internal/servers/ordersink"
)

// Metrics are the metrics of a sink by name.
type Metrics map[string]*dto.MetricFamily

// Read scrapes a sink once.
func Read(ctx context.Context, s *ordersink.Sink) (Metrics, error) {
	text, err := s.Metrics(ctx)
	if err != nil {
		return nil, err
	}
	return parse(text)
}

func parse(text string) (Metrics, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("parsing the metrics: %w", err)
	}
	return families, nil
}

// Values returns the values of the series of a metric that have these labels, given as
// name, value, name, value. The value of a histogram is its number of observations.
func (m Metrics) Values(name string, labels ...string) (values []float64) {
	for _, series := range m[name].GetMetric() {
		if hasLabels(series, labels) {
			values = append(values, series.GetCounter().GetValue()+series.GetGauge().GetValue()+float64(series.GetHistogram().GetSampleCount()))
		}
	}
	return values
}

// Sum returns the sum of [Metrics.Values].
func (m Metrics) Sum(name string, labels ...string) (sum float64) {
	for _, value := range m.Values(name, labels...) {
		sum += value
	}
	return sum
}

func hasLabels(series *dto.Metric, labels []string) bool {
	has := make(map[string]string)
	for _, pair := range series.GetLabel() {
		has[pair.GetName()] = pair.GetValue()
	}
	for i := 0; i < len(labels); i += 2 {
		if has[labels[i]] != labels[i+1] {
			return false
		}
	}
	return true
}
