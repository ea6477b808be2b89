package e2e

import (
	"context"
	"encoding/binary"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/lab/scrape"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// eventfulAvro runs avro.yaml through every event that leaves a metric of its own: a record is
// refused, and a record waits for the schema registry.
func eventfulAvro(t *testing.T) (metrics exposed) {
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
	var isUp atomic.Bool
	registry := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, _ *http.Request) {
		if !isUp.Load() {
			answer.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = answer.Write([]byte(`{"schema":"{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"id\",\"type\":\"int\"}]}"}`))
	}))
	t.Cleanup(registry.Close)
	w.env = map[string]string{
		"KAFKA_TOPICS": w.topic, "CREATE_TABLES": "true", "SCHEMA_REGISTRY_URL": registry.URL, "KEY_FORMAT": "int32", "KEY_COLUMN": "id",
	}
	w.grantAll()
	s := w.startReady("pipelines/avro.yaml")
	key := binary.BigEndian.AppendUint32(nil, 7)
	w.must(kafkatest.Client(t, w.broker).ProduceSync(t.Context(),
		&kgo.Record{Topic: w.topic, Key: key, Value: []byte("no Avro")},
		&kgo.Record{Topic: w.topic, Key: key, Value: []byte{0, 0, 0, 0, 1, 14}}).FirstErr())
	w.awaitAnswer(s, "/avro/ready", http.StatusServiceUnavailable, `"registry".*waiting for the schema registry since `)
	isUp.Store(true)
	w.awaitCommitted()
	w.awaitAnswer(s, "/ready", http.StatusOK, "")
	w.eventually("a record was refused, and a record has waited", func(ctx context.Context) error {
		var err error
		metrics.Metrics, err = scrape.Read(ctx, s)
		if err == nil && (metrics.Sum("connect_avro_decode_refused_total") != 1 || metrics.Sum("connect_avro_decode_waits_total") == 0) {
			err = errors.New("not yet")
		}
		return err
	})
	return metrics
}
