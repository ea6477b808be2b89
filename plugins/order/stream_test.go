package order

import (
	"context"
	"strings"
	"sync"
	"testing"

	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counters is a metrics exporter that a test can read: "name label…" -> count.
type counters struct {
	mu     sync.Mutex
	counts map[string]int64
}

type counter struct {
	all  *counters
	name string
}

func (c counter) Incr(by int64) {
	c.all.mu.Lock()
	defer c.all.mu.Unlock()
	c.all.counts[c.name] += by
}

type ignored struct{}

func (ignored) Timing(int64) {}
func (ignored) Set(int64)    {}

func (c *counters) NewCounterCtor(name string, _ ...string) service.MetricsExporterCounterCtor {
	return func(labels ...string) service.MetricsExporterCounter {
		return counter{c, strings.Join(append([]string{name}, labels...), " ")}
	}
}

func (*counters) NewTimerCtor(string, ...string) service.MetricsExporterTimerCtor {
	return func(...string) service.MetricsExporterTimer { return ignored{} }
}

func (*counters) NewGaugeCtor(string, ...string) service.MetricsExporterGaugeCtor {
	return func(...string) service.MetricsExporterGauge { return ignored{} }
}

func (*counters) Close(context.Context) error { return nil }

// The processor in a stream of the framework: registered under its name, its
// refusals seen as processing errors, its metrics exported.
func TestStream(t *testing.T) {
	env := service.NewEnvironment()
	exported := &counters{counts: map[string]int64{}}
	require.NoError(t, env.RegisterMetricsExporter("counted", service.NewConfigSpec(),
		func(*service.ParsedConfig, *service.Logger) (service.MetricsExporter, error) { return exported, nil }))

	builder := env.NewStreamBuilder()
	// Piece by piece: a whole configuration would bring an output that rejects.
	require.NoError(t, builder.SetMetricsYAML(`counted: {}`))
	require.NoError(t, builder.SetLoggerYAML(`level: none`))
	builder.SetThreads(1)
	require.NoError(t, builder.AddProcessorYAML(`{ label: price, order_price: {} }`))
	require.NoError(t, builder.AddProcessorYAML(`catch: [ { mapping: 'root = error()' } ]`))
	produce, err := builder.AddBatchProducerFunc()
	require.NoError(t, err)
	var got []string
	require.NoError(t, builder.AddBatchConsumerFunc(func(_ context.Context, batch service.MessageBatch) error {
		for _, msg := range batch {
			content, err := msg.AsBytes()
			if err != nil {
				return err
			}
			got = append(got, string(content))
		}
		return nil
	}))
	stream, err := builder.Build()
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- stream.Run(t.Context()) }()

	require.NoError(t, produce(t.Context(), service.MessageBatch{
		service.NewMessage([]byte(`{"order_id":"1","user_id":"u","product_id":"p","qty":2,"unit_price":3,"total_price":7}`)),
		service.NewMessage([]byte(`{"order_id":"2","user_id":"u","product_id":"p","qty":0,"unit_price":3}`)),
		service.NewMessage([]byte(`{"order_id":"3","user_id":"u","product_id":"p","qty":2,"unit_price":3,"total_price":6}`)),
		service.NewMessage([]byte(`{"order_id":"","user_id":"u","product_id":"p","qty":2,"unit_price":3}`)),
		service.NewMessage([]byte(`{"order_id":"5","user_id":"u","product_id":"p","qty":-2,"unit_price":3}`)),
	}))
	require.NoError(t, stream.Stop(t.Context()))
	require.NoError(t, <-done)

	assert.Equal(t, []string{
		`{"order_id":"1","product_id":"p","qty":2,"total_price":6,"unit_price":3,"user_id":"u"}`,
		`order_range: qty: expected at least 1, got less`,
		`{"order_id":"3","product_id":"p","qty":2,"total_price":6,"unit_price":3,"user_id":"u"}`,
		`order_empty: order_id: expected 1 to 64 characters, got none`,
		`order_range: qty: expected at least 1, got less`,
	}, got)
	const at = " price root.pipeline.processors.0"
	assert.Equal(t, int64(1), exported.counts["order_price_corrected_total"+at])
	assert.Equal(t, int64(2), exported.counts["order_price_refused_total"+at+" order_range"])
	assert.Equal(t, int64(1), exported.counts["order_price_refused_total"+at+" order_empty"])
}
