package rest

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/loggers"
	"github.com/order-sink/order-sink/internal/connect/properties"
	"github.com/order-sink/order-sink/internal/servers/tlstest"
)

// start runs a server on its listeners until the end of the test.
func start(t *testing.T, worker *properties.Worker, log io.Writer, h connect.Herder) (s *Server, stop func() error) {
	t.Helper()
	all, err := loggers.New(slog.DiscardHandler, "INFO")
	require.NoError(t, err)
	s, err = New(Options{Herder: h, Loggers: all, Worker: worker, Log: slog.New(slog.NewTextHandler(log, nil))})
	require.NoError(t, err)
	require.NoError(t, s.Listen(t.Context()))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	stop = func() error {
		cancel()
		return <-ended
	}
	t.Cleanup(func() { cancel() })
	return s, stop
}

// certificate returns a pair of an authority, and the pool of the authority.
func certificate(t *testing.T, authority *tlstest.Authority) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	pair := authority.Issue(t, "127.0.0.1", time.Now().Add(time.Hour))
	loaded, err := tls.LoadX509KeyPair(pair.Certificate, pair.Key)
	require.NoError(t, err)
	pem, err := os.ReadFile(authority.File)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(pem))
	return loaded, pool
}

func get(t *testing.T, url string, config *tls.Config) (int, string, error) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true, ForceAttemptHTTP2: true}}
	response, err := client.Get(url)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}

func TestListeners(t *testing.T) {
	authority := tlstest.New(t)
	own, pool := certificate(t, authority)
	mutual := &tls.Config{Certificates: []tls.Certificate{own}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}
	worker := &properties.Worker{
		Listeners: []properties.Listener{
			{Address: "127.0.0.1:0"}, {Address: "127.0.0.1:0", TLS: &tls.Config{Certificates: []tls.Certificate{own}}},
			{Address: "127.0.0.1:0", TLS: mutual},
		},
		AdminListeners: []properties.Listener{{Address: "127.0.0.1:0"}},
	}
	s, _ := start(t, worker, io.Discard, &herder{})
	at := func(scheme string, i int, path string) string {
		return scheme + "://" + s.bound[i].Addr().String() + path
	}

	status, body, err := get(t, at("http", 0, "/connectors"), nil)
	require.NoError(t, err)
	require.Equal(t, "[]", body)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, s.bound[0].Addr(), s.Addr())

	client := &tls.Config{RootCAs: pool}
	_, body, err = get(t, at("https", 1, "/connectors"), client)
	require.NoError(t, err)
	require.Equal(t, "[]", body)
	_, _, err = get(t, at("https", 2, "/connectors"), client)
	require.Error(t, err, "no client certificate")
	client.Certificates = []tls.Certificate{own}
	_, body, err = get(t, at("https", 2, "/connectors"), client)
	require.NoError(t, err)
	require.Equal(t, "[]", body)

	// The loggers have a listener of their own, and it has nothing else.
	for path, expected := range map[string]int{at("http", 0, "/admin/loggers"): 404, at("http", 3, "/admin/loggers"): 200, at("http", 3, "/connectors"): 404, at("http", 3, "/"): 404} {
		status, _, err := get(t, path, nil)
		require.NoError(t, err)
		require.Equal(t, expected, status, path)
	}
}

func TestWithoutAdminListenersTheLoggersAreOff(t *testing.T) {
	s, _ := start(t, &properties.Worker{Listeners: []properties.Listener{{Address: "127.0.0.1:0"}}, AdminListeners: []properties.Listener{}}, io.Discard, &herder{})
	status, _, err := get(t, "http://"+s.Addr().String()+"/admin/loggers", nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusNotFound, status)
}

func TestAnOpenListenerIsAWarning(t *testing.T) {
	for address, warned := range map[string]bool{":0": true, "0.0.0.0:0": true, "127.0.0.1:0": false, "localhost:0": false, "[::1]:0": false} {
		var log bytes.Buffer
		s := &Server{Options: Options{Worker: &properties.Worker{Listeners: []properties.Listener{{Address: address}}}, Log: slog.New(slog.NewTextHandler(&log, nil))}}
		require.NoError(t, s.Listen(t.Context()))
		require.NoError(t, s.Close())
		require.Equal(t, warned, bytes.Contains(log.Bytes(), []byte("BasicAuthSecurityRestExtension")), address)
	}
}

func TestAPortInUseIsAnError(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	free := properties.Listener{Address: "127.0.0.1:0"}
	s := &Server{Options: Options{Worker: &properties.Worker{Listeners: []properties.Listener{free, {Address: taken.Addr().String()}}}, Log: slog.New(slog.DiscardHandler)}}
	require.ErrorContains(t, s.Listen(t.Context()), "listening on "+taken.Addr().String())
	_, err = net.Dial("tcp", s.Addr().String())
	require.Error(t, err, "the first listener is closed again")
}

// slow answers when it is released.
type slow struct {
	herder
	asked, release chan struct{}
}

func (s *slow) ClusterID() string {
	close(s.asked)
	<-s.release
	return "slow"
}

func TestARequestInFlightIsAnswered(t *testing.T) {
	h := &slow{asked: make(chan struct{}), release: make(chan struct{})}
	s, stop := start(t, &properties.Worker{Listeners: []properties.Listener{{Address: "127.0.0.1:0"}}}, io.Discard, h)
	answered := make(chan string, 1)
	go func() {
		_, body, err := get(t, "http://"+s.Addr().String()+"/", nil)
		if err != nil {
			body = err.Error()
		}
		answered <- body
	}()
	<-h.asked
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	require.Eventually(t, func() bool { // the listener closes first
		connection, err := net.Dial("tcp", s.Addr().String())
		if err == nil {
			connection.Close()
		}
		return err != nil
	}, 5*time.Second, time.Millisecond)
	close(h.release)
	require.Contains(t, <-answered, "slow")
	require.NoError(t, <-stopped)
}
