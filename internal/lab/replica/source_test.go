package replica

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadb"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

// patience is how long a condition may take on a busy machine, including the start of a
// JVM.
const patience = 4 * time.Minute

// serverID is the id of the source as a server of MariaDB. The connectors have the next.
const serverID = 4711

var (
	// logged is a MariaDB with a binary log, for the databases of all tests.
	logged = sharedtest.Resource[*mariadb.Server]{
		Name: "replica-source",
		Start: func(dir string) (*mariadb.Server, error) {
			s, err := mariadb.New(context.Background(), dir, 0,
				"--log-bin=binlog", "--binlog-format=ROW", "--binlog-row-image=FULL",
				fmt.Sprintf("--server-id=%d", serverID))
			if err == nil {
				err = s.Start(context.Background())
			}
			return s, err
		},
		Stop: func(s *mariadb.Server) { _ = s.Kill() },
	}
	connectors atomic.Int64
)

// source is a database with a binary log that a connector reads.
type source struct {
	*testing.T
	server   *mariadb.Server
	broker   *kafka.Java
	worker   *connectworker.Worker
	db       *sql.DB // with every privilege, and the session time zone +00:00
	database string
}

// newSource creates an empty database, which no connector reads yet.
func newSource(t *testing.T, name string) *source {
	t.Helper()
	broker := kafkatest.Shared(t)
	server, err := logged.Get()
	if err != nil {
		t.Fatal(err)
	}
	s := &source{
		T: t, server: server, broker: broker, worker: sharedWorker(t, broker), database: name,
	}
	s.db = mariadbtest.Script(t, server.AdminDSN(""), nil)
	s.exec("CREATE DATABASE " + s.database + " CHARACTER SET utf8mb4")
	s.db = mariadbtest.Script(t, server.AdminDSN(s.database), nil)
	return s
}

// exec runs SQL on the source.
func (s *source) exec(text string) {
	s.Helper()
	if _, err := s.db.ExecContext(s.Context(), text); err != nil {
		s.Fatalf("%s: %v", text, err)
	}
}

// run runs the statements of a file on the source.
func (s *source) run(path string) {
	s.Helper()
	if err := mariadb.RunFile(s.Context(), s.server.AdminDSN(s.database), path); err != nil {
		s.Fatal(err)
	}
}

// capture starts a connector, which makes a snapshot and then follows the binary log. The
// connector has the topics prefix.database.table. set replaces settings.
func (s *source) capture(prefix string, partitions int, set map[string]string) (connector string) {
	s.Helper()
	account, err := mysql.ParseDSN(s.server.AdminDSN(s.database))
	s.must(err)
	n := int(connectors.Add(1))
	connector = fmt.Sprintf("%s-%d", prefix, n)
	settings := map[string]string{
		// A second connector of the same topics has a history of its own.
		"schema.history.internal.kafka.topic":                       connector + "-history",
		"schema.history.internal.store.only.captured.databases.ddl": "true",
		"poll.interval.ms": "50",
	}
	maps.Copy(settings, set)
	config, err := connectworker.Source{
		Prefix: prefix, Seeds: s.broker.Seeds(), Partitions: partitions, ServerID: serverID + n,
		Address: account.Addr, User: account.User, Password: account.Passwd, Database: s.database,
		Set: settings,
	}.Config()
	s.must(err)
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	defer cancel()
	s.must(s.worker.Create(ctx, connector, config))
	return connector
}

// eventually waits until a condition is true. It fails at once when a connector fails.
func (s *source) eventually(what string, condition func(context.Context) error, connectors ...string) {
	s.Helper()
	eventuallytest.Succeeds(s.T, patience, what, func(ctx context.Context) error {
		for _, connector := range connectors {
			if err := s.worker.Check(ctx, connector); err != nil && ctx.Err() == nil {
				s.Fatal(err)
			}
		}
		return condition(ctx)
	})
}

// awaitSnapshot waits until the last record of the n-th snapshot of a prefix is in Kafka.
// Until then no table may change: MariaDB ends the snapshot's transaction for it.
func (s *source) awaitSnapshot(prefix string, n int, connector string) {
	s.Helper()
	s.eventually("the snapshot of "+connector+" is in Kafka", func(ctx context.Context) error {
		topics, err := s.topics(ctx, prefix)
		if err != nil {
			return err
		}
		found := 0
		for _, topic := range topics {
			records, err := s.read(ctx, topic)
			if err != nil {
				return err
			}
			for _, record := range records {
				if e, err := readEnvelope(record.Value); err == nil && e.Payload.Source.Snapshot == "last" {
					found++
				}
			}
		}
		if found < n {
			return fmt.Errorf("%d topics have %d records that are the last of a snapshot", len(topics), found)
		}
		return nil
	}, connector)
}

// release ends a connector.
func (s *source) release(connector string) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	defer cancel()
	s.must(s.worker.Check(ctx, connector))
	s.must(s.worker.Delete(ctx, connector))
}

func (s *source) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

var worker = sharedtest.Resource[*connectworker.Worker]{
	Name: "replica-connect",
	Start: func(dir string) (*connectworker.Worker, error) {
		return connectworker.Start(context.Background(), dir, workerSeeds, connectworker.MariaDBSource)
	},
	Stop: func(w *connectworker.Worker) { _ = w.Close() },
}

// workerSeeds is where the worker of this process finds Kafka.
var workerSeeds []string

// sharedWorker returns the worker of all tests. A test that fails prints the errors of the
// worker's log.
func sharedWorker(t *testing.T, broker *kafka.Java) *connectworker.Worker {
	t.Helper()
	workerSeeds = broker.Seeds()
	w, err := worker.Get()
	javatest.Require(t, err)
	t.Cleanup(func() {
		if !t.Failed() {
			return
		}
		log, _ := os.ReadFile(w.Log())
		for line := range strings.Lines(string(log)) {
			if strings.Contains(line, " ERROR ") || strings.HasPrefix(line, "Caused by") {
				t.Logf("Kafka Connect: %.300s", line)
			}
		}
	})
	return w
}
