package connectavro

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/redpanda-data/benthos/v4/public/components/pure" // the tracer and buffer of a stream
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/sr"
)

// TestAnOutageInAPipeline: records with known schemas go on, a record with another schema
// waits, and the metrics and the log say so.
func TestAnOutageInAPipeline(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seed(1, text)
	w.seed(2, `"int"`)
	s := startStream(t, "urls: [ "+w.URL()+" ]")
	require.Equal(t, []any{"a"}, s.send(framed(1, 2, 'a')))
	require.Equal(t, int64(1), s.metric("state running"))

	w.Intercept(down)
	require.Equal(t, []any{"b"}, s.send(framed(1, 2, 'b')), "its schema is known")
	answer := make(chan []any)
	go func() { answer <- s.send(framed(2, 4), framed(1, 2, 'c')) }()
	require.Eventually(t, func() bool { return s.metric("waits_total") > 1 }, 10*time.Second, time.Millisecond)
	require.Equal(t, int64(0), s.metric("state running"))
	require.Equal(t, int64(1), s.metric("state waiting"))
	require.Equal(t, []any{"d"}, s.send(framed(1, 2, 'd')), "another batch goes on")
	require.Empty(t, answer)

	w.ClearInterceptors()
	require.Equal(t, []any{int64(2), "c"}, <-answer)
	require.Equal(t, int64(1), s.metric("state running"))
	require.Equal(t, int64(0), s.metric("state waiting"))
	require.Equal(t, int64(0), s.metric("refused_total"))
	lines := s.matching("schema")
	require.Len(t, lines, 2, "%q", lines)
	require.Regexp(t, `^WARN waiting for the schema registry since .*: http://.*/schemas/ids/2 answered 503 Service Unavailable\. Nothing is dropped`, lines[0])
	require.Regexp(t, `^INFO Reading schemas: the wait is over, after `, lines[1])
}

func down(w http.ResponseWriter, _ *http.Request) bool {
	w.WriteHeader(http.StatusServiceUnavailable)
	return true
}

// TestAStopDuringAnOutage acknowledges nothing: the input reads the batch again after the
// next start.
func TestAStopDuringAnOutage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Intercept(down)
	s := startStream(t, "urls: [ "+w.URL()+" ]")
	acknowledged := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	delivered := make(chan any, 1)
	m := service.NewMessage(framed(1, 2, 'a'))
	m.MetaSetImmut("results", service.ImmutableAny{V: delivered})
	go func() { acknowledged <- s.produce(ctx, service.MessageBatch{m}) }()
	require.Eventually(t, func() bool { return s.metric("waits_total") > 0 }, 10*time.Second, time.Millisecond)
	_ = s.stop(2 * time.Second) // the framework reports that it had to end the wait
	cancel()
	require.Error(t, <-acknowledged)
	require.Empty(t, delivered, "no output has it, not even as a failed message")
}

// TestAWaitingBatchIsReturned when the pipeline must stop: no message of it is marked as
// failed, and the input reads the batch again.
func TestAWaitingBatchIsReturned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Intercept(down)
	p := w.processor("")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m := service.NewMessage(framed(1, 2, 'a'))
	out, err := p.ProcessBatch(ctx, service.MessageBatch{m})
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, out)
	require.NoError(t, m.GetError())
}

// TestTLS: a registry with a certificate of a private authority.
func TestTLS(t *testing.T) {
	t.Parallel()
	secure := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"schema":"\"string\""}`))
	}))
	t.Cleanup(secure.Close)
	w := newWorld(t)
	yaml := "urls: [ " + secure.URL + " ]\ntls: {enabled: true, skip_cert_verify: true}"
	require.Equal(t, "a", w.value(w.process(w.processorOf(yaml, service.MockResources()), framed(1, 2, 'a'), nil)))
}

func TestBasicAuthentication(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	got := make(chan string, 1)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		got <- user + ":" + password
		_, _ = w.Write([]byte(`{"schema":"\"string\"","schemaType":"` + sr.TypeAvro.String() + `"}`))
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	w := newWorld(t)
	yaml := "urls: [ 'http://" + listener.Addr().String() + "' ]\nbasic_auth: {enabled: true, username: u, password: p}"
	require.Equal(t, "a", w.value(w.process(w.processorOf(yaml, service.MockResources()), framed(1, 2, 'a'), nil)))
	require.Equal(t, "u:p", <-got)
}

// stream is a pipeline of the processor alone, with its metrics, its log and its /ready.
type stream struct {
	*testing.T
	mux     *http.ServeMux
	produce service.MessageBatchHandlerFunc
	stop    func(within time.Duration) error
	mutex   sync.Mutex
	values  map[string]int64
	lines   []string
}

// startStream starts a stream with more inputs beside the one of the test.
func startStream(t *testing.T, yaml string, inputs ...string) *stream {
	t.Helper()
	s := &stream{T: t, mux: http.NewServeMux(), values: map[string]int64{}}
	env := service.NewEnvironment()
	require.NoError(t, env.RegisterMetricsExporter("kept", service.NewConfigSpec(), func(*service.ParsedConfig, *service.Logger) (service.MetricsExporter, error) {
		return s, nil
	}))
	builder := env.NewStreamBuilder()
	builder.SetLogger(slog.New(s))
	builder.SetHTTPMux(s.mux)
	builder.SetThreads(4)
	for _, input := range inputs {
		require.NoError(t, builder.AddInputYAML(input))
	}
	require.NoError(t, builder.SetMetricsYAML("kept: {}"))
	require.NoError(t, builder.AddProcessorYAML(Name+":\n  "+strings.ReplaceAll(yaml, "\n", "\n  ")))
	var err error
	s.produce, err = builder.AddBatchProducerFunc()
	require.NoError(t, err)
	require.NoError(t, builder.AddBatchConsumerFunc(func(_ context.Context, got service.MessageBatch) error {
		for _, m := range got {
			value, err := m.AsStructured()
			if m.GetError() != nil {
				err = m.GetError()
			}
			if err != nil {
				value = err.Error()
			}
			results, _ := m.MetaGetImmut("results")
			results.(service.ImmutableAny).V.(chan any) <- value
		}
		return nil
	}))
	built, err := builder.Build()
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- built.Run(context.Background()) }()
	s.stop = func(within time.Duration) error { return built.StopWithin(within) }
	t.Cleanup(func() {
		_ = s.stop(10 * time.Second)
		<-done
	})
	return s
}

// send returns the values of a batch.
func (s *stream) send(raw ...[]byte) (values []any) {
	s.Helper()
	results := make(chan any, len(raw))
	var batch service.MessageBatch
	for _, b := range raw {
		m := service.NewMessage(b)
		m.MetaSetImmut("results", service.ImmutableAny{V: results})
		batch = append(batch, m)
	}
	if err := s.produce(s.Context(), batch); err != nil {
		s.Error(err)
	}
	for range raw {
		values = append(values, <-results)
	}
	return values
}

func (s *stream) metric(name string) int64 {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.values[Name+"_"+name]
}

func (s *stream) matching(text string) (found []string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, line := range s.lines {
		if strings.Contains(line, text) {
			found = append(found, line)
		}
	}
	return found
}
