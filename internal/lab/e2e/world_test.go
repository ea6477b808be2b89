package e2e

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

// patience is how long a condition may take on a machine that is busy with other work.
// Nearly every condition is true after a second or two.
const patience = 2 * time.Minute

func TestMain(m *testing.M) {
	sharedtest.Main(m, kafkatest.Close, mariadbtest.Close, ordersinktest.Close)
}

// world is what one test has for itself: two topics, a consumer group, a
// database with the shipped tables, and the shipped pipeline in the real binary.
type world struct {
	t               *testing.T
	broker          kafka.Broker
	server          *mariadbtest.Server
	db              *sql.DB
	dsn             string // of the sink's account, with the grants of config/grants.sql
	tables          string // the DSN of an account that may make tables
	topic           string
	deadLetterTopic string
	service         string             // "127.0.0.1:port" of order_service.yaml
	log             *ordersinktest.Log // of the sink that was started last

	env           map[string]string // more of the sink's environment
	serviceConfig string            // instead of config/service.yaml
}

const partitions = 4

func newWorld(t *testing.T, b kafka.Broker, server *mariadbtest.Server) *world {
	t.Helper()
	w := &world{t: t, broker: b, server: server, service: ordersinktest.FreeAddress(t)}
	w.topic = kafkatest.Topic(t, b, partitions)
	w.deadLetterTopic = kafkatest.Topic(t, b, 1)
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
		"DEAD_LETTER_TOPIC":     w.deadLetterTopic,
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
