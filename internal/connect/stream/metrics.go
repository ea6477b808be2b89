package stream

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redpanda-data/benthos/v4/public/service"
)

const (
	exporterName = "order_sink_worker"

	// streamLabel is the label that the framework's streams mode gives to the metrics of a
	// stream, so that dashboards and alerts work with both.
	streamLabel = "stream"
)

// buckets are those of config/service.yaml, in seconds. They fit a statement of a few rows
// and a lag of hours.
var buckets = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 28800}

// exporter has the metrics of one stream. Each stream has a registry of its own, so that
// nothing of a stream is left after its end, and so that streams can have metrics of one
// name with different labels.
type exporter struct {
	registry *prometheus.Registry
	labelled prometheus.Registerer // registers with the stream's label

	mutex    sync.Mutex
	counters map[string]*family[*prometheus.CounterVec]
	gauges   map[string]*family[*prometheus.GaugeVec]
	timers   map[string]*family[*prometheus.HistogramVec]
	warn     func(format string, args ...any)
}

// family is the metrics of one name.
type family[V prometheus.Collector] struct {
	vector V
	labels int
}

func newExporter(connector string, warn func(string, ...any)) *exporter {
	registry := prometheus.NewRegistry()
	return &exporter{
		registry: registry,
		labelled: prometheus.WrapRegistererWith(prometheus.Labels{streamLabel: connector}, registry),
		counters: map[string]*family[*prometheus.CounterVec]{},
		gauges:   map[string]*family[*prometheus.GaugeVec]{},
		timers:   map[string]*family[*prometheus.HistogramVec]{},
		warn:     warn,
	}
}

// exported is the name that a metric of the framework has in Prometheus: the same as with
// the mapping of config/service.yaml.
func exported(name string) string {
	if base, isTime := strings.CutSuffix(name, "_ns"); isTime {
		return base + "_seconds"
	}
	return name
}

// get returns the metrics of a name, and makes them if they are new. It returns an error
// when the component gives other labels than an earlier component.
func get[V prometheus.Collector](e *exporter, all map[string]*family[V], name string, labels []string, build func(name string) V) (v V, err error) {
	name = exported(name)
	e.mutex.Lock()
	defer e.mutex.Unlock()
	f, exists := all[name]
	if !exists {
		f = &family[V]{vector: build(name), labels: len(labels)}
		if err := e.labelled.Register(f.vector); err != nil {
			return v, fmt.Errorf("registering metric %s: %w", name, err)
		}
		all[name] = f
	}
	if f.labels != len(labels) {
		return v, fmt.Errorf("metric %s has %d labels, expected %d", name, len(labels), f.labels)
	}
	return f.vector, nil
}

// NewCounterCtor implements service.MetricsExporter.
func (e *exporter) NewCounterCtor(name string, labels ...string) service.MetricsExporterCounterCtor {
	vector, err := get(e, e.counters, name, labels, func(name string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: "A counter of the pipeline."}, labels)
	})
	if err != nil {
		e.warn("A metric is missing: %v", err)
		return func(...string) service.MetricsExporterCounter { return nothing{} }
	}
	return func(values ...string) service.MetricsExporterCounter {
		return counter{vector.WithLabelValues(values...)}
	}
}

// NewTimerCtor implements service.MetricsExporter.
func (e *exporter) NewTimerCtor(name string, labels ...string) service.MetricsExporterTimerCtor {
	vector, err := get(e, e.timers, name, labels, func(name string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: "A duration of the pipeline.", Buckets: buckets}, labels)
	})
	if err != nil {
		e.warn("A metric is missing: %v", err)
		return func(...string) service.MetricsExporterTimer { return nothing{} }
	}
	return func(values ...string) service.MetricsExporterTimer {
		return timer{vector.WithLabelValues(values...)}
	}
}

// NewGaugeCtor implements service.MetricsExporter.
func (e *exporter) NewGaugeCtor(name string, labels ...string) service.MetricsExporterGaugeCtor {
	vector, err := get(e, e.gauges, name, labels, func(name string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: "A gauge of the pipeline."}, labels)
	})
	if err != nil {
		e.warn("A metric is missing: %v", err)
		return func(...string) service.MetricsExporterGauge { return nothing{} }
	}
	return func(values ...string) service.MetricsExporterGauge {
		return gauge{vector.WithLabelValues(values...)}
	}
}

// Close implements service.MetricsExporter. The metrics end when the stream is forgotten.
func (e *exporter) Close(context.Context) error { return nil }

type counter struct{ c prometheus.Counter }

func (c counter) Incr(n int64)          { c.c.Add(float64(n)) }
func (c counter) IncrFloat64(n float64) { c.c.Add(n) }

type gauge struct{ g prometheus.Gauge }

func (g gauge) Set(n int64)          { g.g.Set(float64(n)) }
func (g gauge) SetFloat64(n float64) { g.g.Set(n) }

type timer struct{ o prometheus.Observer }

func (t timer) Timing(nanoseconds int64) { t.o.Observe(float64(nanoseconds) / 1e9) }

// nothing takes the place of a metric that cannot be registered.
type nothing struct{}

func (nothing) Incr(int64)   {}
func (nothing) Timing(int64) {}
func (nothing) Set(int64)    {}

// Totals returns the sum of each counter of the stream, by its name.
func (s *Stream) Totals() map[string]float64 {
	totals := map[string]float64{}
	families, err := s.metrics.registry.Gather()
	if err != nil { // of a single metric: the others are there
		s.metrics.warn("Reading metrics: %v", err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if c := m.GetCounter(); c != nil {
				totals[f.GetName()] += c.GetValue()
			}
		}
	}
	return totals
}
