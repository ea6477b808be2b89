package properties

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// get runs a server with TLS and returns the status of its answer to a client that trusts
// an authority.
func get(t *testing.T, server *http.Server, authority string) int {
	t.Helper()
	listener, err := net.Listen("tcp", server.Addr)
	require.NoError(t, err)
	go func() { _ = server.ServeTLS(listener, "", "") }()
	defer server.Close()
	ca, err := os.ReadFile(authority)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(ca))
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	answer, err := client.Get("https://" + listener.Addr().String())
	require.NoError(t, err)
	defer answer.Body.Close()
	return answer.StatusCode
}
