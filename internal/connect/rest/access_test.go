package rest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect/properties"
)

// ask sends a request with headers, which are pairs of a name and a value.
func ask(t *testing.T, handler http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

func basic(user, password string) string {
	request := &http.Request{Header: http.Header{}}
	request.SetBasicAuth(user, password)
	return request.Header.Get("Authorization")
}

func TestAnAccountIsAskedFor(t *testing.T) {
	hello := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	handler := authenticate(accounts{"admin": "secret", "günther": "päss:wort", "empty": ""}, hello)
	for _, header := range []string{basic("admin", "secret"), basic("günther", "päss:wort"), basic("empty", ""), "bAsIc " + basic("admin", "secret")[6:]} {
		require.Equal(t, "hello", ask(t, handler, "GET", "/", "Authorization", header).Body.String(), header)
	}
	for _, header := range []string{"", "Basic", "Basic !!!", "Basic YWRtaW4=", "Bearer secret", basic("admin", "wrong"), basic("admin", ""), basic("nobody", ""), basic("", ""), basic("", "secret")} {
		response := ask(t, handler, "GET", "/health", "Authorization", header)
		require.Equal(t, http.StatusUnauthorized, response.Code, header)
		require.Equal(t, "User cannot access the resource.", response.Body.String())
		require.Contains(t, response.Header().Get("WWW-Authenticate"), "Basic")
	}
}

// Kafka's login module lets everybody in when its file is empty.
func TestAnEmptyAccountFileIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "users.properties")
	require.NoError(t, os.WriteFile(file, []byte("# nobody\n"), 0o600))
	_, err := New(Options{Worker: &properties.Worker{BasicAuth: &properties.BasicAuth{File: file}}})
	require.ErrorContains(t, err, "users.properties has no user")
	_, err = New(Options{Worker: &properties.Worker{BasicAuth: &properties.BasicAuth{File: file + ".missing"}}})
	require.ErrorContains(t, err, "users.properties.missing")
}

func TestThePagesOfAllowedOriginsMayAsk(t *testing.T) {
	called := 0
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		called++
		w.WriteHeader(http.StatusUnauthorized)
	})
	handler := allowOrigins("http://a.example, https?://b\\..*", "GET,PUT", next)
	for origin, allowed := range map[string]bool{"http://a.example": true, "https://b.example": true, "http://c.example": false, "http://a.example.evil": false, "": false} {
		response := ask(t, handler, "GET", "/connectors", "Origin", origin)
		require.Equal(t, allowed, response.Header().Get("Access-Control-Allow-Origin") == origin && origin != "", origin)
		require.Equal(t, "Origin", response.Header().Get("Vary"))
	}
	called = 0
	response := ask(t, handler, "OPTIONS", "/connectors", "Origin", "http://a.example", "Access-Control-Request-Method", "PUT")
	require.Equal(t, http.StatusOK, response.Code, "a preflight request has no account")
	require.Zero(t, called)
	require.Equal(t, "GET,PUT", response.Header().Get("Access-Control-Allow-Methods"))
	require.Contains(t, response.Header().Get("Access-Control-Allow-Headers"), "Content-Type")
	require.Equal(t, "60", response.Header().Get("Access-Control-Max-Age"))
	response = ask(t, handler, "OPTIONS", "/connectors", "Origin", "http://c.example", "Access-Control-Request-Method", "PUT")
	require.Equal(t, http.StatusUnauthorized, response.Code)

	response = ask(t, allowOrigins("*", "", next), "OPTIONS", "/", "Origin", "http://x", "Access-Control-Request-Method", "GET")
	require.Equal(t, "http://x", response.Header().Get("Access-Control-Allow-Origin"))
	require.Equal(t, "GET,POST,HEAD", response.Header().Get("Access-Control-Allow-Methods"))
	response = ask(t, allowOrigins("", "", next), "GET", "/", "Origin", "http://x")
	require.Empty(t, response.Header())
}

func TestHeadersAreAdded(t *testing.T) {
	server, _ := serve(t, func(o *Options) {
		o.Worker.ResponseHeaders = []properties.HeaderRule{
			{Name: "X-Frame-Options", Value: "DENY"}, {Name: "X-Frame-Options", Value: "ALSO", Add: true},
			{Name: "Content-Type", Value: "text/html"}, {Name: "Expires", Value: "86400000", Date: true},
		}
	})
	response := ask(t, server.Config.Handler, "GET", "/connectors")
	require.Equal(t, []string{"DENY", "ALSO"}, response.Header()["X-Frame-Options"])
	require.Equal(t, "application/json", response.Header().Get("Content-Type"))
	_, err := http.ParseTime(response.Header().Get("Expires"))
	require.NoError(t, err)
}
