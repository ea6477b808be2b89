package connecttransform

import (
	"errors"
	"testing"

	benthos "github.com/redpanda-data/benthos/v4/public/schema"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const kafka = "org.apache.kafka.connect.transforms."

func parsed(t testing.TB, yaml string) (*processor, error) {
	t.Helper()
	conf, err := spec().ParseYAML(yaml, nil)
	require.NoError(t, err)
	return newProcessor(conf, service.MockResources())
}

// process requires that a chain is valid, and returns what is left of a batch.
func process(t testing.TB, yaml string, batch ...*service.Message) service.MessageBatch {
	t.Helper()
	p, err := parsed(t, yaml)
	require.NoError(t, err)
	out, err := p.ProcessBatch(t.Context(), batch)
	require.NoError(t, err)
	require.NoError(t, p.Close(t.Context()))
	if len(out) == 0 {
		return nil
	}
	require.Len(t, out, 1)
	return out[0]
}

// orders is a schema of an order.
func orders() *schema.Schema {
	return &schema.Schema{
		Type: schema.Struct, Name: "shop.Order", Index: map[string]int{"id": 0, "qty": 1},
		Fields: []schema.Field{{Name: "id", Schema: &schema.Schema{Type: schema.String}}, {Name: "qty", Schema: &schema.Schema{Type: schema.Int32}}},
	}
}

// order returns a decoded message of topic lab.orders.
func order(s *schema.Schema, value any) *service.Message {
	m := service.NewMessage(nil)
	m.SetStructuredMut(value)
	m.MetaSetMut(record.Topic, "lab.orders")
	m.MetaSetMut(record.Partition, 3)
	m.MetaSetMut(record.Offset, 42)
	m.MetaSetMut(record.Timestamp, int64(1_709_210_096_789))
	m.MetaSetMut(record.Key, []byte("key"))
	m.MetaSetMut("source", "web")
	if s != nil {
		m.MetaSetImmut("its", s)
	}
	return m
}

func structured(t testing.TB, m *service.Message) any {
	t.Helper()
	v, err := m.AsStructured()
	require.NoError(t, err)
	return v
}

func TestAValueAndItsSchemaChange(t *testing.T) {
	s := orders()
	in := []*service.Message{order(s, map[string]any{"id": "a", "qty": int64(1)}), order(s, map[string]any{"id": "b", "qty": int64(2)})}
	out := process(t, `
schema_metadata: its
transforms:
  - { name: rename, type: `+kafka+`ReplaceField$Value, renames: 'qty:quantity' }
  - { name: add, type: `+kafka+`InsertField$Value, offset.field: at }
`, in...)
	require.Len(t, out, 2)
	require.Equal(t, map[string]any{"id": "b", "quantity": int64(2), "at": int64(42)}, structured(t, out[1]))
	first, _ := out[0].MetaGetImmut("its")
	second, _ := out[1].MetaGetImmut("its")
	require.Same(t, first, second, "equal schemas are one")
	require.Equal(t, []string{"id", "quantity", "at"}, []string{first.(*schema.Schema).Fields[0].Name, first.(*schema.Schema).Fields[1].Name, first.(*schema.Schema).Fields[2].Name})
	require.Equal(t, orders(), s, "the schema of the decoder changed")

	described, _ := out[0].MetaGetMut("its")
	common, err := benthos.ParseFromAny(described)
	require.NoError(t, err, "other components read the description")
	require.Equal(t, "quantity", common.Children[1].Name)
}

func TestARecordMayLoseItsSchemaAndItsValue(t *testing.T) {
	null := &schema.Schema{Type: schema.Struct, Optional: true, Fields: []schema.Field{{Name: "id", Schema: &schema.Schema{Type: schema.String, Optional: true}}}, Index: map[string]int{"id": 0}}
	out := process(t, "{ schema_metadata: its, transforms: [ { name: t, type: "+kafka+"ExtractField$Value, field: id } ] }", order(null, map[string]any{"id": nil}))
	require.Nil(t, structured(t, out[0]))
	its, _ := out[0].MetaGetImmut("its")
	require.Equal(t, schema.String, its.(*schema.Schema).Type)
}

func TestATopicChanges(t *testing.T) {
	out := process(t, `
transforms:
  - { name: first, type: `+kafka+`RegexRouter, regex: 'lab\.(.*)', replacement: $1 }
  - { name: second, type: `+kafka+`TimestampRouter, timestamp.format: yyyy }
`, order(nil, map[string]any{}), order(nil, map[string]any{}))
	for _, m := range out {
		topic, _ := m.MetaGet(record.Topic)
		require.Equal(t, "orders-2024", topic, "other components read the new topic")
		require.Equal(t, "lab.orders", record.SourceTopic(m))
	}
	// A second processor keeps the topic that the record was read from.
	again := process(t, "transforms: [ { name: t, type: "+kafka+"RegexRouter, regex: '.*', replacement: x } ]", out[0])
	topic, _ := again[0].MetaGet(record.Topic)
	require.Equal(t, "x", topic)
	require.Equal(t, "lab.orders", record.SourceTopic(again[0]))
}

func TestAKeyChanges(t *testing.T) {
	m := order(nil, map[string]any{"id": "a", "qty": int64(1)})
	out := process(t, "transforms: [ { name: t, type: "+kafka+"ValueToKey, fields: id } ]", m)
	key, _ := out[0].MetaGetImmut(record.Key)
	require.Equal(t, &record.KeyValue{Received: []byte("key"), Value: map[string]any{"id": "a"}}, key)
	received, _ := out[0].MetaGetMut(record.Key)
	require.Equal(t, []byte("key"), received, "a dead letter has the key of the producer")

	decoded := &record.KeyValue{Received: []byte("{}"), Value: map[string]any{"id": int64(1), "x": true}}
	m = order(nil, map[string]any{})
	m.MetaSetImmut(record.Key, decoded)
	out = process(t, "transforms: [ { name: t, type: "+kafka+"ExtractField$Key, field: id } ]", m)
	key, _ = out[0].MetaGetImmut(record.Key)
	require.Equal(t, &record.KeyValue{Received: []byte("{}"), Value: int64(1)}, key)
	require.Equal(t, map[string]any{"id": int64(1), "x": true}, decoded.Value, "the decoded key is shared")
}

func TestHeadersChange(t *testing.T) {
	m := order(orders(), map[string]any{"id": "a", "qty": int64(1)})
	out := process(t, `
schema_metadata: its
transforms:
  - { name: move, type: `+kafka+`HeaderFrom$Value, fields: id, headers: order, operation: move }
  - { name: drop, type: `+kafka+`DropHeaders, headers: source }
`, m)
	value, _ := out[0].MetaGet("order")
	require.Equal(t, "a", value)
	_, found := out[0].MetaGet("source")
	require.False(t, found)
	metadata := map[string]any{}
	require.NoError(t, out[0].MetaWalkMut(func(name string, v any) error {
		metadata[name] = v
		return nil
	}))
	require.Equal(t, map[string]any{"source": "web"}, record.ProducerHeaders(metadata), "a dead letter has the headers of the producer")
	its, _ := out[0].MetaGetImmut("its")
	require.Len(t, its.(*schema.Schema).Fields, 1)
}

func TestRecordsAreDroppedAndRefused(t *testing.T) {
	failed := order(nil, map[string]any{"id": "c"})
	failed.SetError(errors.New("an earlier step"))
	tombstone, text := order(nil, nil), order(nil, "text")
	bytes := service.NewMessage([]byte("not decoded"))
	chain := `
transforms:
  - { name: skip, type: ` + kafka + `Filter, predicate: none }
  - { name: rename, type: ` + kafka + `ReplaceField$Value, exclude: x }
predicates:
  - { name: none, type: ` + kafka + `predicates.RecordIsTombstone }
`
	out := process(t, chain, order(nil, map[string]any{"id": "a", "x": true}), tombstone, text, failed, bytes)
	require.Len(t, out, 4)
	require.Equal(t, map[string]any{"id": "a"}, structured(t, out[0]))
	require.EqualError(t, out[1].GetError(), "transform_not_struct: rename.value: expected a map, since it has no schema, got string")
	require.Equal(t, "text", structured(t, out[1]))
	require.EqualError(t, out[2].GetError(), "an earlier step")
	require.EqualError(t, out[3].GetError(), "transform_not_decoded: rename.value: the value is not decoded: put connect_json_decode or connect_avro_decode before this processor")
	require.Equal(t, record.Transform, record.Parse(out[3].GetError()).Stage)

	require.Empty(t, process(t, chain, order(nil, nil), order(nil, nil)), "the framework acknowledges a batch without messages")
}

func TestAKeyThatIsNotDecoded(t *testing.T) {
	for _, key := range []any{[]byte("key"), "key", &record.KeyValue{Refusal: &record.Refusal{Code: "bad_json"}}} {
		m := order(nil, map[string]any{})
		if immutable, ok := key.(service.ImmutableValue); ok {
			m.MetaSetImmut(record.Key, immutable)
		} else {
			m.MetaSetMut(record.Key, key)
		}
		out := process(t, "transforms: [ { name: t, type: "+kafka+"HoistField$Key, field: id } ]", m)
		require.ErrorContains(t, out[0].GetError(), "transform_not_decoded: t.key: the key ")
	}
	m := order(nil, map[string]any{})
	m.MetaSetMut(record.Key, nil)
	out := process(t, "transforms: [ { name: t, type: "+kafka+"HoistField$Key, field: id } ]", m)
	require.NoError(t, out[0].GetError(), "a null key needs no decoder")
}

func TestAConfigurationThatIsWrong(t *testing.T) {
	for yaml, want := range map[string]string{
		"transforms: [ { name: t, type: " + kafka + "ReplaceField$Value, exclud: a } ]": "transforms[0] (t): unknown option exclud: did you mean exclude?",
		"transforms: [ text ]": "transforms[0]: expected an object with name and type",
		"transforms: [ { name: t, type: " + kafka + "ReplaceField$Value, exclude: [ a ] } ]":                           "transforms[0]: option exclude must be text, an integer or a boolean: write a list as text, with commas",
		"transforms: [ { name: t, type: " + kafka + "InsertField$Value, static.field: v, static.value: 1.10 } ]":       "transforms[0]: option static.value is a number with a point or a date in YAML, which changes its text: write it in quotes",
		"transforms: [ { name: t, type: " + kafka + "InsertField$Value, static.field: v, static.value: 2024-01-31 } ]": "transforms[0]: option static.value is a number with a point or a date in YAML, which changes its text: write it in quotes",
		"transforms: [ { name: t, type: " + kafka + "Filter, predicate: p, negate: maybe } ]":                          `transforms[0]: negate is "maybe": expected true or false`,
		"{ transforms: [], predicates: [ { name: p, type: " + kafka + "predicates.HasHeaderKey } ] }":                  "predicates[0] (p): option header is required",
		"transforms: [ { name: t, type: " + kafka + "InsertHeader, header: kafka_key, value.literal: x } ]":            "transforms[0] (t): option header: a header cannot be named kafka_key, because metadata of the message has this name",
	} {
		_, err := parsed(t, yaml)
		require.EqualError(t, err, want, yaml)
	}
}
