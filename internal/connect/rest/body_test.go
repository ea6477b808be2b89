package rest

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect/configdef"
	"github.com/order-sink/order-sink/internal/connect/rest/resttest"
)

func TestTheValuesOfAConfigurationAreText(t *testing.T) {
	read := func(body string) (map[string]string, error) {
		members, err := object(httptest.NewRequestWithContext(t.Context(), "PUT", "/", strings.NewReader(body)))
		require.NoError(t, err)
		return config(members)
	}
	for value, expected := range map[string]string{
		`"text"`: "text", `""`: "", `"\u00e9\n"`: "é\n", `1`: "1", `1.50`: "1.50", `1e3`: "1e3", `-0`: "-0", `12345678901234567890`: "12345678901234567890",
		`true`: "true", `false`: "false", `null`: configdef.Null, `[]`: "", `["a"]`: "a", `[ "a" , "b c", 1, true ]`: "a,b c,1,true",
	} {
		got, err := read(`{"key":` + value + `}`)
		require.NoError(t, err, value)
		require.Equal(t, map[string]string{"key": expected}, got, value)
	}
	for _, value := range []string{`{}`, `{"a":"b"}`, `[{}]`, `[["a"]]`, `["a",null]`} {
		_, err := read(`{"secret.key":` + value + `}`)
		require.ErrorContains(t, err, `the value of "secret.key" is`, value)
	}
}

// Each body gets an answer in JSON, and only a good one creates a connector.
func FuzzBody(f *testing.F) {
	transcript, err := resttest.Read("testdata/transcript.json")
	require.NoError(f, err)
	for _, e := range transcript {
		below, is := strings.CutPrefix(e.Path, "/connectors")
		if is && e.Body != nil && len(*e.Body) < 300 {
			f.Add(e.Method, below, *e.Body)
		}
	}
	f.Fuzz(func(t *testing.T, method, below, body string) {
		server, _ := serve(t, nil)
		request := httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		request.Method, request.URL.Path = method, "/connectors"+below
		recorder := httptest.NewRecorder()
		server.Config.Handler.ServeHTTP(recorder, request)
		if text := recorder.Body.String(); text != "" && method != "OPTIONS" {
			require.True(t, json.Valid([]byte(text)), text)
		}
		require.NotContains(t, recorder.Body.String(), "Internal Server Error", "a panic")
	})
}
