package kafka

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	"github.com/redpanda-data/benthos/v4/public/service"
	_ "github.com/redpanda-data/connect/v4/public/components/kafka"
	_ "github.com/redpanda-data/connect/v4/public/components/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
)

// The metrics of the tests.
const (
	metricLag  = "kafka_read_lag"
	metricLost = "kafka_read_lost_total"
)

// reading is a stream and the messages that it has taken.
type reading struct {
	mutex  sync.Mutex
	taken  []string
	log    bytes.Buffer
	accept func(string) // is called before a message is acknowledged
}

func (r *reading) Write(p []byte) (int, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.log.Write(p)
}

func (r *reading) take(_ context.Context, m *service.Message) error {
	content, err := m.AsBytes()
	if err != nil {
		return err
	}
	r.mutex.Lock()
	r.taken = append(r.taken, string(content))
	r.mutex.Unlock()
	if r.accept != nil {
		r.accept(string(content))
	}
	return nil
}

// got returns the messages so far.
func (r *reading) got() []string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return slices.Clone(r.taken)
}

// logged returns how often the log has a text.
func (r *reading) logged(text string) int {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return strings.Count(r.log.String(), text)
}

func (r *reading) start(t *testing.T, config string) {
	t.Helper()
	r.run(t, func(builder *service.StreamBuilder) error {
		return errors.Join(builder.AddInputYAML(config), builder.AddConsumerFunc(r.take))
	})
}

// run runs a stream until the end of the test, or until end is called, and collects
// its log.
func (r *reading) run(t *testing.T, add func(*service.StreamBuilder) error) (end func()) {
	t.Helper()
	builder := service.NewStreamBuilder()
	builder.SetLogger(slog.New(slog.NewTextHandler(r, nil)))
	// As a user has it: from the environment.
	builder.SetEnvVarLookupFunc(func(string) (string, bool) { return strings.ReplaceAll(password, "'", "''"), true })
	require.NoError(t, add(builder))
	stream, err := builder.Build()
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- stream.Run(context.Background()) }()
	end = sync.OnceFunc(func() {
		assert.NoError(t, errors.Join(stream.StopWithin(30*time.Second), <-ended))
	})
	t.Cleanup(end)
	return end
}

func (r *reading) eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	await(t, what, condition, func() string {
		r.mutex.Lock()
		defer r.mutex.Unlock()
		return fmt.Sprintf("got %q, the log:\n%s", r.taken, r.log.String())
	})
}

// await waits until a condition is true. Otherwise the test fails with the details.
func await(t *testing.T, what string, condition func() bool, details ...func() string) {
	t.Helper()
	eventuallytest.Succeeds(t, time.Minute, what, func(context.Context) error {
		if condition() {
			return nil
		}
		return unmet(details)
	})
}

// unmet is a condition that is not true. It makes its text only for a test that fails.
type unmet []func() string

func (u unmet) Error() string {
	text := "it never came to this"
	for _, detail := range u {
		text += "; " + detail()
	}
	return text
}

// watched is a stream whose metrics and health are served, and whose messages can be
// held up.
type watched struct {
	reading
	mux  *http.ServeMux
	gate *gate
	end  func()
}

// gate holds up messages while it is shut.
type gate struct {
	mutex sync.Mutex
	shut  chan struct{} // nil: open
}

func (g *gate) close() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.shut = make(chan struct{})
}

func (g *gate) open() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.shut != nil {
		close(g.shut)
		g.shut = nil
	}
}

func (g *gate) pass() {
	g.mutex.Lock()
	shut := g.shut
	g.mutex.Unlock()
	if shut != nil {
		<-shut
	}
}

func watching(t *testing.T, config string) *watched {
	t.Helper()
	w := &watched{mux: http.NewServeMux(), gate: &gate{}}
	w.accept = func(string) { w.gate.pass() }
	w.end = w.run(t, func(builder *service.StreamBuilder) error {
		builder.SetHTTPMux(w.mux)
		return errors.Join(builder.SetMetricsYAML("prometheus: {}"), builder.AddInputYAML(config), builder.AddConsumerFunc(w.take))
	})
	t.Cleanup(w.gate.open) // before the end
	return w
}

func (w *watched) get(path string) (int, string) {
	answer := httptest.NewRecorder()
	w.mux.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, http.NoBody))
	return answer.Code, answer.Body.String()
}

// metric is a metric of a partition, -1 where it has none.
func (w *watched) metric(name string, partition int) (value int64) {
	_, text := w.get("/metrics")
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, name+"{") && strings.Contains(line, fmt.Sprintf(`partition="%d"`, partition)) {
			var n float64
			if _, err := fmt.Sscan(line[strings.LastIndexByte(line, ' ')+1:], &n); err != nil {
				return -1
			}
			return int64(n)
		}
	}
	return -1
}

// warned is how often the log warns with a text.
func (w *watched) warned(text string) (n int) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for line := range strings.Lines(w.log.String()) {
		if strings.Contains(line, "level=WARN") && strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// reported asserts what was counted, and that the one warning has the texts.
func (w *watched) reported(t *testing.T, lost int64, warnings int, texts ...string) {
	t.Helper()
	assert.Equal(t, lost, w.metric(metricLost, 0), metricLost)
	assert.Equal(t, warnings, w.warned("Records are gone: "), "the warnings")
	for _, text := range texts {
		if w.warned(text) == 0 {
			w.mutex.Lock()
			assert.Fail(t, "no warning has a text", "%q; the log:\n%s", text, w.log.String())
			w.mutex.Unlock()
		}
	}
}
