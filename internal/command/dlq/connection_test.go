package dlq

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/order-sink/order-sink/internal/servers/tlstest"
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

// The command connects with the TLS and SASL settings of the output, environment
// variables included.
func TestTheCommandConnectsAsTheOutput(t *testing.T) {
	authority := tlstest.New(t)
	issued := authority.Issue(t, "127.0.0.1", time.Now().Add(time.Hour))
	pair, err := tls.LoadX509KeyPair(issued.Certificate, issued.Key)
	if err != nil {
		t.Fatal(err)
	}
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
        root_cas_file: "` + authority.File + `"
      sasl:
        - mechanism: ` + mechanism + `
          username: sink
          password: ` + secret + "\n"
			}
			u := &user{t: t}
			run := func(secret string, args ...string) answer {
				return u.runArgs(t.Context(), append([]string{"dlq", "list", "-r", resources(t, output(secret))}, args...))
			}
			if got := run("${DLQ_TEST_PASSWORD}"); got.code != exitNothing {
				t.Errorf("got %+v", got)
			}
			if got := run("not-" + password); got.code != exitError || strings.Contains(got.err, password) || !strings.HasPrefix(got.err, "connecting to ") {
				t.Errorf("with another password: got %+v", got)
			}
			if got := run("${DLQ_TEST_UNSET}"); got.code != exitError || !strings.Contains(got.err, "reading sasl[0]: "+mechanism+" needs a password, but the field password is empty") {
				t.Errorf("without a password: got %+v", got)
			}
			if got := run("${DLQ_TEST_PASSWORD}", "--topic", "elsewhere"); got.code != exitError || !strings.Contains(got.err, "elsewhere") {
				t.Errorf("with another topic: got %+v", got)
			}
		})
	}
}

func TestABadConnectionIsExplained(t *testing.T) {
	const brokers = "    redpanda: { seed_brokers: [ 127.0.0.1:1 ], topic: letters"
	for name, test := range map[string]struct{ output, args, says string }{
		"unknown mechanism": {brokers + ", sasl: [ { mechanism: GSSAPI, username: u, password: " + password + " } ] }", "", "reading sasl[0]: mechanism \"GSSAPI\" is not supported here: expected PLAIN"},
		"no token":          {brokers + ", sasl: [ { mechanism: OAUTHBEARER } ] }", "", "reading sasl[0]: OAUTHBEARER needs a token, but the field token is empty"},
		"no such label":     {brokers + " }", "--label letters", "no output has the label letters"},
		"another output":    {"    drop: {}", "", "output dead_letter is not a redpanda output"},
		"no brokers":        {"    redpanda: { topic: letters }", "", "use --brokers"},
		"no topic":          {"    redpanda: { seed_brokers: [ 127.0.0.1:1 ] }", "", "'topic' is required"},
		"computed topic":    {"    redpanda: { seed_brokers: [ 127.0.0.1:1 ], topic: '${! @topic }' }", "", "use --topic"},
		"no YAML":           {"  - : [", "", "resources.yaml"},
		"no server":         {brokers + " }", "", "connecting to 127.0.0.1:1"},
		"bad certificate":   {brokers + ", tls: { enabled: true, root_cas_file: /nowhere.pem } }", "", "/nowhere.pem"},
	} {
		t.Run(name, func(t *testing.T) {
			u := &user{t: t}
			got := u.runArgs(t.Context(), append([]string{"dlq", "list", "-r", resources(t, test.output)}, strings.Fields(test.args)...))
			if got.code != exitError || !strings.Contains(got.err, test.says) || strings.Contains(got.err, password) {
				t.Errorf("got %+v, expected it to say %q", got, test.says)
			}
		})
	}
	u := &user{t: t}
	if got := u.runArgs(t.Context(), []string{"dlq", "list", "-r", "/nowhere.yaml", "--brokers", "127.0.0.1:1", "--topic", "t"}); got.code != exitError || !strings.Contains(got.err, "/nowhere.yaml") {
		t.Errorf("a missing file that a flag names: got %+v", got)
	}
	if got := u.runArgs(t.Context(), []string{"dlq", "list", "--brokers", "127.0.0.1:1", "--topic", "t"}); !strings.Contains(got.err, "connecting to 127.0.0.1:1") {
		t.Errorf("brokers and topic alone: got %+v", got)
	}
}
