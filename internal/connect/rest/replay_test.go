package rest

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect/loggers"
	"github.com/order-sink/order-sink/internal/connect/properties"
	"github.com/order-sink/order-sink/internal/connect/rest/resttest"
)

// serve starts a server over a herder in memory.
func serve(t *testing.T, change func(*Options)) (*httptest.Server, *herder) {
	t.Helper()
	all, err := loggers.New(slog.DiscardHandler, "ERROR")
	require.NoError(t, err)
	h := &herder{all: map[string]*connector{}, loggers: all}
	o := Options{
		Herder: h, Loggers: all, Commit: "abc", Log: slog.New(slog.DiscardHandler),
		Worker: &properties.Worker{TopicTracking: true, TopicTrackingReset: true},
	}
	if change != nil {
		change(&o)
	}
	s, err := New(o)
	require.NoError(t, err)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	return server, h
}

// send repeats a request of the transcript.
func send(t *testing.T, base string, e resttest.Exchange) resttest.Exchange {
	t.Helper()
	var body io.Reader = http.NoBody
	if e.Body != nil {
		body = strings.NewReader(*e.Body)
	}
	request, err := http.NewRequestWithContext(t.Context(), e.Method, base+e.Path, body)
	require.NoError(t, err)
	if e.Headers != nil {
		request.Header = e.Headers.Clone()
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	e.Status, e.Answered, e.Answer = response.StatusCode, response.Header, string(text)
	return e
}

// The transcript has what a real worker answered to the story of
// internal/lab/connect/differential, without its long answers and those of the validation. The
// herder in memory runs no task, so some states are not those of a worker.
func TestTheAnswersOfARealWorker(t *testing.T) {
	transcript, err := resttest.Read("testdata/transcript.json")
	require.NoError(t, err)
	server, h := serve(t, nil)
	used, compared := map[string]int{}, 0
	for _, e := range transcript {
		if strings.HasPrefix(e.Path, "/connectors/orders/offsets") && h.all["orders"] != nil && len(h.all["orders"].offsets) == 0 &&
			strings.Contains(e.Answer, `"kafka_offset":3`) {
			h.all["orders"].offsets["story-orders"] = 3 // the sink has read the records
		}
		ours := send(t, server.URL, e)
		if strings.Contains(e.Answer, `"topics":["story-orders"]`) || strings.Contains(e.Answer, "no known leader URL") {
			continue
		}
		compared++
		for _, d := range resttest.Unexpected(resttest.Compare(e, ours), used) {
			t.Errorf("%v", d)
		}
	}
	require.Greater(t, compared, 350)
}
