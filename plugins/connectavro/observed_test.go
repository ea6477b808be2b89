package connectavro

import (
	"context"
	"log/slog"

	"github.com/redpanda-data/benthos/v4/public/service"
)

// A stream is the exporter of its metrics and the handler of its log.

type metric struct {
	name string
	*stream
}

func (m metric) change(to func(int64) int64) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.values[m.name] = to(m.values[m.name])
}

func (m metric) Incr(n int64)   { m.change(func(v int64) int64 { return v + n }) }
func (m metric) Set(n int64)    { m.change(func(int64) int64 { return n }) }
func (m metric) Timing(n int64) { m.Set(n) }

// of returns a metric by its name and the state that it shows.
func (s *stream) of(name string, keys, values []string) metric {
	if len(keys) > 0 && keys[len(keys)-1] == "state" {
		name += " " + values[len(values)-1]
	}
	return metric{name, s}
}

func (s *stream) NewCounterCtor(name string, keys ...string) service.MetricsExporterCounterCtor {
	return func(values ...string) service.MetricsExporterCounter { return s.of(name, keys, values) }
}

func (s *stream) NewTimerCtor(name string, keys ...string) service.MetricsExporterTimerCtor {
	return func(values ...string) service.MetricsExporterTimer { return s.of(name, keys, values) }
}

func (s *stream) NewGaugeCtor(name string, keys ...string) service.MetricsExporterGaugeCtor {
	return func(values ...string) service.MetricsExporterGauge { return s.of(name, keys, values) }
}

func (s *stream) Close(context.Context) error { return nil }

func (s *stream) Enabled(context.Context, slog.Level) bool { return true }

func (s *stream) Handle(_ context.Context, r slog.Record) error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.lines = append(s.lines, r.Level.String()+" "+r.Message)
	return nil
}

func (s *stream) WithAttrs([]slog.Attr) slog.Handler { return s }

func (s *stream) WithGroup(string) slog.Handler { return s }
