package kafkaconf

import (
	"crypto/tls"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/tlstest"
)

// The stores of testdata are made by the keytool of Java 17. They have a certificate for
// broker.example.com and its key, and the password changeit.
func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", file))
	require.NoError(t, err)
	return string(text)
}

// shake connects a client to a server. It returns the error of the client.
func shake(t *testing.T, server, client *tls.Config) error {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", server)
	require.NoError(t, err)
	defer listener.Close()
	go func() {
		if conn, err := listener.Accept(); err == nil {
			_ = conn.SetDeadline(time.Now().Add(time.Minute))
			_, _ = conn.Write([]byte("x"))
			conn.Close()
		}
	}()
	conn, err := net.Dial("tcp", listener.Addr().String())
	require.NoError(t, err)
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	_, err = tls.Client(conn, client).Read(make([]byte, 1)) // a server refuses a client after the handshake
	return err
}

func TestEachFormOfAStoreConnects(t *testing.T) {
	oneLine := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	both := filepath.Join(t.TempDir(), "both.pem")
	require.NoError(t, os.WriteFile(both, []byte(read(t, "key.pem")+read(t, "cert.pem")), 0o600))
	trusts := map[string]map[string]string{
		"PEM":                    {"ssl.truststore.type": "PEM", "ssl.truststore.certificates": read(t, "cert.pem")},
		"PEM in one line":        {"ssl.truststore.type": "PEM", "ssl.truststore.certificates": " " + oneLine(read(t, "cert.pem"))},
		"PEM file":               {"ssl.truststore.type": "PEM", "ssl.truststore.location": "testdata/cert.pem"},
		"PKCS12":                 {"ssl.truststore.type": "PKCS12", "ssl.truststore.location": "testdata/trust.p12", "ssl.truststore.password": "changeit"},
		"PKCS12 of a key as JKS": {"ssl.truststore.location": "testdata/key.p12", "ssl.truststore.password": "changeit"},
		"PKCS12 as JKS":          {"ssl.truststore.location": " testdata/trust.p12", "ssl.truststore.password": "changeit"},
	}
	keys := map[string]map[string]string{
		"PEM":             {"ssl.keystore.certificate.chain": read(t, "cert.pem"), "ssl.keystore.key": read(t, "key.pem"), "ssl.key.password": "key-password"},
		"PEM in one line": {"ssl.keystore.certificate.chain": oneLine(read(t, "cert.pem")), "ssl.keystore.key": oneLine(read(t, "key.pem")), "ssl.key.password": "key-password"},
		"PEM file":        {"ssl.keystore.type": "PEM", "ssl.keystore.location": both, "ssl.key.password": "key-password"},
		"PKCS12":          {"ssl.keystore.type": "PKCS12", "ssl.keystore.location": "testdata/key.p12", "ssl.keystore.password": "changeit", "ssl.key.password": "changeit"},
	}
	for name, values := range trusts {
		maps.Copy(values, keys[strings.TrimSuffix(strings.TrimSuffix(name, " as JKS"), " of a key")])
		settings, err := ParseTLS(values)
		require.NoError(t, err, name)
		server, err := settings.Server("required")
		require.NoError(t, err, name)
		client, err := settings.Config()
		require.NoError(t, err, name)
		client.ServerName = "broker.example.com"
		require.NoError(t, shake(t, server, client), name)
		client.Certificates = nil
		require.Error(t, shake(t, server, client), "%s: a client without a certificate", name)
	}
}

// With an empty ssl.endpoint.identification.algorithm, the name of the server does not
// matter, but its authority does.
func TestAnEmptyIdentificationSkipsOnlyTheName(t *testing.T) {
	ours, theirs := tlstest.New(t), tlstest.New(t)
	server := func(a *tlstest.Authority, until time.Time) *tls.Config {
		settings, err := ParseTLS(map[string]string{"ssl.keystore.type": "PEM", "ssl.keystore.location": a.Issue(t, "db.example.com", until).Both})
		require.NoError(t, err)
		config, err := settings.Server("none")
		require.NoError(t, err)
		return config
	}
	client := func(values map[string]string) *tls.Config {
		values["ssl.truststore.location"] = ours.File
		settings, err := ParseTLS(values)
		require.NoError(t, err)
		config, err := settings.Config()
		require.NoError(t, err)
		config.ServerName = "127.0.0.1"
		return config
	}
	tomorrow := time.Now().Add(20 * time.Hour)
	strict, lax := client(map[string]string{}), client(map[string]string{"ssl.endpoint.identification.algorithm": " "})
	require.ErrorContains(t, shake(t, server(ours, tomorrow), strict), "certificate for 127.0.0.1 because it doesn't contain any IP SANs")
	require.NoError(t, shake(t, server(ours, tomorrow), lax))
	require.ErrorContains(t, shake(t, server(theirs, tomorrow), lax), "certificate signed by unknown authority")
	require.ErrorContains(t, shake(t, server(ours, time.Now().Add(-time.Hour)), lax), "certificate has expired")
}

func TestStoresThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	garbage, noCertificate := write("garbage", "s3cret s3cret"), write("key-only.pem", read(t, "key.pem"))
	other := tlstest.New(t).Issue(t, "a", time.Now().Add(time.Hour))
	for _, test := range []struct {
		values map[string]string
		key    string
		want   string
	}{
		{map[string]string{"ssl.truststore.location": "testdata/trust.jks", "ssl.truststore.type": "JKS"}, "ssl.truststore.location",
			"ssl.truststore.location: testdata/trust.jks is a Java keystore (JKS), which order-sink does not read: convert it with `keytool -importkeystore -srckeystore testdata/trust.jks -destkeystore testdata/trust.jks.p12 -deststoretype PKCS12` and name the new file, or turn that into PEM with `openssl pkcs12 -in testdata/trust.jks.p12 -nodes`"},
		{map[string]string{"ssl.keystore.location": "testdata/trust.jks"}, "ssl.keystore.location", "testdata/trust.jks is a Java keystore (JKS)"},
		{map[string]string{"ssl.truststore.location": "/none"}, "ssl.truststore.location", "reading ssl.truststore.location: open /none: no such file"},
		{map[string]string{"ssl.truststore.location": "testdata/trust.p12", "ssl.truststore.password": "s3cret"}, "ssl.truststore.location",
			"reading the PKCS12 file testdata/trust.p12 of ssl.truststore.location with ssl.truststore.password: pkcs12: decryption password incorrect"},
		{map[string]string{"ssl.keystore.location": "testdata/key.p12"}, "ssl.keystore.location", "with ssl.keystore.password: pkcs12: decryption password incorrect"},
		{map[string]string{"ssl.keystore.location": garbage, "ssl.keystore.password": "s3cret"}, "ssl.keystore.location", "reading the PKCS12 file " + garbage},
		{map[string]string{"ssl.truststore.location": noCertificate}, "ssl.truststore.location", "No matching CERTIFICATE entries in PEM file: " + noCertificate},
		{map[string]string{"ssl.truststore.certificates": "s3cret"}, "ssl.truststore.certificates", "No matching CERTIFICATE entries in PEM file"},
		{map[string]string{"ssl.truststore.certificates": "-----BEGIN CERTIFICATE----- AAAA -----END CERTIFICATE-----"}, "ssl.truststore.certificates", "reading the certificates of ssl.truststore.certificates: x509: malformed certificate"},
		{map[string]string{"ssl.truststore.certificates": "x", "ssl.truststore.location": "y"}, "ssl.truststore.certificates", "Both SSL trust store location and separate trust certificates are specified."},
		{map[string]string{"ssl.keystore.key": "x", "ssl.keystore.location": "y"}, "ssl.keystore.key", "Both SSL key store location and separate private key are specified."},
		{map[string]string{"ssl.keystore.key": "x"}, "ssl.keystore.certificate.chain", "SSL private key is specified, but certificate chain is not specified."},
		{map[string]string{"ssl.keystore.certificate.chain": "x"}, "ssl.keystore.key", "SSL certificate chain is specified, but private key is not specified"},
		{map[string]string{"ssl.keystore.certificate.chain": read(t, "cert.pem"), "ssl.keystore.key": read(t, "key.pem"), "ssl.key.password": "s3cret"}, "ssl.key.password",
			"reading the private key of ssl.keystore.key with ssl.key.password: pkcs8: incorrect password"},
		{map[string]string{"ssl.keystore.certificate.chain": readFile(t, other.Certificate), "ssl.keystore.key": read(t, "key.pem"), "ssl.key.password": "key-password"}, "ssl.keystore.key",
			"reading the certificate and its private key of ssl.keystore.key: tls: private key does not match public key"},
		{map[string]string{"ssl.keystore.location": other.Certificate}, "ssl.keystore.location", "reading the certificate and its private key of ssl.keystore.location: tls: "},
		{map[string]string{"ssl.engine.factory.class": "com.example.X"}, "ssl.engine.factory.class", "Invalid value com.example.X for configuration ssl.engine.factory.class: order-sink runs no Java classes"},
	} {
		_, err := ParseTLS(test.values)
		require.ErrorContains(t, err, test.want, "%v", test.values)
		require.NotContains(t, err.Error(), "s3cret")
		require.Equal(t, test.key, Errors(err)[0].Key)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}
