package differential

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

func TestMain(m *testing.M) { sharedtest.Main(m, mariadbtest.Close) }

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
func (w *world) tell(t *testing.T, address string) []exchange {
	t.Helper()
	story, err := read(w.words)
	require.NoError(t, err)
	_, err = url.Parse(address)
	require.NoError(t, err)
	all, err := (&runner{base: address, produce: w.produce}).run(t.Context(), story)
	require.NoError(t, err)
	return all
}

// real returns the answers of a real worker.
func real(t *testing.T) []exchange {
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
		text, err := json.MarshalIndent(all, "", " ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(path, text, 0o600))
	}
	return all
}

func TestTheRealWorker(t *testing.T) { t.Log(len(real(t))) }
