package stream

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"sync"

	"github.com/order-sink/order-sink/internal/connect"
)

// endpoints is the multiplexer of a stream. It keeps the /ready endpoint, and serves
// nothing: only the endpoint tells why components of a stream that the framework's builder
// has made are not connected.
type endpoints struct {
	mutex sync.Mutex
	ready http.HandlerFunc
	added chan struct{} // closed when the components of the stream are made
}

func newEndpoints() *endpoints { return &endpoints{added: make(chan struct{})} }

// HandleFunc implements service.HTTPMultiplexer.
func (e *endpoints) HandleFunc(path string, handler func(http.ResponseWriter, *http.Request)) {
	if path != "/ready" {
		return
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.ready == nil {
		close(e.added)
	}
	e.ready = handler
}

// waits returns the components that are not connected.
func (e *endpoints) waits() []connect.Wait {
	e.mutex.Lock()
	ready := e.ready
	e.mutex.Unlock()
	if ready == nil {
		return nil
	}
	answer := &answer{header: http.Header{}}
	ready(answer, &http.Request{Method: http.MethodGet})
	var state struct {
		Statuses []struct {
			Label, Path, Error string
			Connected          bool
		}
	}
	if err := json.Unmarshal(answer.body.Bytes(), &state); err != nil {
		return []connect.Wait{{Component: "pipeline", Reason: "unknown: " + err.Error()}}
	}
	var waits []connect.Wait
	for _, s := range state.Statuses {
		if !s.Connected {
			waits = append(waits, connect.Wait{
				Component: cmp.Or(s.Label, s.Path),
				Reason:    cmp.Or(s.Error, "not connected yet"),
			})
		}
	}
	return waits
}

// answer is an http.ResponseWriter that keeps the body.
type answer struct {
	header http.Header
	body   bytes.Buffer
}

func (a *answer) Header() http.Header            { return a.header }
func (a *answer) Write(text []byte) (int, error) { return a.body.Write(text) }
func (a *answer) WriteHeader(int)                {}
