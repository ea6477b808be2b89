package clients

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/loopback"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

// patience is how long a condition may take on a busy machine.
const patience = time.Minute

func TestMain(m *testing.M) {
	sharedtest.Main(m, ours.Close, theirs.Close, kafkatest.Close, mariadbtest.Close, ordersinktest.Close)
}

// worker is a worker of Kafka Connect, and the class of the connectors that a test creates.
type worker struct {
	ours  bool
	url   string // "http://127.0.0.1:8083"
	class string
}

const (
	debezium  = "io.debezium.connector.jdbc.JdbcSinkConnector"
	confluent = "io.confluent.connect.jdbc.JdbcSinkConnector"
)

// each runs a test against order-sink with two classes of sinks, and against a real worker.
func each(t *testing.T, test func(t *testing.T, w *worker)) {
	t.Run("confluent", func(t *testing.T) { test(t, orderSink(t, confluent)) })
	t.Run("debezium", func(t *testing.T) { test(t, orderSink(t, debezium)) })
	t.Run("real", func(t *testing.T) { test(t, real(t)) })
}

// seeds and binary are set before the workers start.
var (
	seeds  []string
	binary string
	log    ordersinktest.Log // of order-sink
)

// origin is a page from which browsers may ask order-sink.
const origin = "http://ui.example"

// cors are the properties that let a page ask order-sink.
const cors = `access.control.allow.origin=` + origin + `
access.control.allow.methods=GET,POST,PUT,DELETE,OPTIONS
`

var ours = sharedtest.Resource[*ordersink.Sink]{
	Name: "clients",
	Start: func(dir string) (*ordersink.Sink, error) {
		port, err := loopback.Port(0)
		if err != nil {
			return nil, err
		}
		file, address := filepath.Join(dir, "connect-distributed.properties"), loopback.Address(port)
		if err := os.WriteFile(file, []byte(connectworker.Properties(seeds, "clients", address)+cors), 0o600); err != nil {
			return nil, err
		}
		sink, err := ordersink.Start(ordersink.Config{Binary: binary, Args: []string{"connect-distributed", file}, HTTP: address, Log: &log})
		if err != nil {
			return nil, err
		}
		ctx, done := context.WithTimeout(context.Background(), patience)
		defer done()
		return sink, sink.Await(ctx, func(ctx context.Context) error {
			body, status, err := sink.Get(ctx, "/health")
			if err == nil && status != http.StatusOK {
				err = fmt.Errorf("/health answered %d: %s", status, body)
			}
			return err
		})
	},
	Stop: func(sink *ordersink.Sink) { _ = sink.Stop(30 * time.Second) },
}

func orderSink(t *testing.T, class string) *worker {
	t.Helper()
	seeds, binary = kafkatest.Shared(t).Seeds(), ordersinktest.Binary(t)
	sink, err := ours.Get()
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	from := len(log.String())
	t.Cleanup(func() {
		if text := log.String()[from:]; t.Failed() {
			t.Logf("the end of order-sink's log:\n%s", text[max(0, len(text)-3000):])
		}
	})
	return &worker{ours: true, url: "http://" + sink.Address(), class: class}
}

var theirs = sharedtest.Resource[*connectworker.Worker]{
	Name: "real",
	Start: func(dir string) (*connectworker.Worker, error) {
		return connectworker.Start(context.Background(), dir, seeds, connectworker.JDBCSink, connectworker.Loggers)
	},
	Stop: func(w *connectworker.Worker) { _ = w.Close() },
}

// noise is the lines of a log that say nothing about a test that waits: the requests.
var noise = regexp.MustCompile(`(?m)^.*RestServer - 127.*\n`)

func real(t *testing.T) *worker {
	t.Helper()
	seeds = kafkatest.Shared(t).Seeds()
	w, err := theirs.Get()
	javatest.Require(t, err)
	before, _ := os.ReadFile(w.Log())
	t.Cleanup(func() {
		if text, _ := os.ReadFile(w.Log()); t.Failed() {
			text = noise.ReplaceAll(text[len(before):], nil)
			t.Logf("the end of Kafka Connect's log:\n%s", text[max(0, len(text)-3000):])
		}
	})
	return &worker{url: "http://" + w.Address(), class: debezium}
}
