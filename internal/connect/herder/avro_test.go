package herder

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/avro"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/servers/registry"
	"github.com/order-sink/order-sink/internal/servers/registrytest"
)

const (
	avroConverter = "io.confluent.connect.avro.AvroConverter"

	avroKey    = `{"type":"record","name":"OrderKey","fields":[{"name":"id","type":"int"}]}`
	avroRow    = `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"int"},{"name":"v","type":"string"}]}`
	avroNewRow = `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"int"},{"name":"v","type":"string"},{"name":"note","type":["null","string"],"default":null}]}`
	// As Debezium's sources write it.
	avroChange = `{"type":"record","name":"Envelope","namespace":"shop.orders","connect.name":"shop.orders.Envelope","fields":[
		{"name":"before","type":["null",{"type":"record","name":"Value","fields":[{"name":"id","type":"int"},{"name":"v","type":["null","string"],"default":null}]}],"default":null},
		{"name":"after","type":["null","Value"],"default":null},
		{"name":"source","type":{"type":"record","name":"Source","fields":[{"name":"db","type":"string"}]}},
		{"name":"op","type":"string"},{"name":"ts_ms","type":["null","long"],"default":null}]}`
)

// avroWorld is a world whose records are in Avro.
type avroWorld struct {
	*world
	registry *registry.Registry
	ids      map[string]int // of the schemas
}

func newAvroWorld(t *testing.T) *avroWorld {
	w := &avroWorld{newWorld(t), registrytest.Private(t), map[string]int{}}
	for n, schema := range []string{avroKey, avroRow, avroNewRow, avroChange} {
		w.ids[schema] = registrytest.Register(t, w.registry, fmt.Sprintf("subject-%d", n), schema)
	}
	return w
}

// encode returns the bytes of Confluent's serializer.
func (w *avroWorld) encode(schema string, value map[string]any) []byte {
	w.t.Helper()
	frame := binary.BigEndian.AppendUint32([]byte{0}, uint32(w.ids[schema]))
	text, err := avro.MustParse(schema).AppendEncode(frame, value)
	require.NoError(w.t, err)
	return text
}

// produce sends a record to partition 0.
func (w *avroWorld) produce(key, value []byte) {
	w.t.Helper()
	require.NoError(w.t, w.client.ProduceSync(w.t.Context(), &kgo.Record{Topic: w.topic, Key: key, Value: value}).FirstErr())
}

func (w *avroWorld) key(id int) []byte { return w.encode(avroKey, map[string]any{"id": id}) }

// config is a connector whose values are in Avro.
func (w *avroWorld) config(set ...string) map[string]string {
	return w.world.config(append([]string{
		"value.converter", avroConverter, "value.converter.schema.registry.url", w.registry.URL(), "pk.mode", "record_key", "delete.enabled", "true",
	}, set...)...)
}

// table returns the rows of the table t in the order of their ids.
func (w *avroWorld) table() (all []string) {
	found, err := w.db.QueryContext(w.t.Context(), "SELECT CONCAT(id, ' ', v) FROM t ORDER BY id")
	require.NoError(w.t, err)
	defer found.Close()
	for found.Next() {
		var row string
		require.NoError(w.t, found.Scan(&row))
		all = append(all, row)
	}
	require.NoError(w.t, found.Err())
	return all
}

// A connector whose registry is down runs, says what it waits for, and then goes on.
func TestAConnectorWaitsForTheRegistry(t *testing.T) {
	w := newAvroWorld(t)
	config := w.config("key.converter", avroConverter, "key.converter.schema.registry.url", w.registry.URL(), "auto.evolve", "true")
	w.produce(w.key(1), w.encode(avroRow, map[string]any{"id": 1, "v": "a"}))
	w.produce(w.key(2), w.encode(avroRow, map[string]any{"id": 2, "v": "b"}))
	_, err := w.Create(ctx, "orders", config, "")
	require.NoError(t, err)
	w.awaitRows(2)
	w.produce(w.key(1), nil)
	w.awaitRows(1)
	require.Equal(t, []string{"2 b"}, w.table())
	waits, err := w.Waits("orders")
	require.NoError(t, err)
	require.Empty(t, waits)

	require.NoError(t, w.registry.Kill())
	w.produce(w.key(3), w.encode(avroRow, map[string]any{"id": 3, "v": "c"})) // its schema is known
	w.awaitRows(2)
	w.produce(w.key(4), w.encode(avroNewRow, map[string]any{"id": 4, "v": "d", "note": "new"}))
	w.awaitWait("orders", "registry", "waiting for the schema registry since ")
	waits, err = w.Waits("orders")
	require.NoError(t, err)
	require.Len(t, waits, 1, "the records of the topic can be read, and the table can be written")
	require.Contains(t, waits[0].Reason, w.registry.URL())
	w.awaitStates("orders", connect.Running, connect.Running, connect.Running)
	require.Equal(t, []string{"2 b", "3 c"}, w.table())

	require.NoError(t, w.registry.Start(t.Context()))
	w.awaitRows(3)
	require.Equal(t, []string{"2 b", "3 c", "4 d"}, w.table())
	w.awaitCount("SELECT COUNT(*) FROM t WHERE note = 'new'", 1)
}

// The values are changes in Avro, and the keys are text.
func TestChangesInAvroWithTextAsKeys(t *testing.T) {
	w := newAvroWorld(t)
	config := w.config("key.converter", "org.apache.kafka.connect.storage.StringConverter", "pk.fields", "code",
		"transforms", "unwrap", "transforms.unwrap.type", "io.debezium.transforms.ExtractNewRecordState", "transforms.unwrap.drop.tombstones", "false")
	change := func(op string, before, after any) []byte {
		return w.encode(avroChange, map[string]any{"before": before, "after": after, "source": map[string]any{"db": "shop"}, "op": op, "ts_ms": int64(1)})
	}
	row := func(id int, v string) map[string]any { return map[string]any{"id": id, "v": v} }
	w.produce([]byte("A"), change("c", nil, row(1, "a")))
	w.produce([]byte("B"), change("c", nil, row(2, "b")))
	w.produce([]byte("A"), change("u", row(1, "a"), row(1, "a2")))
	w.produce([]byte("B"), change("d", row(2, "b"), nil))
	w.produce([]byte("B"), nil)
	w.produce([]byte("C"), change("r", nil, row(3, "c")))
	_, err := w.Create(ctx, "orders", config, "")
	require.NoError(t, err)
	w.awaitCount("SELECT COUNT(*) FROM t WHERE code = 'C' AND v = 'c'", 1)
	require.Equal(t, []string{"1 a2", "3 c"}, w.table())
	w.awaitCount("SELECT COUNT(*) FROM t WHERE code = 'A'", 1)
}

// The position at which an Avro connector stops is exact: its input has another one beside it.
func TestAnAvroConnectorStopsAtARefusedRecord(t *testing.T) {
	w := newAvroWorld(t)
	for id := range 50 {
		value := w.encode(avroRow, map[string]any{"id": id, "v": "v"})
		if id == 37 {
			value = []byte("no Avro")
		}
		w.produce(w.key(id), value)
	}
	_, err := w.Create(ctx, "orders", w.config("errors.tolerance", "none", "key.converter", avroConverter, "key.converter.schema.registry.url", w.registry.URL()), "")
	require.NoError(t, err)
	status := w.awaitStates("orders", connect.Running, connect.Failed, connect.Failed)
	require.Contains(t, status.Tasks[0].Trace, "topic "+w.topic+", partition 0, offset 37")
	w.awaitNoMembers("orders")
	require.Equal(t, 37, w.rows(), "%s", strings.Join(w.table(), ", "))
	require.Equal(t, map[int32]int64{0: 37}, w.offsets("orders"))
}
