package connectjson

import (
	"context"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// TestMetrics counts unknown members and every refusal.
func TestMetrics(t *testing.T) {
	unknown := []byte(envelope(structOf(), `{"x":1,"y":2}`))
	out, counts := counted(t, "{}", service.MessageBatch{
		service.NewMessage(unknown), service.NewMessage([]byte(seedEnvelope)), service.NewMessage(unknown), service.NewMessage([]byte("{")), service.NewMessage([]byte("{}")),
	})
	require.Len(t, out, 5)
	require.Equal(t, int64(4), counts.get(Name+"_unknown_fields_total"))
	require.Equal(t, int64(1), counts.get(Name+"_refused_total bad_json"))
	require.Equal(t, int64(1), counts.get(Name+"_refused_total bad_envelope"))
}

// TestContentWithoutBytesIsRefusedAndCounted: content of another component that has no
// JSON form is no tombstone, which would pass as null, or delete a row.
func TestContentWithoutBytesIsRefusedAndCounted(t *testing.T) {
	noBytes := service.NewMessage(nil)
	noBytes.SetStructured(map[string]any{"price": math.Inf(1)})
	noBytes.MetaSetMut("original", "a producer's header")
	tombstone := service.NewMessage(nil)
	out, counts := counted(t, "store_original_metadata: original", service.MessageBatch{noBytes, tombstone})
	require.EqualError(t, out[0].GetError(), "bad_json: value: expected bytes, got content that has none")
	_, there := out[0].MetaGet("original")
	require.False(t, there, "a producer's header must not pass for the bytes")
	require.NoError(t, out[1].GetError())
	require.Equal(t, int64(1), counts.get(Name+"_refused_total bad_json"))
}

// TestEveryRefusalIsCounted: as many refusals by code as messages that failed here,
// whatever the bytes.
func TestEveryRefusalIsCounted(t *testing.T) {
	var batch service.MessageBatch
	for i, c := range referenceCases() {
		if c.setting == "enable" && i%7 == 0 {
			batch = append(batch, service.NewMessage([]byte(c.input)))
		}
	}
	out, counts := counted(t, "unknown_fields: refuse", batch)
	failed := map[string]int64{}
	for _, m := range out {
		if err := m.GetError(); err != nil {
			code, _, _ := strings.Cut(err.Error(), ":")
			failed[code]++
		}
	}
	require.Greater(t, len(failed), 5)
	for code, n := range failed {
		require.Equal(t, n, counts.get(Name+"_refused_total "+code), code)
	}
}

// counted runs a batch through the processor in a pipeline, with an exporter that keeps
// the counts.
func counted(t *testing.T, yaml string, batch service.MessageBatch) (service.MessageBatch, *counters) {
	t.Helper()
	counts := &counters{by: map[string]int64{}}
	env := service.NewEnvironment()
	require.NoError(t, env.RegisterMetricsExporter("kept", service.NewConfigSpec(), func(*service.ParsedConfig, *service.Logger) (service.MetricsExporter, error) {
		return counts, nil
	}))
	builder := env.NewStreamBuilder()
	require.NoError(t, builder.SetMetricsYAML("kept: {}"))
	require.NoError(t, builder.SetLoggerYAML("level: off"))
	require.NoError(t, builder.AddProcessorYAML(Name+": {"+strings.Trim(yaml, "{}")+"}"))
	produce, err := builder.AddBatchProducerFunc()
	require.NoError(t, err)
	var out service.MessageBatch
	require.NoError(t, builder.AddBatchConsumerFunc(func(_ context.Context, got service.MessageBatch) error { out = got; return nil }))
	stream, err := builder.Build()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- stream.Run(ctx) }()
	require.NoError(t, produce(ctx, batch))
	require.NoError(t, stream.Stop(ctx))
	require.NoError(t, <-done)
	return out, counts
}

// counters is a metrics exporter.
type counters struct {
	mu sync.Mutex
	by map[string]int64
}

func (c *counters) get(name string) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.by[name]
}

type counter struct {
	name string
	all  *counters
}

func (c counter) Incr(n int64) {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	c.all.by[c.name] += n
}

func (counter) Timing(int64) {}
func (counter) Set(int64)    {}

// last is the metric's name and the last of its labels, which is the component's own.
func last(name string, keys, values []string) string {
	if len(keys) > 0 && keys[len(keys)-1] == "code" {
		return name + " " + values[len(values)-1]
	}
	return name
}

func (c *counters) NewCounterCtor(name string, keys ...string) service.MetricsExporterCounterCtor {
	return func(values ...string) service.MetricsExporterCounter { return counter{last(name, keys, values), c} }
}

func (c *counters) NewTimerCtor(name string, keys ...string) service.MetricsExporterTimerCtor {
	return func(values ...string) service.MetricsExporterTimer { return counter{last(name, keys, values), c} }
}

func (c *counters) NewGaugeCtor(name string, keys ...string) service.MetricsExporterGaugeCtor {
	return func(values ...string) service.MetricsExporterGauge { return counter{last(name, keys, values), c} }
}

func (c *counters) Close(context.Context) error { return nil }
