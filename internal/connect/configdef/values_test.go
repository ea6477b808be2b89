package configdef

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValuesAreTyped(t *testing.T) {
	v := validated(t, Debezium, set{
		"tasks.max": " +3 ", "delete.enabled": "TRUE", "primary.key.mode": "RECORD_KEY", "flush.retry.delay.ms": "2000", "field.include.list": " a , t:b",
		"errors.deadletterqueue.topic.replication.factor": "1",
	})
	assert.Equal(t, Debezium, v.Class())
	assert.Equal(t, 3, v.Int("tasks.max"))
	assert.Equal(t, 1, v.Int("errors.deadletterqueue.topic.replication.factor"))
	assert.Equal(t, int64(2000), v.Long("flush.retry.delay.ms"))
	assert.True(t, v.Bool("delete.enabled"))
	assert.Equal(t, "RECORD_KEY", v.String("primary.key.mode"))
	assert.Equal(t, "record_key", v.Word("primary.key.mode"))
	assert.Equal(t, []string{"a", "t:b"}, v.List("field.include.list"))
	assert.Equal(t, "p", v.String("connection.password"))
	// Defaults, and what is not there.
	assert.Equal(t, 500, v.Int("batch.size"))
	assert.Equal(t, "${topic}", v.String("collection.name.format"))
	assert.Equal(t, []string{"orders"}, v.List("topics"))
	assert.Empty(t, v.String("primary.key.fields"))
	assert.Nil(t, v.List("field.exclude.list"))
	assert.False(t, v.Bool("truncate.enabled"))
	assert.Empty(t, v.String("pk.mode"), "a key of another class")
	assert.True(t, v.Has("tasks.max"))
	assert.False(t, v.Has("batch.size"))
}

func TestAnOlderNameCounts(t *testing.T) {
	v := validated(t, Debezium, set{"table.name.format": "old", "database.time_zone": "Z", "use.time.zone": "Etc/UTC"})
	assert.Equal(t, "old", v.String("collection.name.format"))
	assert.True(t, v.Has("collection.name.format"))
	assert.Equal(t, "Etc/UTC", v.String("use.time.zone"), "the newer name wins")
}

func TestTheConverterHasTheSettingsOfWhoeverNamesIt(t *testing.T) {
	worker := set{"key.converter": "StringConverter", "value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "false"}
	config := with(Confluent, set{
		"value.converter.schemas.enable": "true", // without value.converter
		"key.converter":                  "io.confluent.connect.avro.AvroConverter", "key.converter.schema.registry.url": " http://a , http://b ",
		"key.converter.schema.registry.basic.auth.user.info": "u:p",
	})
	got, v := Validate(Confluent, config, worker)
	require.NoError(t, got.Err())
	assert.Equal(t, Converter{"org.apache.kafka.connect.json.JsonConverter", set{
		"schemas.enable": "false", "schemas.cache.size": "1000", "decimal.format": "BASE64", "replace.null.with.default": "true",
	}}, v.Converter("value"))
	key := v.Converter("key")
	assert.Equal(t, "io.confluent.connect.avro.AvroConverter", key.Class)
	assert.Equal(t, "http://a , http://b", key.Config["schema.registry.url"])
	assert.Equal(t, "u:p", key.Config["schema.registry.basic.auth.user.info"], "under the name that the user has chosen")
	assert.Equal(t, "URL", key.Config["basic.auth.credentials.source"])
	assert.Equal(t, "org.apache.kafka.connect.storage.SimpleHeaderConverter", v.Converter("header").Class)
	assert.Equal(t, []Note{{"value.converter.schemas.enable", "the connector has the worker's converter, because it has no value.converter"}}, v.Notes())
	assert.Empty(t, v.Unknown())
}

func TestTransformsAndPredicates(t *testing.T) {
	v := validated(t, Debezium, set{
		"transforms": "u, r", "transforms.u.type": "ExtractNewRecordState", "transforms.u.drop.tombstones": "false", "transforms.u.foo": "x",
		"transforms.r.type": "RegexRouter", "transforms.r.regex": "(.*)", "transforms.r.replacement": "x-$1", "transforms.r.predicate": "p", "transforms.r.negate": "true",
		"predicates": "p", "predicates.p.type": "HasHeaderKey", "predicates.p.name": "h", "transforms.z.type": "Filter",
	})
	assert.Equal(t, []Step{
		{Alias: "u", Class: "io.debezium.transforms.ExtractNewRecordState", Options: set{"drop.tombstones": "false"}},
		{Alias: "r", Class: "org.apache.kafka.connect.transforms.RegexRouter", Options: set{"regex": "(.*)", "replacement": "x-$1"}, Predicate: "p", Negate: true},
	}, v.Transforms())
	assert.Equal(t, []Step{{Alias: "p", Class: "org.apache.kafka.connect.transforms.predicates.HasHeaderKey", Options: set{"name": "h"}}}, v.Predicates())
	assert.Equal(t, []string{"transforms.u.foo", "transforms.z.type"}, v.Unknown())
}

func TestEveryKeyIsAccountedFor(t *testing.T) {
	v := validated(t, Confluent, set{
		"connection.useSSL": "true", "connection.javax.net.ssl.trustStore": "/t", "linger.ms": "5", "task.max": "4", "mssql.use.merge.holdlock": "false",
		"trim.sensitive.log": "true", "errors.log.enable": "true", "quote.sql.identifiers": "ALWAYS", "date.timezone": "UTC", "consumer.override.max.poll.records": "9", "producer.override.acks": "1", "hibernate.x": "y",
	})
	assert.Equal(t, set{"useSSL": "true", "javax.net.ssl.trustStore": "/t"}, v.Driver())
	assert.Equal(t, set{"max.poll.records": "9"}, v.Override("consumer"))
	assert.Equal(t, set{"acks": "1"}, v.Override("producer"))
	assert.Equal(t, []string{"hibernate.x", "linger.ms", "task.max"}, v.Unknown())
	assert.Equal(t, []Note{
		{"errors.log.enable", "the log always has each kind of refusal"},
		{"mssql.use.merge.holdlock", "it concerns other databases than MariaDB"},
		{"trim.sensitive.log", "the log never has the values of records"},
	}, v.Notes())

	v = validated(t, Debezium, set{"hibernate.c3p0.timeout": "5", "use.reduction.buffer": "true", "connection.useSSL": "true"})
	assert.Equal(t, []Note{{"hibernate.c3p0.timeout", "order-sink has no Hibernate"}, {"use.reduction.buffer", "order-sink always writes one statement for a key"}}, v.Notes())
	assert.Equal(t, []string{"connection.useSSL"}, v.Unknown())
	assert.Nil(t, v.Driver())
}

// validated returns the values of a configuration without a mistake.
func validated(t *testing.T, class Class, further set) *Values {
	t.Helper()
	got, v := Validate(class, with(class, further), nil)
	require.NoError(t, got.Err())
	return v
}
