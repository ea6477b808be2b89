package interop

import (
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/registrytest"
)

// Decimals, dates, texts, enums, defaults and nulls of Confluent's Python client arrive
// exactly. The schema of the value names a schema of another subject. A tombstone deletes the
// row of its Avro key. A record with a new field gets a new column.
func TestAvroOfThePythonClientBecomesRows(t *testing.T) {
	b, r := kafkatest.Shared(t), registrytest.Shared(t)
	s := startAvro(t, b, r.URL(), nil)
	sendAvro(t, b, r.URL(), s.topic, "avro-keys")
	all := "SELECT " + shown + " FROM `" + s.topic + "` ORDER BY order_id"
	moved := strings.Replace(usualRow, "Ana", "한국어 😀", 1)
	s.awaitRows(all, "a-1 "+usualRow, "a-2 "+extremeRow, "주문 🛒 "+moved)
	sendAvro(t, b, r.URL(), s.topic, "new-field")
	s.awaitRows("SELECT order_id, note FROM `"+s.topic+"` ORDER BY order_id", "a-1 none", "a-2 none", "n-1 new", "주문 🛒 none")
	if letters := kafkatest.Records(t, b, s.deadLetters); len(letters) > 0 {
		t.Errorf("%d dead letters, the first %v", len(letters), letters[0].Headers)
	}
}

// Keys that are text have no schema.
func TestAvroWithTextKeysBecomesRows(t *testing.T) {
	b, r := kafkatest.Shared(t), registrytest.Shared(t)
	s := startAvro(t, b, r.URL(), map[string]string{"KEY_FORMAT": "string", "KEY_COLUMN": "order_id"})
	sendAvro(t, b, r.URL(), s.topic, "text-keys")
	moved := strings.Replace(usualRow, "Ana", "한국어 😀", 1)
	s.awaitRows("SELECT "+shown+" FROM `"+s.topic+"` ORDER BY order_id", "t-1 "+usualRow, "주문 🛒 "+moved)
}
