package e2e

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/tlstest"
)

// MariaDB takes encrypted connections only, with a private authority. The sink stores
// rows with the right certificate. Otherwise it reports what is wrong and retries.
func TestMariaDBOverTLS(t *testing.T) {
	t.Parallel()
	ours, theirs := tlstest.New(t), tlstest.New(t)
	tomorrow := time.Now().Add(20 * time.Hour)
	for _, test := range []struct {
		name  string
		pair  tlstest.Pair
		env   map[string]string
		fails string
	}{
		{"all well", ours.Issue(t, "127.0.0.1", tomorrow), map[string]string{"MARIADB_TLS": "true", "MARIADB_CA_FILE": ours.File}, ""},
		// That is all MariaDB says to a client that does not encrypt.
		{"not encrypted", ours.Issue(t, "127.0.0.1", tomorrow), nil, `MariaDB error 1045 \(28000\): Access denied`},
		{"another authority", theirs.Issue(t, "127.0.0.1", tomorrow), map[string]string{"MARIADB_TLS": "true", "MARIADB_CA_FILE": ours.File}, `certificate signed by unknown authority`},
		{"expired", ours.Issue(t, "127.0.0.1", time.Now().Add(-time.Hour)), map[string]string{"MARIADB_TLS": "true", "MARIADB_CA_FILE": ours.File}, `certificate has expired`},
		{"another host", ours.Issue(t, "db.example.com", tomorrow), map[string]string{"MARIADB_TLS": "true", "MARIADB_CA_FILE": ours.File}, `certificate for 127\.0\.0\.1 because it doesn't contain any IP SANs`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Private(t, "--ssl-cert="+test.pair.Certificate, "--ssl-key="+test.pair.Key))
			w.admin("SET GLOBAL require_secure_transport = ON")
			var err error
			if w.db, err = sql.Open("mysql", w.tables+"?tls=skip-verify"); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { w.db.Close() })
			w.env = test.env
			w.produce(orders.Good(orders.Seed()[0]))
			s := w.start()
			if test.fails == "" {
				report := w.check(checker.Config{Exactly: true})
				if report.Rows != 1 {
					t.Errorf("%d rows of one order", report.Rows)
				}
				return
			}
			w.awaitAnswer(s, "/orders/ready", http.StatusServiceUnavailable, "waiting for MariaDB since .*"+test.fails)
			if strings.Contains(w.log.String(), "sink-password") {
				t.Error("the log has the password")
			}
		})
	}
}

// The real Kafka takes encrypted connections only, with each kind of account. All parts
// use the same settings: the order service, the reader of the log, the sender of dead
// letters, and `order-sink dlq list`.
func TestKafkaOverTLSAndSASL(t *testing.T) {
	t.Parallel()
	authority := tlstest.New(t)
	secure := &kafka.Secure{
		Keystore: authority.Issue(t, "127.0.0.1", time.Now().Add(20*time.Hour)).Both,
		User:     "order-sink", Password: `kafka-pass"w\ord: #`, // what YAML would take for its own
	}
	b := kafkatest.PrivateSecure(t, secure)
	if err := b.AddUser(t.Context()); err != nil {
		t.Fatal(err)
	}
	account := func(mechanism, password string) map[string]string {
		return map[string]string{
			"KAFKA_BROKERS": b.SecureSeed(), "KAFKA_TLS": "true", "KAFKA_CA_FILE": authority.File,
			"KAFKA_SASL": mechanism, "KAFKA_USERNAME": secure.User, "KAFKA_PASSWORD": password,
		}
	}
	bearer := account("OAUTHBEARER", "")
	bearer["KAFKA_TOKEN"] = secure.Token()
	stranger := account("SCRAM-SHA-512", secure.Password)
	stranger["KAFKA_CA_FILE"] = tlstest.New(t).File
	for _, test := range []struct {
		name  string
		env   map[string]string
		fails string
	}{
		{"SCRAM-SHA-256", account("SCRAM-SHA-256", secure.Password), ""},
		{"SCRAM-SHA-512", account("SCRAM-SHA-512", secure.Password), ""},
		{"PLAIN", account("PLAIN", secure.Password), ""},
		{"OAUTHBEARER", bearer, ""},
		{"another password", account("SCRAM-SHA-512", "another-password"), "SASL_AUTHENTICATION_FAILED"},
		{"another authority", stranger, "certificate signed by unknown authority"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, b, mariadbtest.Shared(t))
			w.env = test.env
			g := orders.NewGenerator(3)
			w.produce(g.Good(), g.NotJSON())
			if test.fails != "" {
				w.kafkaFails(test.fails)
				return
			}
			w.startReady("pipelines/orders.yaml", "pipelines/shop/order_service.yaml")
			if status, answer := w.post("/user/orders", "", `{"productId":"CATALOG-001","quantity":7,"unitPrice":11000}`); status != http.StatusCreated {
				t.Errorf("the posted order was answered with %d %s", status, answer)
			}
			report := w.check(checker.Config{Exactly: true})
			if report.Rows != 2 || report.DeadLetters != 1 {
				t.Errorf("%d rows and %d dead letters of two good orders and a broken one", report.Rows, report.DeadLetters)
			}
			w.reports("bad_json", "dlq", "list")
			// The outputs of this file refer to the settings of its input.
			w.reports("mark          ok", "connections", "pipelines/replay.yaml")
		})
	}
}

// kafkaFails asserts that the sink reports why it cannot read, without the password.
func (w *world) kafkaFails(reason string) {
	w.t.Helper()
	s := w.start()
	w.eventually("the input's state says "+reason, func(ctx context.Context) error {
		body, status, err := s.Get(ctx, "/orders/ready")
		if err == nil && (status != http.StatusServiceUnavailable || !strings.Contains(body+w.log.String(), reason)) {
			err = fmt.Errorf("%d: %s", status, body)
		}
		return err
	})
	if strings.Contains(w.log.String(), w.env["KAFKA_PASSWORD"]) {
		w.t.Error("the log has the password")
	}
}

// reports asserts that a command of order-sink, with the environment of the sink,
// succeeds and prints a text.
func (w *world) reports(text string, args ...string) {
	w.t.Helper()
	cmd := exec.Command(ordersinktest.Binary(w.t), args...)
	cmd.Dir = ordersinktest.Root(w.t)
	cmd.Env = append(cmd.Environ(), "DEAD_LETTER_TOPIC="+w.deadLetterTopic)
	for name, value := range w.env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), text) {
		w.t.Errorf("%s answered %v:\n%s", strings.Join(args, " "), err, out)
	}
}
