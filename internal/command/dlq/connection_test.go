package dlq

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
)

const password = "a-secret-word"

// resources writes a resources file with one output.
func resources(t *testing.T, output string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "resources.yaml")
	text := "output_resources:\n  - label: other\n    drop: {}\n  - label: dead_letter\n    processors: [ { mapping: 'root = this' } ]\n" + output
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// certificate is one for 127.0.0.1 that signs itself, and its PEM.
func certificate(t *testing.T) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// The pipeline's own TLS and SASL settings, environment variables included,
// are what the command connects with.
func TestTheConnectionIsTheOutputs(t *testing.T) {
	pair, root := certificate(t)
	t.Setenv("DLQ_TEST_PASSWORD", password)
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		t.Run(mechanism, func(t *testing.T) {
			cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "letters"),
				kfake.TLS(&tls.Config{Certificates: []tls.Certificate{pair}}), kfake.EnableSASL(), kfake.Superuser(mechanism, "sink", password))
			if err != nil {
				t.Fatal(err)
			}
			defer cluster.Close()
			t.Setenv("DLQ_TEST_BROKERS", "127.0.0.1:1,"+cluster.ListenAddrs()[0])
			output := func(secret string) string {
				return `    redpanda:
      seed_brokers: [ "${DLQ_TEST_BROKERS:127.0.0.1:9092}" ]
      topic: "${DLQ_TEST_TOPIC:letters}"
      key: ${! @." key" }
      tls:
        enabled: true
        root_cas: "` + strings.ReplaceAll(string(root), "\n", `\n`) + `"
      sasl:
        - mechanism: ` + mechanism + `
          username: sink
          password: ` + secret + "\n"
			}
			w := &world{t: t}
			run := func(secret string, args ...string) answer {
				return w.runArgs(t.Context(), append([]string{"dlq", "list", "-r", resources(t, output(secret))}, args...))
			}
			if got := run("${DLQ_TEST_PASSWORD}"); got.code != exitNothing {
				t.Errorf("got %+v", got)
			}
			if got := run("not-" + password); got.code != exitError || strings.Contains(got.err, password) || !strings.HasPrefix(got.err, "connecting to ") {
				t.Errorf("with another password: got %+v", got)
			}
			if got := run("${DLQ_TEST_UNSET}"); got.code != exitError || !strings.Contains(got.err, mechanism+" needs a username and a password") {
				t.Errorf("without a password: got %+v", got)
			}
			if got := run("${DLQ_TEST_PASSWORD}", "--topic", "elsewhere"); got.code != exitError || !strings.Contains(got.err, "elsewhere") {
				t.Errorf("with another topic: got %+v", got)
			}
		})
	}
}

func TestWhatIsWrongWithAConnectionIsSaid(t *testing.T) {
	const brokers = "    redpanda: { seed_brokers: [ 127.0.0.1:1 ], topic: letters"
	for name, test := range map[string]struct{ output, args, says string }{
		"unknown mechanism": {brokers + ", sasl: [ { mechanism: GSSAPI, username: u, password: " + password + " } ] }", "", "reading sasl[0]: mechanism \"GSSAPI\" is not supported here: expected PLAIN"},
		"no token":          {brokers + ", sasl: [ { mechanism: OAUTHBEARER } ] }", "", "sasl[0]: OAUTHBEARER needs a token"},
		"no such label":     {brokers + " }", "--label letters", "there is no output labelled letters"},
		"another output":    {"    drop: {}", "", "output dead_letter is no redpanda output"},
		"no brokers":        {"    redpanda: { topic: letters }", "", "use --brokers"},
		"no topic":          {"    redpanda: { seed_brokers: [ 127.0.0.1:1 ] }", "", "'topic' is required"},
		"computed topic":    {"    redpanda: { seed_brokers: [ 127.0.0.1:1 ], topic: '${! @topic }' }", "", "use --topic"},
		"no YAML":           {"  - : [", "", "resources.yaml"},
		"nobody listens":    {brokers + " }", "", "connecting to 127.0.0.1:1"},
		"bad certificate":   {brokers + ", tls: { enabled: true, root_cas_file: /nowhere.pem } }", "", "/nowhere.pem"},
	} {
		t.Run(name, func(t *testing.T) {
			w := &world{t: t}
			got := w.runArgs(t.Context(), append([]string{"dlq", "list", "-r", resources(t, test.output)}, strings.Fields(test.args)...))
			if got.code != exitError || !strings.Contains(got.err, test.says) || strings.Contains(got.err, password) {
				t.Errorf("got %+v, expected it to say %q", got, test.says)
			}
		})
	}
	w := &world{t: t}
	if got := w.runArgs(t.Context(), []string{"dlq", "list", "-r", "/nowhere.yaml", "--brokers", "127.0.0.1:1", "--topic", "t"}); got.code != exitError || !strings.Contains(got.err, "/nowhere.yaml") {
		t.Errorf("a file that was asked for: got %+v", got)
	}
	if got := w.runArgs(t.Context(), []string{"dlq", "list", "--brokers", "127.0.0.1:1", "--topic", "t"}); !strings.Contains(got.err, "connecting to 127.0.0.1:1") {
		t.Errorf("brokers and topic alone: got %+v", got)
	}
}

func TestOAuthBearer(t *testing.T) {
	c, err := newConnection(address{label: "dead_letter", resources: resources(t,
		"    redpanda: { seed_brokers: [ 'a:1, b:2', c:3 ], topic: letters, client_id: me, sasl: [ { mechanism: none }, { mechanism: OAUTHBEARER, token: x, extensions: { a: b } } ] }")})
	if err != nil {
		t.Fatal(err)
	}
	client, err := c.client()
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if id := client.OptValue(kgo.ClientID); id != "me" {
		t.Errorf("client id %v", id)
	}
	accounts := client.OptValue(kgo.SASL).([]sasl.Mechanism)
	if len(accounts) != 1 {
		t.Fatalf("%d accounts of one", len(accounts))
	}
	_, first, err := accounts[0].Authenticate(t.Context(), "")
	if expected := "n,,\x01auth=Bearer x\x01a=b\x01\x01"; err != nil || string(first) != expected {
		t.Errorf("the account says %q, %v; expected %q", first, err, expected)
	}
	if strings.Join(c.brokers, " ") != "a:1 b:2 c:3" || c.topic != "letters" {
		t.Errorf("got %v, %s", c.brokers, c.topic)
	}
}
