package connecttransform

import (
	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// message is a message as a record, and the headers of that record. A batch uses one for
// all messages, since an allocation of this size costs as much as a short chain.
type message struct {
	*service.Message
	transform.Record
	schemaMetadata string
	routed         *record.Routed // of the message before: most batches have one topic
	received       any            // the key as it was received
	source         any            // the topic that the message was read from
	topic          string
	hasOriginals   bool // the headers of the producer are stored
}

// The refusals of data that nothing has decoded. The transform that needs the data copies
// its own.
var (
	keyNotDecoded   = transform.Refuse(transform.NotDecoded, "the key is not decoded: set key_format of the decoder")
	valueNotDecoded = transform.Refuse(transform.NotDecoded, "the value is not decoded: put connect_json_decode or connect_avro_decode before this processor")
	keyRefused      = transform.Refuse(transform.NotDecoded, "the key cannot be decoded: set key_format of the decoder to see why")
)

func init() {
	for _, r := range []*record.Refusal{keyNotDecoded, keyRefused} {
		r.Path = transform.Key.String()
	}
	valueNotDecoded.Path = transform.Value.String()
}

// read makes the message the next one.
func (m *message) read(msg *service.Message) {
	*m = message{Message: msg, schemaMetadata: m.schemaMetadata, routed: m.routed}
	m.source = record.SourceTopic(m.Message)
	topic, _ := m.MetaGetImmut(record.Topic)
	switch t := topic.(type) {
	case string:
		m.topic = t
	case *record.Routed:
		m.topic = t.To
	}
	m.Topic = m.topic
	partition, _ := m.MetaGetImmut(record.Partition)
	offset, _ := m.MetaGetImmut(record.Offset)
	m.Position = transform.Position{Partition: integer(partition), Offset: integer(offset), Known: offset != nil}
	at, _ := m.MetaGetImmut(record.Timestamp)
	m.Timestamp, m.HasTimestamp = at.(int64)
	m.Headers = m
	m.readKey()
	m.readValue()
}

func integer(v any) int64 {
	switch v := v.(type) {
	case int:
		return int64(v)
	case int64:
		return v
	case int32:
		return int64(v)
	}
	return 0
}

func (m *message) readKey() {
	key, _ := m.MetaGetImmut(record.Key)
	m.received = key
	switch k := key.(type) {
	case nil:
	case []byte:
		if k != nil {
			m.Key.Value, m.Key.Refusal = k, keyNotDecoded
		}
	case *record.KeyValue:
		m.received = k.Received
		m.Key = transform.Data{Value: k.Value, Schema: k.Schema, Shared: true}
		if k.Refusal != nil {
			m.Key.Refusal = keyRefused
		}
	default:
		m.Key.Value, m.Key.Refusal = k, keyNotDecoded
	}
}

func (m *message) readValue() {
	if m.schemaMetadata != "" {
		its, _ := m.MetaGetImmut(m.schemaMetadata)
		m.Value.Schema, _ = its.(*schema.Schema)
	}
	if m.HasStructured() {
		m.Value.Value, _ = m.AsStructuredMut()
		return
	}
	// The framework has a null value as no bytes, or as the bytes of the JSON null.
	if raw, err := m.AsBytes(); err != nil || len(raw) > 0 && string(raw) != "null" {
		m.Value = transform.Data{Value: raw, Refusal: valueNotDecoded}
	}
}

// writeKey stores a key that a transform has changed with the key as it was received: a
// dead letter has the latter.
func (m *message) writeKey() {
	m.MetaSetImmut(record.Key, &record.KeyValue{Received: m.received, Value: m.Key.Value, Schema: m.Key.Schema})
}

// writeTopic stores a topic that a transform has changed.
func (m *message) writeTopic() {
	if from, isText := m.source.(string); !isText || m.routed.To != m.Topic || m.routed.From != any(from) {
		m.routed = &record.Routed{To: m.Topic, From: m.source}
	}
	m.MetaSetImmut(record.Topic, m.routed)
}

// Get implements transform.Headers.
func (m *message) Get(name string) (any, bool) {
	if !m.isHeader(name) {
		hidden, _ := m.MetaGetImmut(record.Headers)
		all, _ := hidden.(map[string]any)
		value, found := all[name]
		return value, found
	}
	return m.MetaGetMut(name)
}

// Set implements transform.Headers.
func (m *message) Set(name string, value any) {
	if m.isHeader(name) {
		m.keepOriginals()
		m.MetaSetMut(name, value)
	}
}

// Drop implements transform.Headers.
func (m *message) Drop(name string) {
	if _, found := m.MetaGetImmut(name); found && m.isHeader(name) {
		m.keepOriginals()
		m.MetaDelete(name)
	}
}

func (m *message) isHeader(name string) bool {
	return !record.IsReserved(name) && name != m.schemaMetadata
}

// keepOriginals stores all headers of the producer before a transform changes one: a dead
// letter has them.
func (m *message) keepOriginals() {
	if m.hasOriginals {
		return
	}
	m.hasOriginals = true
	if _, found := m.MetaGetImmut(record.Headers); found {
		return
	}
	its, hasSchema := m.MetaGetImmut(m.schemaMetadata)
	if hasSchema { // the walk copies its description
		m.MetaDelete(m.schemaMetadata)
	}
	all := map[string]any{}
	_ = m.MetaWalkMut(func(name string, value any) error {
		if m.isHeader(name) {
			all[name] = value
		}
		return nil
	})
	if hasSchema {
		m.restore(its)
	}
	m.MetaSetMut(record.Headers, all)
}

func (m *message) restore(its any) {
	if immutable, ok := its.(service.ImmutableValue); ok {
		m.MetaSetImmut(m.schemaMetadata, immutable)
	} else {
		m.MetaSetMut(m.schemaMetadata, its)
	}
}
