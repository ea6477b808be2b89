package stream

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/order-sink/order-sink/internal/connect"
	_ "github.com/order-sink/order-sink/internal/tracing"
	_ "github.com/order-sink/order-sink/plugins"
)

// generated is a pipeline that drops one message after another.
const generated = `
input:
  label: numbers
  generate: { mapping: 'root = 1', interval: 1ms }
output:
  label: nowhere
  drop: {}
`

func start(t *testing.T, r *Runner, c Config) *Stream {
	t.Helper()
	c.Logger = slog.New(slog.DiscardHandler)
	s, err := r.Start(c)
	require.NoError(t, err)
	return s
}

// metric returns the value of a counter of a stream, -1 if there is none.
func metric(t *testing.T, r *Runner, name, stream string) float64 {
	t.Helper()
	families, err := r.Gather()
	require.NoError(t, err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, label := range m.GetLabel() {
				if f.GetName() == name && label.GetName() == "stream" && label.GetValue() == stream {
					return m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
				}
			}
		}
	}
	return -1
}

func TestStreamsHaveMetricsOfTheirOwn(t *testing.T) {
	defer goleak.VerifyNone(t)
	r, err := NewRunner()
	require.NoError(t, err)
	a, b := start(t, r, Config{Connector: "a", YAML: generated}), start(t, r, Config{Connector: `b "quoted"`, YAML: generated})
	require.Eventually(t, func() bool {
		return metric(t, r, "output_sent", "a") > 0 && metric(t, r, "output_sent", `b "quoted"`) > 0 &&
			metric(t, r, "output_latency_seconds", "a") > 0
	}, time.Minute, time.Millisecond)
	require.Empty(t, a.Waits())
	require.Positive(t, a.Totals()["input_received"])
	require.NoError(t, a.Stop(5*time.Second, false))
	require.InDelta(t, -1, metric(t, r, "output_sent", "a"), 0, "the metrics of a stream end with it")
	require.NoError(t, b.Stop(5*time.Second, false))
	<-a.Ended()
	<-b.Ended()
}

func TestANameOfAConnectorShowsNoVariable(t *testing.T) {
	r, err := NewRunner()
	require.NoError(t, err)
	const name = `${PASSWORD} ${PASSWORD:x} \`
	s := start(t, r, Config{Connector: name, YAML: generated, Variable: func(string) (string, bool) { return "secret", true }})
	require.Eventually(t, func() bool { return metric(t, r, "output_sent", name) > 0 }, time.Minute, time.Millisecond)
	require.NoError(t, s.Stop(5*time.Second, false))
}

func TestAPipelineThatCannotBeBuilt(t *testing.T) {
	r, err := NewRunner()
	require.NoError(t, err)
	for text, expected := range map[string]string{
		"input: { nope: {} }": "unable to infer component type: nope",
		"output: { mariadb_upsert: { dsn: 'no address', table: t, key: [ id ], columns: [ id ] } }\ninput: { generate: { mapping: 'root = 1' } }": "dsn",
		"- a": "",
	} {
		_, err := r.Start(Config{Connector: "c", YAML: text, Logger: slog.New(slog.DiscardHandler)})
		require.ErrorContains(t, err, expected, text)
	}
	families, err := r.Gather()
	require.NoError(t, err)
	require.Empty(t, families)
}

func TestWaitsNameTheComponent(t *testing.T) {
	r, err := NewRunner()
	require.NoError(t, err)
	s := start(t, r, Config{Connector: "c", Variable: func(name string) (string, bool) { return "u:secret@tcp(127.0.0.1:1)/d", name == "DSN" }, YAML: `
input:
  generate: { mapping: 'root = 1', interval: 1h }
output:
  label: table
  mariadb_upsert: { dsn: '${DSN:}', table: t, key: [ id ], columns: [ id ] }
`})
	var waits []connect.Wait
	require.Eventually(t, func() bool {
		waits = s.Waits()
		return len(waits) == 1 && waits[0].Reason != "not connected yet"
	}, time.Minute, time.Millisecond)
	require.Equal(t, "table", waits[0].Component)
	require.Contains(t, waits[0].Reason, "connection refused")
	require.NotContains(t, fmt.Sprint(waits), "secret")
	require.NoError(t, s.Stop(5*time.Second, false))
}
