package rest

import (
	"context"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// endpoint answers one method of a path. The error is a [connect.Error], or one that is
// answered with 500.
type endpoint func(r *http.Request) (answer, error)

// route is a path, as a pattern of [http.ServeMux] without a method. A slash at its end makes
// no difference.
type route struct {
	path    string
	methods map[string]endpoint
	// root is set for the paths that accept any content type.
	anyContent bool
}

// answer is an answer other than an error. A nil body is none.
type answer struct {
	status   int
	location string
	body     any
}

func ok(body any) (answer, error) { return answer{status: http.StatusOK, body: body}, nil }

func (s *Server) mux(routes []route, extra map[string]http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, r := range routes {
		handler := s.handler(r)
		mux.Handle(r.path+"{$}", handler)
		if trimmed := strings.TrimSuffix(r.path, "/"); trimmed != "" {
			mux.Handle(trimmed, handler)
		}
	}
	for pattern, handler := range extra {
		mux.Handle(pattern, handler)
	}
	if _, taken := extra["/"]; !taken {
		mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { writeStatus(w, http.StatusNotFound) })
	}
	return plainPaths(mux)
}

// plainPaths gives the mux paths that it does not redirect. A worker of Kafka Connect answers
// 400 to an empty segment, and to bytes that are not UTF-8. To the mux, "." and ".." are no names but parts of a path, while a
// connector may have such a name. Matrix parameters (";a=b") mean nothing here.
func plainPaths(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.EscapedPath()
		if strings.Contains(path, "//") || !utf8.ValidString(r.URL.Path) {
			writeStatus(w, http.StatusBadRequest)
			return
		}
		segments := strings.Split(path, "/")
		for i, segment := range segments {
			segment, _, _ = strings.Cut(segment, ";")
			if segment == "." || segment == ".." {
				segment = strings.ReplaceAll(segment, ".", "%2E")
			}
			segments[i] = segment
		}
		if plain := strings.Join(segments, "/"); plain != path {
			name, err := url.PathUnescape(plain)
			if err != nil {
				writeStatus(w, http.StatusBadRequest)
				return
			}
			r = r.Clone(r.Context())
			r.URL.Path, r.URL.RawPath = name, plain
		}
		next.ServeHTTP(w, r)
	})
}

// handler chooses the endpoint of a method and checks the headers, in the order of JAX-RS.
func (s *Server) handler(route route) http.Handler {
	allowed := []string{http.MethodOptions}
	for method := range maps.Keys(route.methods) {
		allowed = append(allowed, method)
		if method == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
	}
	slices.Sort(allowed)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		method := r.Method
		if method == http.MethodHead {
			method = http.MethodGet
		}
		call, exists := route.methods[method]
		if !exists {
			w.Header().Set("Allow", strings.Join(allowed, ","))
		}
		switch {
		case r.Method == http.MethodOptions:
			w.Header().Set("Content-Type", "text/plain")
			fmt.Fprint(w, strings.Join(allowed, ", ")) //nolint:errcheck // the client has gone
		case !exists:
			writeStatus(w, http.StatusMethodNotAllowed)
		default:
			if status := refused(r, route.anyContent); status != 0 {
				writeStatus(w, status)
				return
			}
			ctx, cancel := context.WithTimeout(r.Context(), requestTimeout)
			defer cancel()
			r = r.WithContext(ctx)
			r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
			s.write(w, r, call)
		}
	})
}

// refused returns the status for a request whose headers are wrong, or 0.
func refused(r *http.Request, anyContent bool) int {
	if content := r.Header.Get("Content-Type"); content != "" && !anyContent {
		kind, _, err := mime.ParseMediaType(content)
		switch {
		case !strings.Contains(content, "/") || err != nil && kind == "":
			return http.StatusBadRequest
		case kind != jsonType:
			return http.StatusUnsupportedMediaType
		}
	}
	if !accepts(r.Header.Values("Accept")) {
		return http.StatusNotAcceptable
	}
	return 0
}

const jsonType = "application/json"

// accepts reports whether a client takes JSON.
func accepts(headers []string) bool {
	all := strings.Join(headers, ",")
	if strings.TrimSpace(all) == "" {
		return true
	}
	for one := range strings.SplitSeq(all, ",") {
		kind, _, _ := strings.Cut(one, ";")
		switch strings.ToLower(strings.TrimSpace(kind)) {
		case jsonType, "application/*", "*/*":
			return true
		}
	}
	return false
}
