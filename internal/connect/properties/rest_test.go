package properties

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
	"github.com/order-sink/order-sink/internal/servers/tlstest"
)

func TestTheAddressesOfTheWorker(t *testing.T) {
	hostname, err := os.Hostname()
	require.NoError(t, err)
	for _, test := range []struct {
		lines     string
		addresses []string
		loopback  bool
		id        string
	}{
		{"", []string{"127.0.0.1:8083"}, true, hostname + ":8083"},
		{"rest.port=9000", []string{"127.0.0.1:9000"}, true, hostname + ":9000"},
		{"rest.host.name=10.0.0.9", []string{"10.0.0.9:8083"}, false, "10.0.0.9:8083"},
		{"rest.host.name=0.0.0.0\nrest.port=1", []string{"0.0.0.0:1"}, false, hostname + ":1"},
		{"listeners=http://:8083", []string{":8083"}, false, hostname + ":8083"},
		{"listeners=HTTP://localhost:8084/\nrest.port=1", []string{"localhost:8084"}, true, "localhost:8084"},
		{"listeners=http://[::1]:8083, http://0.0.0.0:1", []string{"[::1]:8083", "0.0.0.0:1"}, true, "[::1]:8083"},
		{"listeners=http://sink_1:0", []string{"sink_1:0"}, false, "sink_1:0"},
		{"listeners=http://a:1\nrest.advertised.host.name=b\nrest.advertised.port=2", []string{"a:1"}, false, "b:2"},
		{"rest.advertised.host.name=connect", []string{"127.0.0.1:8083"}, true, "connect:8083"},
	} {
		w, _, err := ReadWorker(Distributed, fileWith(t, test.lines), nil)
		require.NoError(t, err, test.lines)
		var addresses []string
		for _, l := range w.Listeners {
			addresses = append(addresses, l.Address)
		}
		assert.Equal(t, test.addresses, addresses, test.lines)
		assert.Equal(t, test.loopback, w.Listeners[0].Loopback(), test.lines)
		assert.Equal(t, test.id, w.ID(), test.lines)
	}
}

func TestListenersThatAreWrong(t *testing.T) {
	for line, want := range map[string]string{
		"listeners=":                     "Invalid value for listeners, at least one URL is expected, ex: http://localhost:8080,https://localhost:8443.",
		"listeners=http://:1,,http://:2": "Empty URL found when parsing listeners list.",
		"listeners=localhost:8083":       "Invalid value localhost:8083 for configuration listeners: Listener doesn't have the right format or protocol: write http://HOST:PORT",
		"listeners=ftp://x:1":            `Invalid value ftp://x:1 for configuration listeners: Listener protocol must be either "http" or "https".`,
		"listeners=https://:1":           "listeners: a server needs ssl.keystore.location, or ssl.keystore.key and ssl.keystore.certificate.chain",
		"rest.port=tcp":                  "Invalid value tcp for configuration rest.port: Not a number of type INT",
		"rest.advertised.listener=ftp":   "Invalid value ftp for configuration rest.advertised.listener: String must be one of: http, https",
	} {
		_, _, err := ReadWorker(Distributed, fileWith(t, line), nil)
		require.ErrorContains(t, err, want, line)
	}
}

func TestAdminListeners(t *testing.T) {
	w, _, err := ReadWorker(Distributed, fileWith(t, "admin.listeners= "), nil)
	require.NoError(t, err)
	require.NotNil(t, w.AdminListeners)
	require.Empty(t, w.AdminListeners)
	w, _, err = ReadWorker(Distributed, fileWith(t, "admin.listeners=http://127.0.0.1:8084"), nil)
	require.NoError(t, err)
	require.Equal(t, []Listener{{Address: "127.0.0.1:8084"}}, w.AdminListeners)
}

// The properties listeners.https.* win, all or none of them.
func TestAnHTTPSListener(t *testing.T) {
	authority := tlstest.New(t)
	pair := authority.Issue(t, "127.0.0.1", time.Now().Add(time.Hour))
	for name, lines := range map[string][]string{
		"own":    {"ssl.keystore.location=/none", "listeners.https.ssl.keystore.location=" + pair.Both, "listeners.https.ssl.keystore.type=PEM"},
		"common": {"ssl.keystore.location=" + pair.Both, "ssl.keystore.type=PEM", "ssl.client.auth=none", "ssl.protocol=TLSv1.2"},
	} {
		w, report, err := ReadWorker(Distributed, fileWith(t, append(lines, "listeners=http://127.0.0.1:1,https://127.0.0.1:0", "rest.advertised.listener=https")...), nil)
		require.NoError(t, err, name)
		require.Equal(t, "127.0.0.1:0", w.ID(), name)
		require.Nil(t, w.Listeners[0].TLS, name)
		if name == "common" {
			require.Subset(t, verdicts(report)[kafkaconf.Honoured], []string{"ssl.keystore.location", "ssl.keystore.type", "ssl.client.auth"})
			require.Contains(t, verdicts(report)[kafkaconf.Ignored], "ssl.protocol")
		}
		server := &http.Server{Addr: w.Listeners[1].Address, TLSConfig: w.Listeners[1].TLS, Handler: http.NotFoundHandler()}
		require.Equal(t, http.StatusNotFound, get(t, server, authority.File), name)
	}
	_, _, err := ReadWorker(Distributed, fileWith(t, "listeners=https://:1", "listeners.https.ssl.keystore.location="+pair.Both, "listeners.https.ssl.client.auth=REQUIRED"), nil)
	require.EqualError(t, err, "listeners.https.ssl.client.auth: Invalid value REQUIRED for configuration ssl.client.auth: String must be one of: required, requested, none")
	_, _, err = ReadWorker(Distributed, fileWith(t, "listeners=https://:1", "listeners.https.ssl.keystore.location=/none.pem"), nil)
	require.ErrorContains(t, err, "listeners.https.ssl.keystore.location: reading ssl.keystore.location: open /none.pem")
}

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

const basicAuth = "rest.extension.classes=org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension"

func TestBasicAuthReadsTheFilesOfKafka(t *testing.T) {
	dir := t.TempDir()
	accounts, jaas := filepath.Join(dir, "accounts.properties"), filepath.Join(dir, "jaas.conf")
	require.NoError(t, os.WriteFile(accounts, []byte("admin=s3cret\nview: er\n"), 0o600))
	write := func(text string) { require.NoError(t, os.WriteFile(jaas, []byte(text), 0o600)) }
	write("KafkaConnect { org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required file=\"" + accounts + "\"; };")
	environ := []string{"KAFKA_OPTS=-Xmx1G -Djava.security.auth.login.config=" + jaas + " -Da=b"}
	w, _, err := ReadWorker(Distributed, fileWith(t, basicAuth), environ)
	require.NoError(t, err)
	users, err := w.BasicAuth.Accounts()
	require.NoError(t, err)
	require.Equal(t, map[string]string{"admin": "s3cret", "view": "er"}, users)

	const prefix = "Invalid value org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension for configuration rest.extension.classes: "
	refused := func(environ []string, want string) {
		t.Helper()
		_, _, err := ReadWorker(Distributed, fileWith(t, basicAuth), environ)
		require.ErrorContains(t, err, prefix+want)
	}
	refused(nil, "it needs a JAAS file: set the variable KAFKA_OPTS to -Djava.security.auth.login.config=FILE")
	require.NoError(t, os.WriteFile(accounts, []byte("# nobody\n"), 0o600))
	refused(environ, "reading the accounts of the REST API: "+accounts+" has no user: add USER=PASSWORD")
	write("Other { a.B required file=\"x\"; };")
	refused(environ, "the JAAS file "+jaas+" needs: KafkaConnect { ")
	write("KafkaConnect { com.example.Ldap required url=\"x\"; };")
	refused(environ, "the JAAS file "+jaas+" has the login module com.example.Ldap: order-sink only has org.apache")
	write("KafkaConnect {")
	refused(environ, "reading the JAAS file "+jaas+": section KafkaConnect:")
	require.NoError(t, os.Remove(jaas))
	refused(environ, "reading the JAAS file of KAFKA_OPTS: open "+jaas)
}

func TestTheReportIsAFewLines(t *testing.T) {
	_, report, err := ReadWorker(Distributed, fileWith(t, "plugin.path=x", "plugin.discovery=y", "made.up=s3cret", "also.made.up=1", "max.poll.records=1",
		"topic.tracking.enable=yes", `sasl.jaas.config=org.x.PlainLoginModule required password="s3cret";`), nil)
	require.Error(t, err)
	var out bytes.Buffer
	report.Log(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})))
	require.Equal(t, strings.Join([]string{
		`level=INFO msg="worker properties honoured" keys="bootstrap.servers, config.storage.replication.factor, config.storage.topic, group.id, key.converter, key.converter.schemas.enable, offset.flush.interval.ms, status.storage.replication.factor, status.storage.topic, value.converter, value.converter.schemas.enable"`,
		`level=INFO msg="worker properties ignored" keys="offset.storage.replication.factor, offset.storage.topic" reason="only source connectors use it"`,
		`level=INFO msg="worker properties ignored" keys=max.poll.records reason="only the clients of connectors use it: write consumer. or producer. in front of it"`,
		`level=INFO msg="worker properties ignored" keys=sasl.jaas.config reason="security.protocol is PLAINTEXT"`,
		`level=INFO msg="worker properties ignored" keys="plugin.discovery, plugin.path" reason="the connectors, converters and transforms are built in"`,
		`level=ERROR msg="worker properties refused" keys=topic.tracking.enable reason="Invalid value yes for configuration topic.tracking.enable: Expected value to be either true or false"`,
		`level=WARN msg="worker properties unknown" keys="also.made.up, made.up" reason="neither Kafka Connect nor order-sink has it"`, "",
	}, "\n"), out.String())
}
