package e2e

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// replica.yaml applies what Debezium's connector has recorded: a snapshot, changes, an added
// column, a changed key, and an emptied table. A second delivery changes nothing.
func TestAReplicaFollowsItsSource(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		file, err := os.Open(filepath.Join(ordersinktest.Root(t), "plugins", "mariadb", "change", "testdata", "debezium.jsonl"))
		w.must(err)
		defer file.Close()
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, 1<<20)
		client := kafkatest.Client(t, b)
		for lines.Scan() {
			var line struct{ Key, Enveloped *string }
			w.must(json.Unmarshal(lines.Bytes(), &line))
			record := &kgo.Record{Topic: w.topic}
			if line.Key != nil {
				record.Key = []byte(*line.Key)
			}
			if line.Enveloped != nil {
				record.Value = []byte(*line.Enveloped)
			}
			w.must(client.ProduceSync(t.Context(), record).FirstErr())
		}
		w.must(lines.Err())
	})
}
