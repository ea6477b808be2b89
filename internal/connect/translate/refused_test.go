package translate_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/order-sink/order-sink/internal/connect/translate"
)

const (
	confluent = "io.confluent.connect.jdbc.JdbcSinkConnector"
	debezium  = "io.debezium.connector.jdbc.JdbcSinkConnector"
	aiven     = "io.aiven.connect.jdbc.JdbcSinkConnector"
)

// with returns a connector of a class that upserts by the field id, with changes.
func with(class string, changes map[string]string) translate.Connector {
	config := map[string]string{
		"connector.class": class, "topics": "orders", "connection.url": "jdbc:mariadb://db/shop", "connection.password": "secret",
		"insert.mode": "upsert",
	}
	if class == debezium {
		maps.Copy(config, map[string]string{"connection.username": "sink", "primary.key.mode": "record_value", "primary.key.fields": "id"})
	} else {
		maps.Copy(config, map[string]string{"connection.user": "sink", "pk.mode": "record_value", "pk.fields": "id"})
	}
	for key, value := range changes {
		if config[key] = value; value == "-" {
			delete(config, key)
		}
	}
	return translate.Connector{Name: "orders", Config: config, Worker: worker}
}

func TestWhatCannotBeHonouredIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		class   string
		changes map[string]string
		want    string
	}{
		"no key, insert":        {confluent, map[string]string{"pk.mode": "none", "pk.fields": "-", "insert.mode": "insert"}, "without a key, a record that Kafka delivers twice would be stored twice: set pk.mode to record_key or record_value and name the columns in pk.fields. For a table without a key of its own, set it to kafka: the columns __connect_topic, __connect_partition, __connect_offset are then the key"},
		"the defaults":          {debezium, map[string]string{"primary.key.mode": "-", "primary.key.fields": "-", "insert.mode": "-"}, "without a key, a record that Kafka delivers twice would be stored twice: set primary.key.mode to record_key or record_value and name the columns in primary.key.fields. For a table without a key of its own, set it to kafka: the columns __connect_topic, __connect_partition, __connect_offset are then the key"},
		"no key, update":        {confluent, map[string]string{"pk.mode": "none", "pk.fields": "-", "insert.mode": "update"}, "Invalid value none for configuration pk.mode: insert.mode=update without a key changes every row of the table: set pk.mode to record_key or record_value"},
		"all fields":            {aiven, map[string]string{"pk.fields": "-"}, "pk.fields: without it, all fields of the value are the key, which order-sink does not support: name the fields that identify a row"},
		"all headers":           {debezium, map[string]string{"primary.key.mode": "record_header", "primary.key.fields": "-"}, "primary.key.fields: without it, all headers are the key, which order-sink does not support: name the headers that identify a row"},
		"look-ahead":            {confluent, map[string]string{"topics": "-", "topics.regex": "(?!a).*"}, "Invalid value (?!a).* for configuration topics.regex: Invalid regex: error parsing regexp: invalid or unsupported Perl syntax: `(?!`"},
		"no group":              {confluent, map[string]string{"consumer.override.group.id": ""}, "consumer.override.group.id: the group must not be empty: remove the key, or name a group"},
		"an expression of Java": {confluent, map[string]string{"topics": "-", "topics.regex": "[a-z&&[^b]]+"}, "Invalid value [a-z&&[^b]]+ for configuration topics.regex: Invalid regex: a character class inside another one, or && in a class, is not supported: write the characters without it"},
		"truncate and position": {debezium, map[string]string{"truncate.enabled": "true", "primary.key.mode": "kafka", "primary.key.fields": "-"}, "primary.key.mode: truncate.enabled=true needs record_key or record_value\nthe deletes of change events are applied, too: set delete.enabled=true, or remove truncate.enabled"},
		"an unwrapped source":   {debezium, map[string]string{"collection.name.format": "${source.table}", "transforms": "u", "transforms.u.type": "io.debezium.transforms.ExtractNewRecordState"}, "collection.name.format: ${source.table} needs the change event, but a transform makes a row of it before: use ${topic}, or remove the transform, because the connector reads change events itself"},
		"three names":           {confluent, map[string]string{"topics": "lab.shop.orders"}, "table.name.format: the table lab.shop.orders is neither a table nor database.table: put a name with dots in backticks, or change the topic with a RegexRouter"},
		"interpolation":         {confluent, map[string]string{"table.name.format": "${! env(\"HOME\") }"}, "table.name.format: a name with ${! is not supported: write the name without it"},
		"fields of topics":      {debezium, map[string]string{"topics": "-", "topics.regex": "a|b", "field.include.list": "a:x"}, "field.include.list: fields of one topic (TOPIC:FIELD) need the names of the topics in topics, and no transform that changes the topic"},
		"no column":             {debezium, map[string]string{"topics": "a,b", "field.include.list": "a:x"}, "field.include.list: no field of the topic b is in the list, so its rows would have no columns: name a field, or remove the topic"},
		"a mapping":             {aiven, map[string]string{"topics.to.tables.mapping": "orders"}, "Invalid value [orders] for configuration topics.to.tables.mapping: Invalid topics to tables mapping"},
		"a predicate":           {confluent, map[string]string{"transforms": "p", "transforms.p.type": translate.OrderPrice, "transforms.p.predicate": "q", "predicates": "q", "predicates.q.type": "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone"}, "transforms.p.predicate: com.order-sink.transforms.OrderPrice works on all records: remove the predicate"},
		"an account":            {confluent, map[string]string{"connection.user": "a:b"}, "connection.user: a user whose name has a colon is not supported: use another account"},
		"a URL":                 {confluent, map[string]string{"connection.url": "jdbc:mysql://db/shop?socketFactory=x&trustStore=y"}, "connection.url: the option socketFactory is not supported: order-sink opens its connections itself\nconnection.url: the option trustStore is not supported: order-sink reads PEM files. Write the certificates of the authority into a PEM file and name it in serverSslCert"},
		"a class":               {"com.example.Sink", nil, "connector.class: Failed to find any class that implements Connector and which name matches com.example.Sink, available connectors are: io.aiven.connect.jdbc.JdbcSinkConnector, io.confluent.connect.jdbc.JdbcSinkConnector, io.debezium.connector.jdbc.JdbcSinkConnector"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := translate.Translate(with(c.class, c.changes))
			require.EqualError(t, err, c.want)
		})
	}
}

// A connector uses the worker's converter with the worker's keys.
func TestAConverterOfTheWorkerThatCannotBeHonoured(t *testing.T) {
	c := with(confluent, nil)
	c.Worker = maps.Clone(c.Worker)
	c.Worker["key.converter"], c.Worker["key.converter.converter.encoding"] = "org.apache.kafka.connect.storage.StringConverter", "latin1"
	_, err := translate.Translate(c)
	require.EqualError(t, err, "key.converter.converter.encoding of the worker: Invalid value latin1 for configuration converter.encoding: order-sink does not support it: order-sink reads text as UTF-8: remove the key")
	c.Config["key.converter"] = "org.apache.kafka.connect.storage.StringConverter"
	_, err = translate.Translate(c)
	require.NoError(t, err)
}

// keys are those that a random configuration has.
var keys = []string{
	"topics", "topics.regex", "connection.url", "connection.user", "connection.username", "connection.password", "insert.mode", "pk.mode", "pk.fields",
	"primary.key.mode", "primary.key.fields", "table.name.format", "collection.name.format", "fields.whitelist", "field.include.list", "field.exclude.list",
	"delete.enabled", "truncate.enabled", "auto.create", "schema.evolution", "errors.tolerance", "errors.deadletterqueue.topic.name", "tasks.max", "batch.size",
	"transforms", "transforms.a.type", "transforms.a.regex", "transforms.a.replacement", "transforms.a.predicate", "transforms.a.field", "predicates", "predicates.p.type", "predicates.p.pattern",
	"value.converter", "key.converter", "value.converter.schemas.enable", "value.converter.schema.registry.url", "key.converter.schema.registry.url",
	"consumer.override.group.id", "consumer.override.max.poll.records", "consumer.override.security.protocol", "consumer.override.sasl.jaas.config",
	"topics.to.tables.mapping", "table.name.normalize", "db.timezone", "use.time.zone", "string.output.value.column.name", "connection.useSSL", "anything",
}

var values = []string{
	"", "a", "a,b", "a:b,c", "true", "false", "0", "1", "5000", "none", "insert", "upsert", "UPDATE", "record_key", "record_value", "record_header", "kafka", "basic", "all",
	"jdbc:mysql://db/shop?useSSL=true", "jdbc:mariadb://db:1/s?user=u&password=p", "${topic}", "x_${topic}.y", "`${topic}`", "${source.table}", "${file:/x:y}", "${a", "${{a}}", "$", "}", "${A:}${B|x}",
	"org.apache.kafka.connect.transforms.RegexRouter", "org.apache.kafka.connect.transforms.HoistField$Value", "org.apache.kafka.connect.transforms.Filter", "io.debezium.transforms.ExtractNewRecordState", translate.OrderPrice,
	"org.apache.kafka.connect.transforms.predicates.TopicNameMatches", "org.apache.kafka.connect.json.JsonConverter", "io.confluent.connect.avro.AvroConverter", "org.apache.kafka.connect.storage.StringConverter",
	"http://registry", "SASL_PLAINTEXT", "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"p'${x}\";", "Asia/Seoul", "p", ".*", "[a", "'", "\"", "\\", "\n", "- x: {", "é\u2028",
}

// Any configuration is refused, or becomes a pipeline in which the linter finds nothing.
func TestAnyConfiguration(t *testing.T) {
	value := rapid.OneOf(rapid.SampledFrom(values), rapid.SampledFrom(values), rapid.String())
	key := rapid.OneOf(rapid.SampledFrom(keys), rapid.SampledFrom(keys), rapid.SampledFrom(keys), rapid.String())
	accepted := 0
	rapid.Check(t, func(r *rapid.T) {
		c := with(rapid.SampledFrom([]string{confluent, debezium, aiven}).Draw(r, "class"), nil)
		c.Name = rapid.OneOf(rapid.Just("orders"), rapid.String()).Draw(r, "name")
		maps.Copy(c.Config, rapid.MapOfN(key, value, 0, 4).Draw(r, "config"))
		p, err := translate.Translate(c)
		if err != nil {
			return
		}
		accepted++
		if found := lint(t, p); len(found) > 0 {
			r.Fatalf("%v\n%s", found, p.YAML)
		}
	})
	require.Positive(t, accepted)
}
