package quickstart

import (
	"database/sql"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

const secret = "not-for-the-screen"

// yours has servers of a user. The variables of the shell name them.
type yours struct {
	database string
	db       *sql.DB
	kafka    *kafka.Memory

	dsn, brokers string // "NAME=value"
}

func newYours(t *testing.T) *yours {
	t.Helper()
	server := mariadbtest.Shared(t)
	y := &yours{database: server.Database(t), kafka: kafkatest.InMemory(t)}
	var err error
	if y.db, err = sql.Open("mysql", server.AdminDSN(y.database)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { y.db.Close() })
	for _, query := range []string{
		"CREATE USER you_" + y.database + "@'127.0.0.1' IDENTIFIED BY '" + secret + "'",
		"GRANT ALL PRIVILEGES ON " + y.database + ".* TO you_" + y.database + "@'127.0.0.1'",
	} {
		if _, err := y.db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	y.dsn = fmt.Sprintf("MARIADB_DSN=you_%s:%s@tcp(%s)/%[1]s", y.database, secret, server.Addr())
	y.brokers = "KAFKA_BROKERS=" + strings.Join(y.kafka.Seeds(), ",")
	return y
}

// tables and topics are all that the servers have.
func (y *yours) tables(t *testing.T) (n int) {
	t.Helper()
	if err := y.db.QueryRow("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = ?", y.database).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func (y *yours) topics(t *testing.T) kadm.ListedOffsets {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(y.kafka.Seeds()...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ends, err := kadm.NewClient(client).ListEndOffsets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return ends
}

func (y *yours) untouched(t *testing.T) {
	t.Helper()
	if n := y.tables(t); n != 0 {
		t.Errorf("the database has %d tables, expected none", n)
	}
	if topics := y.topics(t); len(topics) != 0 {
		t.Errorf("Kafka has the topics %v, expected none", topics)
	}
}

// used checks that both servers have the three orders.
func (y *yours) used(t *testing.T) {
	t.Helper()
	awaitRow(t, y.db, "order_id = '77a436fd-64f9-4d35-999b-a957195f5d23' AND total_price = 6000")
	var records int64
	y.topics(t).Each(func(end kadm.ListedOffset) { records += end.Offset })
	if records != 3 {
		t.Errorf("Kafka has %d records, expected 3", records)
	}
}

// refused checks that a quick start ends with an error.
func (q *quickstart) refused(t *testing.T) {
	t.Helper()
	q.ends(t, `Nothing was changed\. For private servers run: unset `)
}

// says checks that the output names the servers and no password.
func (y *yours) says(t *testing.T, q *quickstart) {
	t.Helper()
	q.find(t, `MariaDB +127\.0\.0\.1:\d+, database `+y.database+`, user you_`+y.database+`\s`)
	q.find(t, `Kafka +`+y.kafka.Seeds()[0]+`\s`)
	if strings.Contains(q.out.String(), secret) {
		t.Error("the output has the password")
	}
}

func TestWithoutATerminalYourServersNeedAConfirmation(t *testing.T) {
	y := newYours(t)
	for name, environment := range map[string][]string{
		"MariaDB":          {y.dsn},
		"Kafka":            {y.brokers},
		"both":             {y.dsn, y.brokers},
		"another answer":   {y.dsn, y.brokers, confirmation + "=no"},
		"a DSN that fails": {"MARIADB_DSN=you:" + secret + "@nowhere", y.brokers, confirmation + "=yes"},
	} {
		t.Run(name, func(t *testing.T) {
			q := start(t, t.TempDir(), environment...)
			if name == "a DSN that fails" {
				q.ends(t, `error: reading MARIADB_DSN: expected user:password`)
			} else {
				q.refused(t)
			}
			if strings.Contains(q.out.String(), secret) {
				t.Error("the output has the password")
			}
			y.untouched(t)
		})
	}
	t.Run("confirmed", func(t *testing.T) {
		q := start(t, t.TempDir(), y.dsn, y.brokers, confirmation+"=yes")
		q.find(t, `Ready \d+\.\d s after the start`)
		y.says(t, q)
		q.find(t, `consumer group order-sink`)
		q.find(t, `(?m)^MariaDB +yours, from MARIADB_DSN`)
		q.find(t, `(?m)^Kafka +yours, from KAFKA_BROKERS`)
		q.interrupt(t)
		y.used(t)
	})
}

// A shell with the variables of a production sink, without the two servers. The other
// variables must not affect the private servers.
func TestThePrivateServersNeedNoTLS(t *testing.T) {
	q := start(t, t.TempDir(), "KAFKA_TLS=true", "KAFKA_SASL=SCRAM-SHA-512", "KAFKA_USERNAME=sink", "KAFKA_PASSWORD="+secret, "MARIADB_TLS=true")
	q.find(t, `Ready \d+\.\d s after the start`)
	q.interrupt(t)
}

func TestOnATerminalYourServersNeedAYes(t *testing.T) {
	if _, err := exec.LookPath("script"); err != nil {
		t.Skip("there is no script command that makes a terminal (Debian: apt-get install bsdutils)")
	}
	y := newYours(t)
	for _, answer := range []string{"n\n", "\n", "maybe\n", "\x04"} { // \x04 is Ctrl-D
		q, keys := onTerminal(t, y.dsn, y.brokers)
		y.says(t, q)
		q.find(t, `Use these servers\? \[y/N\] `)
		keys(answer)
		q.refused(t)
		y.untouched(t)
	}
	q, keys := onTerminal(t, y.dsn, y.brokers)
	q.find(t, `Use these servers\?`)
	keys("\x03") // Ctrl-C
	q.awaitEnd(t)
	y.untouched(t)

	q, keys = onTerminal(t, y.dsn, y.brokers)
	q.find(t, `Use these servers\?`)
	keys("y\n")
	q.find(t, `Ready \d+\.\d s after the start`)
	keys("\x03")
	q.find(t, `Stopping\.`)
	y.used(t)
}

// ends checks that the quick start fails with this text.
func (q *quickstart) ends(t *testing.T, pattern string) {
	t.Helper()
	q.awaitEnd(t)
	if q.Err() == nil {
		t.Error("the exit status is 0")
	}
	q.find(t, pattern)
}

// onTerminal starts a quick start on a terminal, and returns a function that types.
func onTerminal(t *testing.T, environment ...string) (*quickstart, func(keys string)) {
	t.Helper()
	cmd := command(t, t.TempDir(), nil, environment...)
	quoted := "'" + strings.Join(cmd.Args, "' '") + "'"
	terminal := exec.Command("script", "--quiet", "--return", "--command", quoted, "/dev/null")
	terminal.Dir, terminal.Env = cmd.Dir, cmd.Env
	keyboard, err := terminal.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { keyboard.Close() })
	return launch(t, terminal), func(keys string) {
		if _, err := keyboard.Write([]byte(keys)); err != nil {
			t.Fatal(err)
		}
	}
}
