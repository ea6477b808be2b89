package rest

import (
	"log/slog"
	"net/http"
	"time"
)

// logged writes an access log at DEBUG. It has no query, no header and no body: they can have
// passwords.
func (s *Server) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.Log.Enabled(r.Context(), slog.LevelDebug) {
			next.ServeHTTP(w, r)
			return
		}
		start := time.Now()
		recorder := &recorder{ResponseWriter: w, status: http.StatusOK}
		method, path := r.Method, r.URL.EscapedPath()
		next.ServeHTTP(recorder, r)
		s.Log.Debug("Request", "method", method, "path", path, "status", recorder.status,
			"client", r.RemoteAddr, "duration", time.Since(start))
	})
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets [http.ResponseController] find the writer.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
