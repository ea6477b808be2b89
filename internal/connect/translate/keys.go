package translate

import (
	"maps"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/configdef"
	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
)

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// keyNames returns the names of the key columns in the configuration.
func (t *translator) keyNames() []string {
	return t.list(t.keys().fields)
}

// list returns a list of names. In Debezium's connector some lists are text.
func (t *translator) list(key string) []string {
	names := slices.Clone(t.v.List(key))
	if names == nil {
		names = kafkaconf.ParseList(t.v.String(key))
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// valueKey returns the key columns that are fields of the value.
func (t *translator) valueKey() []string {
	if t.keyMode() == "record_value" {
		return t.keyNames()
	}
	return nil
}

func (t *translator) keyMode() string { return t.v.Word(t.keys().mode) }

// kafkaColumns are the columns of a key that is the position of the record.
func (t *translator) kafkaColumns() []string {
	if names := t.keyNames(); len(names) == 3 && t.class != configdef.Debezium {
		return names
	}
	return []string{"__connect_topic", "__connect_partition", "__connect_offset"}
}

// keyFields says which columns identify a row, and where they come from.
func (t *translator) keyFields() (pairs []any) {
	k, names := t.keys(), t.keyNames()
	switch t.keyMode() {
	case "kafka":
		if t.appliesEvents() {
			t.refuse(k.mode, "truncate.enabled=true needs record_key or record_value")
		}
		if len(names) > 0 && t.class == configdef.Debezium {
			t.differs(k.fields, "no effect: the columns of this mode have fixed names, as in the connector")
		}
		return []any{"key", t.kafkaColumns()}
	case "record_key":
		return []any{"key_from", "record_key", "key", names}
	case "record_value":
		if len(names) == 0 {
			t.refuse(k.fields, "without it, all fields of the value are the key, which order-sink does not support: name the fields that identify a row")
		}
		return []any{"key", names}
	case "record_header":
		if len(names) == 0 {
			t.refuse(k.fields, "without it, all headers are the key, which order-sink does not support: name the headers that identify a row")
		}
		t.differs(k.mode, "only the headers that %s names are the key, and headers are text. In the connector all headers are the key, and they are the first columns of a table that it creates", k.fields)
		return []any{"metadata_columns", names, "key", names}
	}
	t.refuseNoKey()
	return nil
}

// refuseNoKey refuses rows without a key. No SQL statement stores such a row once when Kafka
// delivers its record twice, and an update would change every row of the table.
func (t *translator) refuseNoKey() {
	k := t.keys()
	if strings.EqualFold(t.v.String("insert.mode"), "insert") || strings.EqualFold(t.v.String("insert.mode"), "multi") {
		t.refuse(k.mode, "without a key, a record that Kafka delivers twice would be stored twice: set %s to record_key or record_value and name the columns in %s. For a table without a key of its own, set it to kafka: the columns %s are then the key", k.mode, k.fields, strings.Join(t.kafkaColumns(), ", "))
		return
	}
	t.refuse(k.mode, "insert.mode=%s needs a key: without one, the statement would change every row of the table. Set %s to record_key or record_value", t.v.String("insert.mode"), k.mode)
}
