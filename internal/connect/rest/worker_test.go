package rest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect/properties"
	"github.com/order-sink/order-sink/internal/servers/tlstest"
)

// The properties of a worker's file lead to listeners, accounts and headers.
func TestTheFileOfAWorker(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	authority := tlstest.New(t)
	jaas := write("jaas.conf", fmt.Sprintf(`KafkaConnect { org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required file="%s"; };`,
		write("users.properties", "admin=secret\n")))
	worker, _, err := properties.ReadWorker(properties.Standalone, map[string]string{
		"bootstrap.servers":                     "127.0.0.1:9092",
		"key.converter":                         "org.apache.kafka.connect.json.JsonConverter",
		"value.converter":                       "org.apache.kafka.connect.json.JsonConverter",
		"listeners":                             "https://127.0.0.1:0",
		"listeners.https.ssl.keystore.type":     "PEM",
		"listeners.https.ssl.keystore.location": authority.Issue(t, "127.0.0.1", time.Now().Add(time.Hour)).Both,
		"admin.listeners":                       "",
		"rest.extension.classes":                "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension",
		"access.control.allow.origin":           "*",
		"response.http.headers.config":          `set X-Frame-Options: DENY, "add Cache-Control: no-cache, no-store"`,
	}, []string{"KAFKA_OPTS=-Xmx1G -Djava.security.auth.login.config=" + jaas})
	require.NoError(t, err)
	s, _ := start(t, worker, io.Discard, &herder{})

	pem, err := os.ReadFile(authority.File)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(pem))
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
	for path, expected := range map[string]int{"/connectors": http.StatusOK, "/admin/loggers": http.StatusNotFound} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+s.Addr().String()+path, http.NoBody)
		require.NoError(t, err)
		request.Header.Set("Origin", "https://console.example")
		refused, err := client.Do(request)
		require.NoError(t, err)
		refused.Body.Close()
		require.Equal(t, http.StatusUnauthorized, refused.StatusCode)
		request.SetBasicAuth("admin", "secret")
		response, err := client.Do(request)
		require.NoError(t, err)
		response.Body.Close()
		require.Equal(t, expected, response.StatusCode, path)
		require.Equal(t, "DENY", response.Header.Get("X-Frame-Options"))
		require.Equal(t, "no-cache, no-store", response.Header.Get("Cache-Control"))
		require.Equal(t, "https://console.example", response.Header.Get("Access-Control-Allow-Origin"))
	}
}
