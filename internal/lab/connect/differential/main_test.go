package differential

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect/rest/resttest"
	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

func TestMain(m *testing.M) { sharedtest.Main(m, mariadbtest.Close, ordersinktest.Close) }

// world is where one worker lives: a Kafka of its own, because both workers have the same
// connectors, and an empty database.
type world struct {
	broker *kafka.Java
	words  map[string]string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	server := mariadbtest.Shared(t)
	account, err := mysql.ParseDSN(server.AdminDSN(server.Database(t)))
	require.NoError(t, err)
	w := &world{broker: kafkatest.Private(t), words: map[string]string{
		"URL":  "jdbc:mariadb://" + account.Addr + "/" + account.DBName,
		"USER": account.User, "PASSWORD": account.Passwd, "LONG": strings.Repeat("n", 300),
	}}
	for _, topic := range []string{"story-orders", "story-more", "story-broken"} {
		require.NoError(t, w.broker.CreateTopic(t.Context(), topic, 1, nil))
	}
	return w
}

// produce sends orders, or one record.
func (w *world) produce(ctx context.Context, topic string, records int, text string) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(w.broker.Seeds()...))
	if err != nil {
		return err
	}
	defer client.Close()
	values := []string{text}
	if text == "" {
		values = nil
		for i := range records {
			values = append(values, fmt.Sprintf(`{"schema":{"type":"struct","fields":[{"field":"order_id","type":"int64","optional":false},`+
				`{"field":"qty","type":"int32","optional":true}]},"payload":{"order_id":%d,"qty":%d}}`, i, 10*i))
		}
	}
	for _, value := range values {
		if err := client.ProduceSync(ctx, &kgo.Record{Topic: topic, Value: []byte(value)}).FirstErr(); err != nil {
			return err
		}
	}
	return nil
}

// tell runs the story on a worker.
func (w *world) tell(t *testing.T, address string) []resttest.Exchange {
	t.Helper()
	story, err := read(w.words)
	require.NoError(t, err)
	all, err := (&runner{base: address, produce: w.produce}).run(t.Context(), story)
	require.NoError(t, err)
	for i := range all { // each worker has a database of its own
		all[i].Answer = strings.ReplaceAll(all[i].Answer, w.words["URL"], "jdbc:mariadb://127.0.0.1/story")
		if all[i].Body != nil {
			body := strings.ReplaceAll(*all[i].Body, w.words["URL"], "jdbc:mariadb://127.0.0.1/story")
			all[i].Body = &body
		}
	}
	return all
}

// askReal returns the answers of a real worker.
func askReal(t *testing.T) []resttest.Exchange {
	t.Helper()
	w := newWorld(t)
	worker, err := connectworker.Start(t.Context(), t.TempDir(), w.broker.Seeds(), connectworker.JDBCSink, connectworker.Loggers)
	javatest.Require(t, err)
	t.Cleanup(func() {
		if err := worker.Close(); err != nil {
			t.Error(err)
		}
	})
	all := w.tell(t, "http://"+worker.Address())
	if path := os.Getenv("STORY_TRANSCRIPT"); path != "" {
		require.NoError(t, resttest.Write(path, lasting(all)))
	}
	return all
}

// lasting returns what a test without a worker can compare: no answer about the values of
// configurations, the plugins or the loggers of a JVM.
func lasting(all []resttest.Exchange) (kept []resttest.Exchange) {
	for _, e := range all {
		if len(e.Answer) > 3500 || strings.Contains(e.Answer, "configuration is invalid") || strings.Contains(e.Answer, "hibernate") ||
			strings.HasPrefix(e.Path, "/connector-plugins") && e.Status == http.StatusOK {
			continue
		}
		e.Answered = maps.Clone(e.Answered)
		maps.DeleteFunc(e.Answered, func(name string, _ []string) bool {
			return name != "Content-Type" && name != "Location" && name != "Allow"
		})
		kept = append(kept, e)
	}
	return kept
}

// askOurs returns the answers of order-sink.
func askOurs(t *testing.T) []resttest.Exchange {
	t.Helper()
	w := newWorld(t)
	address := ordersinktest.FreeAddress(t)
	file := filepath.Join(t.TempDir(), "worker.properties")
	text := connectworker.Properties(w.broker.Seeds(), "story", address)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	sink, err := ordersink.Start(ordersink.Config{
		Binary: ordersinktest.Binary(t), Args: []string{"connect-distributed", file}, HTTP: address, Log: ordersinktest.NewLog(t),
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
	return w.tell(t, "http://"+address)
}
