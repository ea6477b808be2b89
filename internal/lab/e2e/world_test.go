package e2e

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadb"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// patience is how long a condition may take on a machine that is busy with
// other things; what is waited for is nearly always there in a second or two.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	code := m.Run()
	kafkatest.Close()
	mariadbtest.Close()
	ordersinktest.Close()
	os.Exit(code)
}

// world is what one test has for itself: two topics, a consumer group, a
// database with the shipped tables, and the shipped pipeline in the real binary.
type world struct {
	t           *testing.T
	broker      kafka.Broker
	server      *mariadbtest.Server
	db          *sql.DB
	dsn         string // of the sink's account, with the grants of config/grants.sql
	tables      string // the DSN of an account that may make tables
	topic       string
	deadLetters string
	service     string             // "127.0.0.1:port" of order_service.yaml
	log         *ordersinktest.Log // of the sink that was started last

	env           map[string]string // more of the sink's environment
	serviceConfig string            // instead of config/service.yaml
}

const partitions = 4

func newWorld(t *testing.T, b kafka.Broker, server *mariadbtest.Server) *world {
	t.Helper()
	w := &world{t: t, broker: b, server: server, service: ordersinktest.FreeAddress(t)}
	w.topic = kafkatest.Topic(t, b, partitions)
	w.deadLetters = kafkatest.Topic(t, b, 1)
	database, dsn := server.Orders(t, filepath.Join(ordersinktest.Root(t), "config"))
	w.dsn, w.tables = dsn, server.DSN(database)
	var err error
	if w.db, err = sql.Open("mysql", w.tables); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.db.Close() })
	return w
}

// start runs the shipped pipelines; it does not wait for their connections.
func (w *world) start(pipelines ...string) *ordersink.Sink {
	w.t.Helper()
	if len(pipelines) == 0 {
		pipelines = []string{"pipelines/orders.yaml"}
	}
	w.log = ordersinktest.NewLog(w.t)
	env := map[string]string{
		"KAFKA_BROKERS":         strings.Join(w.broker.Seeds(), ","),
		"KAFKA_TOPIC":           w.topic,
		"KAFKA_GROUP":           w.topic,
		"REPLAY_GROUP":          w.topic + "-replay",
		"MESSAGES_GROUP":        w.topic + "-messages",
		"DEAD_LETTER_TOPIC":     w.deadLetters,
		"MARIADB_DSN":           w.dsn,
		"ORDER_SERVICE_ADDRESS": w.service,
	}
	maps.Copy(env, w.env)
	s, err := ordersink.Start(ordersink.Config{
		Binary: ordersinktest.Binary(w.t),
		Dir:    ordersinktest.Root(w.t),
		Args: append([]string{
			"streams", "--no-api",
			"-o", cmp.Or(w.serviceConfig, "config/service.yaml"), "-r", "config/resources.yaml", "-r", "config/shop.yaml", "-r", "config/gateway.yaml",
		}, pipelines...),
		Env:  env,
		HTTP: ordersinktest.FreeAddress(w.t),
		Log:  w.log,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := s.Kill(); err != nil {
			w.t.Error(err)
		}
	})
	return s
}

// startReady also waits until the pipelines are connected.
func (w *world) startReady(pipelines ...string) *ordersink.Sink {
	w.t.Helper()
	s := w.start(pipelines...)
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	var addresses []string
	for pipeline, address := range map[string]string{
		"pipelines/shop/order_service.yaml": w.service,
		"pipelines/shop/user_service.yaml":  w.env["USER_SERVICE_ADDRESS"],
		"pipelines/shop/gateway.yaml":       w.env["GATEWAY_ADDRESS"],
	} {
		if slices.Contains(pipelines, pipeline) {
			addresses = append(addresses, address)
		}
	}
	if err := s.AwaitReady(ctx, addresses...); err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) produce(messages ...orders.Message) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	if _, err := orders.Produce(ctx, w.broker.Seeds(), w.topic, slices.Values(messages), nil); err != nil {
		w.t.Fatal(err)
	}
}

// check ends every test: the table equals the log, and the dead letters are
// those that are deserved.
func (w *world) check(config checker.Config) checker.Report {
	w.t.Helper()
	config.Seeds, config.Topic, config.DeadLetters, config.DB = w.broker.Seeds(), w.topic, w.deadLetters, w.db
	return checker.Eventually(w.t, patience, config)
}

// awaitCommitted waits until the group has acknowledged the whole topic.
func (w *world) awaitCommitted() {
	w.t.Helper()
	w.awaitGroup(w.topic)
}

func (w *world) awaitGroup(group string) {
	w.t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(w.broker.Seeds()...))
	if err != nil {
		w.t.Fatal(err)
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	w.eventually("every offset is committed", func(ctx context.Context) error {
		ends, err := admin.ListEndOffsets(ctx, w.topic)
		if err = errors.Join(err, ends.Error()); err != nil {
			return err
		}
		committed, err := admin.FetchOffsets(ctx, group)
		if err = errors.Join(err, committed.Error()); err != nil {
			return err
		}
		var behind []string
		ends.Each(func(end kadm.ListedOffset) {
			at, _ := committed.Lookup(end.Topic, end.Partition)
			if at.At < end.Offset {
				behind = append(behind, fmt.Sprintf("partition %d is at %d of %d", end.Partition, at.At, end.Offset))
			}
		})
		if len(behind) > 0 {
			return errors.New(strings.Join(behind, ", "))
		}
		return nil
	})
}

// awaitRows waits until the table has at least so many rows.
func (w *world) awaitRows(atLeast int) {
	w.t.Helper()
	w.eventually(fmt.Sprintf("%d rows are stored", atLeast), func(ctx context.Context) error {
		var count int
		if err := w.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM orders").Scan(&count); err != nil {
			return err
		}
		if count < atLeast {
			return fmt.Errorf("there are %d", count)
		}
		return nil
	})
}

func (w *world) eventually(what string, condition func(context.Context) error) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	for {
		err := condition(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			w.t.Fatalf("waiting until %s: %v", what, err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (w *world) exec(query string) {
	w.t.Helper()
	if _, err := w.db.ExecContext(w.t.Context(), query); err != nil {
		w.t.Fatalf("%.60s…: %v", query, err)
	}
}

// runSQL runs a file of config/.
func (w *world) runSQL(file string) {
	w.t.Helper()
	if err := mariadb.RunFile(w.t.Context(), w.tables, filepath.Join(ordersinktest.Root(w.t), "config", file)); err != nil {
		w.t.Fatal(err)
	}
}

// grant lets the sink write another table than that of config/schema.sql.
func (w *world) grant(table string) {
	w.t.Helper()
	w.admin("GRANT SELECT, INSERT, UPDATE ON " + table + " TO order_sink")
}

// admin does what a sink may not, in the database of the test.
func (w *world) admin(query string) {
	w.t.Helper()
	db, err := sql.Open("mysql", w.server.AdminDSN(w.tables[strings.LastIndexByte(w.tables, '/')+1:]))
	if err == nil {
		defer db.Close()
		_, err = db.ExecContext(w.t.Context(), query)
	}
	if err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
}
