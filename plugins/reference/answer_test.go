package reference

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// The answers without a record.
const (
	invalid = "invalid" // the chain cannot be configured
	dropped = "dropped"
	refused = "refused"
)

// parts are what an answer with a record consists of, in the order of Reference.java.
var parts = []string{"topic", "partition", "offset", "timestamp", "headers", "keySchema", "key", "valueSchema", "value"}

// schemaMetadata is where the processors of the test keep the schema of a value.
const schemaMetadata = "order_sink_schema"

// answer describes a message that has left a chain, as Reference.java does.
func answer(m *service.Message) string {
	var key record.KeyValue
	switch k := metadata(m, record.Key).(type) {
	case []byte:
		if k != nil {
			key.Value = "not decoded"
		}
	case *record.KeyValue:
		key = *k
	}
	its, _ := m.MetaGetImmut(schemaMetadata)
	valueSchema, _ := its.(*schema.Schema)
	value, err := m.AsStructured()
	if raw, _ := m.AsBytes(); err != nil && len(raw) > 0 {
		value = "not structured"
	}
	texts := []string{
		quote(topic(m)), fmt.Sprint(metadata(m, record.Partition)), fmt.Sprint(metadata(m, record.Offset)),
		timestamp(metadata(m, record.Timestamp)), headersOf(m), describe(key.Schema), canonical(key.Schema, key.Value), describe(valueSchema), canonical(valueSchema, value),
	}
	for i, name := range parts {
		texts[i] = name + "=" + texts[i]
	}
	return strings.Join(texts, "\t")
}

func metadata(m *service.Message, name string) any {
	v, _ := m.MetaGetImmut(name)
	return v
}

// topic returns the topic as mappings and outputs see it.
func topic(m *service.Message) string {
	v, _ := m.MetaGet(record.Topic)
	return v
}

func timestamp(v any) string {
	if v == nil {
		return "null"
	}
	return fmt.Sprint(v)
}

// headersOf writes the headers of a message: its metadata, except that of the plugins.
func headersOf(m *service.Message) string {
	all := map[string]string{}
	_ = m.MetaWalkMut(func(name string, value any) error {
		switch {
		case strings.HasPrefix(name, record.InputPrefix) || strings.HasPrefix(name, "order_sink_"):
		case value == nil:
			all[name] = "null"
		default:
			all[name] = quote(fmt.Sprint(value))
		}
		return nil
	})
	return joinHeaders(all)
}

func joinHeaders(all map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "%s=%s,", quote(name), all[name])
	}
	return b.String()
}

// lastHeaders returns an answer of the reference with its headers in the order of their
// names. A message has one value for a name: the last one.
func lastHeaders(answer string) string {
	texts := strings.Split(answer, "\t")
	if len(texts) != len(parts) {
		return answer
	}
	const at = 4
	all := map[string]string{}
	for _, h := range strings.Split(strings.TrimPrefix(texts[at], "headers="), ",") {
		if name, value, found := strings.Cut(h, "="); found {
			all[strings.Trim(name, `"`)] = value
		}
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&b, "%q=%s,", name, all[name])
	}
	texts[at] = "headers=" + b.String()
	return strings.Join(texts, "\t")
}
