package translate_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect/configdef"
	"github.com/order-sink/order-sink/internal/connect/translate"
)

// another has a value of a key that is not its default, where the type does not say one.
var another = map[string]map[string]string{
	"errors.tolerance":                  {"errors.tolerance": "all"},
	"errors.deadletterqueue.topic.name": {"errors.tolerance": "all", "errors.deadletterqueue.topic.name": "letters"},
	"transforms":                        {"transforms": "t", "transforms.t.type": "org.apache.kafka.connect.transforms.Flatten$Value"},
	"predicates":                        {"predicates": "p", "predicates.p.type": "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone"},
	"topics.regex":                      {"topics": "-", "topics.regex": "a.*"},
	"value.converter":                   {"value.converter": "org.apache.kafka.connect.storage.StringConverter"},
	"key.converter":                     {"key.converter": "org.apache.kafka.connect.storage.StringConverter"},
	"header.converter":                  {"header.converter": "org.apache.kafka.connect.storage.StringConverter"},
	"insert.mode":                       {"insert.mode": "insert"},
	"pk.mode":                           {"pk.mode": "record_key"},
	"primary.key.mode":                  {"primary.key.mode": "record_key"},
	"delete.enabled":                    {"delete.enabled": "true", "pk.mode": "record_key"},
	"truncate.enabled":                  {"truncate.enabled": "true", "delete.enabled": "true"},
	"string.output.value.column.name":   {"string.output.value.column.name": "line", "value.converter": "org.apache.kafka.connect.storage.StringConverter", "pk.mode": "kafka", "pk.fields": "-"},
	"connection.url":                    {"connection.url": "jdbc:mysql://other/db"},
	"schema.evolution":                  {"schema.evolution": "basic"},
	"use.time.zone":                     {"use.time.zone": "Asia/Seoul"},
	"database.time_zone":                {"database.time_zone": "Asia/Seoul"},
	"db.timezone":                       {"db.timezone": "Asia/Seoul"},
	"date.timezone":                     {"date.timezone": "UTC", "db.timezone": "Asia/Seoul"},
	"table.name.normalize":              {"table.name.normalize": "true", "topics": "a.b"},
	"topics.to.tables.mapping":          {"topics.to.tables.mapping": "orders:x"},
	"replace.null.with.default":         {"replace.null.with.default": "false", "value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.replace.null.with.default": "false"},
	"collection.naming.strategy":        {"collection.naming.strategy": "io.debezium.sink.naming.PassthroughCollectionNamingStrategy", "topics": "a.b"},
	"table.naming.strategy":             {"table.naming.strategy": "io.debezium.connector.jdbc.naming.PassthroughTableNamingStrategy", "topics": "a.b"},
	"errors.deadletterqueue.topic.replication.factor": {"errors.tolerance": "all", "errors.deadletterqueue.topic.name": "letters", "errors.deadletterqueue.topic.replication.factor": "2"},
	"errors.deadletterqueue.context.headers.enable":   {"errors.tolerance": "all", "errors.deadletterqueue.topic.name": "letters", "errors.deadletterqueue.context.headers.enable": "true"},
}

// silent are the keys that may have no effect without a word, and why.
var silent = map[string]string{
	"name":                         "it is the name of the pipeline",
	"predicates":                   "a predicate without a transform does nothing",
	"key.converter.plugin.version": "only the own version is accepted", "value.converter.plugin.version": "only the own version is accepted", "header.converter.plugin.version": "only the own version is accepted", "connector.plugin.version": "only the own version is accepted",
	"errors.deadletterqueue.topic.replication.factor": "the worker creates the topic with it",
}

// Each key of each connector changes the pipeline, is refused, or is listed as a difference.
func TestNoKeyIsIgnoredSilently(t *testing.T) {
	for _, class := range []string{confluent, debezium, aiven} {
		base, err := translate.Translate(with(class, nil))
		require.NoError(t, err)
		keys, err := configdef.Keys(class)
		require.NoError(t, err)
		require.Greater(t, len(keys), 40)
		for _, key := range keys {
			changes := maps.Clone(another[key.Name])
			if changes == nil {
				changes = map[string]string{key.Name: other(key.Type, key.DefaultValue)}
			}
			if _, has := changes["pk.mode"]; has && class == debezium {
				delete(changes, "pk.mode")
			}
			c := with(class, changes)
			p, err := translate.Translate(c)
			switch {
			case err != nil:
				assert.Contains(t, err.Error(), key.Name, "%s %v", class, changes)
			case p.YAML != base.YAML || silent[key.Name] != "":
			default:
				assert.True(t, slices.ContainsFunc(p.Differences, func(d translate.Difference) bool { return d.Key == key.Name }), "%s: %s has no effect, and no difference says so", class, key.Name)
			}
		}
	}
}

func other(kind string, value *string) string {
	is := ""
	if value != nil {
		is = strings.ToLower(*value)
	}
	switch {
	case kind == "BOOLEAN" && is == "true":
		return "false"
	case kind == "BOOLEAN":
		return "true"
	case kind == "INT" || kind == "LONG" || kind == "SHORT":
		return "7"
	}
	return "something"
}
