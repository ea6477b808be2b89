package translate_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// otherwise are the connectors whose tables a worker of Kafka Connect leaves in another state,
// and why.
var otherwise = map[string]string{
	"debezium-order-price": "the transform is ours",
	"debezium-text-key":    "the connector fails at a key that is one value (ClassCastException)",
}

// collation is what a text column of the key has only in our tables, so that two ids that
// differ in case are two rows.
var collation = regexp.MustCompile(` CHARACTER SET utf8mb4 COLLATE utf8mb4_\w+`)

// TestAWorkerOfKafkaConnectWritesTheSameRows runs the connectors of Debezium's sink in a worker
// of Kafka Connect, and compares the tables with those that order-sink has written.
func TestAWorkerOfKafkaConnectWritesTheSameRows(t *testing.T) {
	broker := kafkatest.Shared(t)
	live, err := connectworker.Start(t.Context(), t.TempDir(), broker.Seeds(), connectworker.JDBCSink)
	javatest.Require(t, err)
	t.Cleanup(func() { assert.NoError(t, live.Close()) })
	admin := kadm.NewClient(kafkatest.Client(t, broker))
	paths, err := filepath.Glob("testdata/debezium-*.records")
	require.NoError(t, err)
	for _, path := range paths {
		name := strings.TrimSuffix(path, ".records")
		if otherwise[filepath.Base(name)] != "" {
			continue
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			server := mariadbtest.Shared(t)
			dsn := server.DSN(server.Database(t))
			db := mariadbtest.Script(t, dsn, nil)
			if text, err := os.ReadFile(name + ".sql"); err == nil {
				_, err = db.ExecContext(t.Context(), string(text))
				require.NoError(t, err)
			}
			topics := produce(t, broker, path)
			t.Cleanup(func() {
				_, err := admin.DeleteTopics(context.Background(), topics...)
				require.NoError(t, err)
			})
			c := there(t, connector(t, name+".json"), dsn, broker)
			config := maps.Clone(c.Config)
			// Without it, the connector takes a table of another database for the one of the URL.
			config["connection.url"] += "?nullDatabaseMeansCurrent=true"
			for key, value := range map[string]string{"key.converter": worker["key.converter"], "value.converter": worker["value.converter"], "consumer.override.metadata.max.age.ms": "500"} {
				if config[key] == "" {
					config[key] = value
				}
			}
			want, err := os.ReadFile(name + ".rows")
			require.NoError(t, err)
			created := live.Create(t.Context(), c.Name, config)
			defer func() { _ = live.Delete(context.Background(), c.Name) }()
			require.NoError(t, created)
			plain := func(text string) string { return collation.ReplaceAllString(text, "") }
			eventuallytest.Succeeds(t, 2*time.Minute, "the worker writes the rows", func(ctx context.Context) error {
				if err := live.Check(ctx, c.Name); err != nil {
					return err
				}
				if got := plain(dump(t, db)); got != plain(string(want)) {
					return fmt.Errorf("the worker has\n%s\nwant\n%s", got, plain(string(want)))
				}
				return nil
			})
		})
	}
}
