package mariadb

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// exporter keeps metrics by name, value of their own label and table: counters and gauges
// as they are, and how often a timer was used.
type exporter struct {
	mutex  sync.Mutex
	values map[string]map[series]int64
}

type series struct{ own, table string }

// observed is an environment whose metrics exporter "kept" is this one.
func observed(t testing.TB) (*service.Environment, *exporter) {
	t.Helper()
	e := &exporter{values: map[string]map[series]int64{}}
	env := service.GlobalEnvironment().Clone()
	require.NoError(t, env.RegisterMetricsExporter("kept", service.NewConfigSpec(), func(*service.ParsedConfig, *service.Logger) (service.MetricsExporter, error) { return e, nil }))
	return env, e
}

func (e *exporter) of(name string) map[string]int64 {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	counts := map[string]int64{}
	for s, n := range e.values[name] {
		counts[s.own] += n
	}
	return counts
}

// byTable is a metric by its own label and its table.
func (e *exporter) byTable(name string) map[series]int64 {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return maps.Clone(e.values[name])
}

// kept is one metric of an [exporter].
type kept func(n int64)

func (k kept) Incr(n int64) { k(n) }
func (k kept) Timing(int64) { k(1) }
func (k kept) Set(n int64)  { k(n) }

func (e *exporter) keep(name string, names, labels []string, change func(value *int64, n int64)) kept {
	var of series
	for i, label := range names {
		switch {
		case label == "table":
			of.table = labels[i]
		case !slices.Contains([]string{"label", "path", "stream"}, label): // the framework's
			of.own = labels[i]
		}
	}
	return func(n int64) {
		e.mutex.Lock()
		defer e.mutex.Unlock()
		if e.values[name] == nil {
			e.values[name] = map[series]int64{}
		}
		value := e.values[name][of]
		change(&value, n)
		e.values[name][of] = value
	}
}

func add(value *int64, n int64) { *value += n }
func set(value *int64, n int64) { *value = n }

func (e *exporter) NewCounterCtor(name string, names ...string) service.MetricsExporterCounterCtor {
	return func(labels ...string) service.MetricsExporterCounter { return e.keep(name, names, labels, add) }
}

func (e *exporter) NewTimerCtor(name string, names ...string) service.MetricsExporterTimerCtor {
	return func(labels ...string) service.MetricsExporterTimer { return e.keep(name, names, labels, add) }
}

func (e *exporter) NewGaugeCtor(name string, names ...string) service.MetricsExporterGaugeCtor {
	return func(labels ...string) service.MetricsExporterGauge { return e.keep(name, names, labels, set) }
}

func (e *exporter) Close(context.Context) error { return nil }

// logLines keeps what an output logs.
type logLines struct {
	mutex sync.Mutex
	lines []string
}

func (l *logLines) Enabled(context.Context, slog.Level) bool { return true }

func (l *logLines) Handle(_ context.Context, r slog.Record) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.lines = append(l.lines, r.Level.String()+" "+r.Message)
	return nil
}

func (l *logLines) WithAttrs([]slog.Attr) slog.Handler { return l }

func (l *logLines) WithGroup(string) slog.Handler { return l }

func (l *logLines) all() []string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return append([]string(nil), l.lines...)
}

func (l *logLines) matching(text string) []string {
	var found []string
	for _, line := range l.all() {
		if strings.Contains(line, text) {
			found = append(found, line)
		}
	}
	return found
}
