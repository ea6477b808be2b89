package rows

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/registry"
	"github.com/order-sink/order-sink/internal/servers/registrytest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

func TestMain(m *testing.M) {
	sharedtest.Main(m, kafkatest.Close, registrytest.Close, ordersinktest.Close)
}

// world has one of everything, but two workers.
type world struct {
	broker       *kafka.Java
	server       *mariadbtest.Server
	registry     *registry.Registry
	theirs, mine *side
	properties   string // the path of the file of order-sink's worker
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{}
	// Servers of Java need a while to start.
	var starting sync.WaitGroup
	starting.Go(func() { w.broker = kafkatest.Shared(t) })
	starting.Go(func() { w.registry = registrytest.Shared(t) })
	starting.Go(func() { ordersinktest.Binary(t) })
	w.server = mariadbtest.Private(t, "--max-connections=1000")
	starting.Wait()
	if w.broker == nil || w.registry == nil { // the goroutine has said why
		t.FailNow()
	}
	admin := kadm.NewClient(kafkatest.Client(t, w.broker))
	w.theirs = &side{name: theirs, address: w.startTheirs(t), admin: admin}
	w.mine = &side{name: mine, address: w.startMine(t), admin: admin}
	return w
}

func (w *world) startTheirs(t *testing.T) (address string) {
	t.Helper()
	worker, err := connectworker.Start(t.Context(), t.TempDir(), w.broker.Seeds(),
		connectworker.JDBCSink, connectworker.AvroConverter, connectworker.QuickCommits)
	javatest.Require(t, err)
	t.Cleanup(func() {
		if log, _ := os.ReadFile(worker.Log()); t.Failed() {
			t.Logf("the end of Kafka Connect's log:\n%s", log[max(0, len(log)-8000):])
			if path := os.Getenv("ROWS_LOG"); path != "" {
				_ = os.WriteFile(path, log, 0o600)
			}
		}
		if err := worker.Close(); err != nil {
			t.Error(err)
		}
	})
	return worker.Address()
}

func (w *world) startMine(t *testing.T) (address string) {
	t.Helper()
	address = ordersinktest.FreeAddress(t)
	w.properties = filepath.Join(t.TempDir(), "worker.properties")
	text := connectworker.Properties(w.broker.Seeds(), "rows", address) + "offset.flush.interval.ms=500\n"
	require.NoError(t, os.WriteFile(w.properties, []byte(text), 0o600))
	sink, err := ordersink.Start(ordersink.Config{
		Binary: ordersinktest.Binary(t), Args: []string{"connect-distributed", w.properties}, HTTP: address, Log: ordersinktest.NewLog(t),
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		if err := sink.Stop(30 * time.Second); err != nil {
			t.Error(err)
		}
	})
	require.NoError(t, sink.Await(t.Context(), func(ctx context.Context) error {
		body, status, err := sink.Get(ctx, "/health")
		if err == nil && status != http.StatusOK {
			err = fmt.Errorf("/health answered %d: %s", status, body)
		}
		return err
	}))
	return address
}

// database makes a database with the tables of a case. It returns the settings of a connector
// that writes to it. The account sees no other database, because the JVM connector takes a
// table of another database for its own.
func (w *world) database(t *testing.T, s *side, c *testCase) (db *sql.DB, settings map[string]string) {
	t.Helper()
	name := w.server.Database(t)
	dsn := w.server.AdminDSN(name)
	db = mariadbtest.Script(t, dsn, nil)
	_, err := db.ExecContext(t.Context(), fmt.Sprintf("CREATE USER %[1]s@'127.0.0.1' IDENTIFIED BY 'secret'; GRANT ALL ON %[1]s.* TO %[1]s@'127.0.0.1'", name))
	require.NoError(t, err)
	if c.Create != "" {
		_, err = db.ExecContext(t.Context(), c.text(c.Create))
		require.NoError(t, err)
	}
	account, err := mysql.ParseDSN(dsn)
	require.NoError(t, err)
	return db, map[string]string{
		"SIDE":                s.name,
		"connection.url":      "jdbc:mariadb://" + account.Addr + "/" + name,
		"connection.username": name,
		"connection.password": "secret",
	}
}

// converters are the converters for Avro of one worker. Confluent's converter is not in a
// public repository, so the real worker has Apicurio's, which follows the same rules.
func (w *world) converters(s *side, side string) map[string]string {
	if s == w.theirs {
		return connectworker.Avro(w.registry.NativeURL(), side)
	}
	return map[string]string{
		side + ".converter":                     "io.confluent.connect.avro.AvroConverter",
		side + ".converter.schema.registry.url": w.registry.URL(),
	}
}
