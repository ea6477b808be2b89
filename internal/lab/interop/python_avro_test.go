package interop

import (
	"encoding/hex"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/registrytest"
)

func TestPythonSmoke(t *testing.T) {
	b, r := kafkatest.Shared(t), registrytest.Shared(t)
	topic := kafkatest.Topic(t, b, 1)
	for _, s := range []string{"avro-keys", "text-keys", "new-field"} {
		sendAvro(t, b, r.URL(), topic, s)
	}
	for _, rec := range kafkatest.Records(t, b, topic) {
		t.Log(hex.EncodeToString(rec.Key), hex.EncodeToString(rec.Value), rec.Headers)
	}
}
