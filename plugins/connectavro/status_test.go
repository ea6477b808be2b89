package connectavro

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/retry"
)

// ready returns the answer of /ready.
func (s *stream) ready() (status int, text string) {
	answer := httptest.NewRecorder()
	s.mux.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/ready", http.NoBody))
	return answer.Code, answer.Body.String()
}

func (s *stream) becomes(status int, text string) {
	s.Helper()
	require.Eventually(s, func() bool {
		got, body := s.ready()
		return got == status && strings.Contains(body, text)
	}, 10*time.Second, time.Millisecond, "/ready: %d with %q", status, text)
}

// TestAWaitInReady: /ready has the wait and its reason, all the time, although other
// records go through the stream. It has the next wait, too.
func TestAWaitInReady(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seed(1, text)
	s := startStream(t, "urls: [ "+w.URL()+" ]", StatusName+": {}")
	require.Equal(t, []any{"a"}, s.send(framed(1, 2, 'a')))
	s.becomes(200, "")
	for id := 2; id < 4; id++ {
		w.seed(id, `"int"`)
		w.Intercept(down)
		answer := make(chan []any)
		go func() { answer <- s.send(framed(id, 4)) }()
		s.becomes(503, "answered 503 Service Unavailable. Nothing is dropped")
		for range 100 {
			require.Equal(t, []any{"d"}, s.send(framed(1, 2, 'd')), "another batch goes on")
			status, text := s.ready()
			require.Equal(t, 503, status)
			require.Regexp(t, `"error":"waiting for the schema registry since 20.*, next try in .*: http://.*/schemas/ids/`, text)
		}
		require.Empty(t, answer)
		w.ClearInterceptors()
		require.Equal(t, []any{int64(2)}, <-answer)
		s.becomes(200, "")
	}
	lines := s.matching("schema")
	require.Len(t, lines, 4, "the start and the end of each wait: %q", lines)
	require.Regexp(t, `^ERROR Failed to connect to connect_avro_status: waiting for the schema registry since `, lines[0])
	require.Regexp(t, `^INFO Reading schemas: the wait is over, after `, lines[1])
}

// TestWaitsOfTwoDecoders: /ready has the wait that is not over, and an ended decoder has none.
func TestWaitsOfTwoDecoders(t *testing.T) {
	t.Parallel()
	state := func() *retry.State {
		none := func(string, ...any) {}
		return retry.New(time.Second, func(int64, ...string) {}, func(int64, ...string) {}, none, none)
	}
	s, values, keys := &status{newWaits()}, state(), state()
	s.add(values)
	s.add(keys)
	require.NoError(t, s.Connect(t.Context()))
	values.Begin(retry.Only, retry.Reason{Text: "values"})
	_, _, err := s.ReadBatch(t.Context())
	require.ErrorIs(t, err, service.ErrNotConnected)
	require.ErrorContains(t, s.Connect(t.Context()), "values")
	keys.Begin(retry.Only, retry.Reason{Text: "keys"})
	shown := s.Connect(t.Context())
	require.ErrorContains(t, shown, "values")
	values.Succeeded(retry.Only)
	require.ErrorContains(t, shown, "keys", "the text is that of now")
	_, _, err = s.ReadBatch(t.Context())
	require.ErrorIs(t, err, service.ErrNotConnected)
	over := make(chan error)
	go func() { over <- s.Connect(t.Context()) }()
	require.Empty(t, over)
	s.remove(keys)
	require.NoError(t, <-over)
}

// TestStreamsHaveTheirOwnWaits: the resources are of one stream.
func TestStreamsHaveTheirOwnWaits(t *testing.T) {
	t.Parallel()
	resources := service.MockResources()
	require.Same(t, waitsOf(resources), waitsOf(resources.IntoPath("input")))
	require.NotSame(t, waitsOf(resources), waitsOf(service.MockResources()))
}

// TestAStopWhileReadyShowsAWait ends the input as soon as any other.
func TestAStopWhileReadyShowsAWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Intercept(down)
	s := startStream(t, "urls: [ "+w.URL()+" ]", StatusName+": {}")
	m := service.NewMessage(framed(1, 2, 'a'))
	m.MetaSetImmut("results", service.ImmutableAny{V: make(chan any, 1)})
	acknowledged := make(chan error, 1)
	go func() { acknowledged <- s.produce(t.Context(), service.MessageBatch{m}) }()
	s.becomes(503, "waiting for the schema registry since ")
	begun := time.Now()
	_ = s.stop(time.Second)
	require.Less(t, time.Since(begun), 5*time.Second)
}
