package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"runtime/debug"
	"strconv"

	"github.com/order-sink/order-sink/internal/connect"
)

// failure is the body of an error.
type failure struct {
	Code    int    `json:"error_code"`
	Message string `json:"message"`
}

// write calls an endpoint and writes its answer. A panic is answered with 500, so that one
// request never ends the worker.
func (s *Server) write(w http.ResponseWriter, r *http.Request, call endpoint) {
	defer func() {
		if p := recover(); p != nil {
			s.Log.Error("A request caused a panic", "method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
			writeError(w, http.StatusInternalServerError, "Internal Server Error")
		}
	}()
	a, err := call(r)
	if err != nil {
		s.writeFailure(w, r, err)
		return
	}
	if a.location != "" {
		w.Header().Set("Location", a.location)
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	WriteJSON(w, a.status, a.body)
}

func (s *Server) writeFailure(w http.ResponseWriter, r *http.Request, err error) {
	var known *connect.Error
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &known):
		writeError(w, known.Status, known.Message)
	case errors.As(err, &large):
		writeError(w, http.StatusRequestEntityTooLarge, "The body is larger than "+strconv.Itoa(bodyLimit)+" bytes")
	case errors.Is(err, context.DeadlineExceeded):
		writeError(w, http.StatusInternalServerError, "Request timed out")
	case errors.Is(err, context.Canceled): // the client has gone
		writeError(w, http.StatusInternalServerError, "Request was cancelled")
	default:
		s.Log.Error("A request failed", "method", r.Method, "path", r.URL.Path, "error", err)
		writeError(w, http.StatusInternalServerError, err.Error())
	}
}

// writeStatus writes an error that has no words of its own.
func writeStatus(w http.ResponseWriter, status int) {
	writeError(w, status, "HTTP "+strconv.Itoa(status)+" "+http.StatusText(status))
}

func writeError(w http.ResponseWriter, status int, message string) {
	WriteJSON(w, status, failure{status, message})
}

// WriteError answers with an error: the status of a [connect.Error], otherwise 500.
func WriteError(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	if known, is := errors.AsType[*connect.Error](err); is {
		status = known.Status
	}
	writeError(w, status, err.Error())
}

// WriteJSON answers with a body.
func WriteJSON(w http.ResponseWriter, status int, body any) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		status = http.StatusInternalServerError
		text.Reset()
		text.WriteString(`{"error_code":500,"message":"The answer cannot be encoded"}`)
	}
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(status)
	_, _ = w.Write(bytes.TrimSuffix(text.Bytes(), []byte("\n"))) // the client has gone
}
