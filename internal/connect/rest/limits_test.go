package rest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/order-sink/order-sink/internal/connect/rest/resttest"
)

func request(method, path, body string) resttest.Exchange {
	return resttest.Exchange{Method: method, Path: path, Body: &body, Headers: http.Header{"Content-Type": {"application/json"}}}
}

func TestALargeBodyIsRefused(t *testing.T) {
	server, h := serve(t, nil)
	for _, method := range []string{"POST /connectors", "PUT /connectors/x/config", "PATCH /connectors/x/config", "PUT /connector-plugins/x/config/validate", "PUT /admin/loggers/root"} {
		method, path, _ := strings.Cut(method, " ")
		answer := send(t, server.URL, request(method, path, `{"name":"`+strings.Repeat("x", 10<<20)+`"}`))
		require.Equal(t, http.StatusRequestEntityTooLarge, answer.Status)
		require.JSONEq(t, `{"error_code":413,"message":"The body is larger than 4194304 bytes"}`, answer.Answer)
	}
	require.Empty(t, h.all)
}

func TestAThousandRequestsAtOnce(t *testing.T) {
	server, h := serve(t, nil)
	const class = `"connector.class":"io.debezium.connector.jdbc.JdbcSinkConnector"`
	var group sync.WaitGroup
	var mutex sync.Mutex
	statuses := map[int]int{}
	for i := range 1000 {
		group.Go(func() {
			answer := send(t, server.URL, request("POST", "/connectors", fmt.Sprintf(`{"name":"c%d","config":{%s}}`, i%500, class)))
			mutex.Lock()
			defer mutex.Unlock()
			statuses[answer.Status]++
		})
	}
	group.Wait()
	require.Equal(t, map[int]int{http.StatusCreated: 500, http.StatusConflict: 500}, statuses)
	require.Len(t, h.all, 500)
}

// A defect in one request does not end the worker, and the log has no configuration.
func TestAPanicIsAnAnswer(t *testing.T) {
	var log bytes.Buffer
	server, _ := serve(t, func(o *Options) {
		o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	answer := send(t, server.URL, request("PUT", "/connector-plugins/panic/config/validate?key=query-secret", `{"connector.class":"panic","connection.password":"hidden-secret"}`))
	require.Equal(t, http.StatusInternalServerError, answer.Status)
	require.JSONEq(t, `{"error_code":500,"message":"Internal Server Error"}`, answer.Answer)
	require.Equal(t, http.StatusOK, send(t, server.URL, resttest.Exchange{Method: "GET", Path: "/connectors"}).Status)
	require.Contains(t, log.String(), "path=/connector-plugins/panic/config/validate status=500")
	require.NotContains(t, log.String(), "query-secret")
	require.NotContains(t, log.String(), "hidden-secret")
}

func TestExtraPaths(t *testing.T) {
	server, _ := serve(t, func(o *Options) {
		o.Extra = map[string]http.Handler{
			"GET /metrics":                      http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "up 1") }),
			"GET /order-sink/connectors/{name}": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.PathValue("name")) }),
		}
	})
	require.Equal(t, "up 1", send(t, server.URL, resttest.Exchange{Method: "GET", Path: "/metrics"}).Answer)
	require.Equal(t, "a/b", send(t, server.URL, resttest.Exchange{Method: "GET", Path: "/order-sink/connectors/a%2Fb"}).Answer)
	require.Equal(t, 404, send(t, server.URL, resttest.Exchange{Method: "GET", Path: "/order-sink"}).Status)
}

// A metric of a connector with such a name would end the worker.
func TestANameIsUTF8(t *testing.T) {
	server, h := serve(t, nil)
	answer := send(t, server.URL, request("PUT", "/connectors/%ff/config", `{"connector.class":"io.debezium.connector.jdbc.JdbcSinkConnector"}`))
	require.Equal(t, http.StatusBadRequest, answer.Status)
	require.Empty(t, h.all)
}

// Each text without control characters is a name: the URL of Location finds the connector again.
func TestAConnectorIsAtItsLocation(t *testing.T) {
	server, h := serve(t, nil)
	rapid.Check(t, func(rt *rapid.T) {
		name := strings.TrimSpace(rapid.StringN(1, -1, 300).Draw(rt, "name"))
		if name == "" || strings.ContainsFunc(name, func(r rune) bool { return r == '\uFFFD' || unicode.IsControl(r) }) {
			rt.Skip() // no text of JSON, or refused as a name
		}
		clear(h.all)
		body, err := json.Marshal(map[string]any{"name": name, "config": map[string]string{"connector.class": "io.debezium.connector.jdbc.JdbcSinkConnector"}})
		require.NoError(t, err)
		created := send(t, server.URL, request("POST", "/connectors", string(body)))
		if created.Status != http.StatusCreated {
			rt.Fatalf("%q: %d %s", name, created.Status, created.Answer)
		}
		path := strings.TrimPrefix(created.Answered.Get("Location"), server.URL)
		if found := send(t, server.URL, resttest.Exchange{Method: "GET", Path: path}); found.Status != http.StatusOK {
			rt.Fatalf("%q at %s: %d %s", name, path, found.Status, found.Answer)
		}
	})
}
