package configdef

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/order-sink/order-sink/internal/connect"
)

// valid is a configuration of a class without a mistake.
func valid(class Class) map[string]string {
	config := map[string]string{
		"name": "x", "connector.class": string(class), "topics": "orders", "connection.url": "jdbc:mysql://h:3306/shop",
		"connection.user": "u", "connection.password": "p",
	}
	if class == Debezium {
		config["connection.username"] = "u"
		delete(config, "connection.user")
	}
	return config
}

// with is a valid configuration with further keys. A Null removes a key.
func with(class Class, further map[string]string) map[string]string {
	config := valid(class)
	maps.Copy(config, further)
	maps.DeleteFunc(config, func(_, value string) bool { return value == Null })
	return config
}

// problems returns the errors as "key: error".
func problems(v connect.Validation) []string {
	all := []string{}
	for _, config := range v.Configs {
		for _, problem := range config.Value.Errors {
			all = append(all, config.Value.Name+": "+problem)
		}
	}
	return all
}

type set = map[string]string

// What the checks of each class say, in the words of the connectors where they have words.
func TestErrors(t *testing.T) {
	const converters = "org.apache.kafka.connect.converters."
	for name, c := range map[string]struct {
		class Class
		set   set
		want  []string
	}{
		"Confluent":             {Confluent, nil, nil},
		"Confluent's names":     {Confluent, set{"insert.mode": "UPSERT", "pk.mode": "RECORD_KEY", "date.timezone": "utc", "date.calendar.system": "PROLEPTIC_GREGORIAN", "dialect.name": "MySqlDatabaseDialect"}, nil},
		"no URL":                {Confluent, set{"connection.url": Null}, []string{`connection.url: Missing required configuration "connection.url" which has no default value.`}},
		"mixed case":            {Confluent, set{"insert.mode": "Upsert", "pk.mode": "record.key"}, []string{"insert.mode: Invalid value Upsert for configuration insert.mode: Invalid enumerator", "pk.mode: Invalid value record.key for configuration pk.mode: Invalid enumerator"}},
		"numbers":               {Confluent, set{"batch.size": "-1", "connection.attempts": "0", "max.retries": "-1"}, []string{"connection.attempts: Invalid value 0 for configuration connection.attempts: Value must be at least 1", "batch.size: Invalid value -1 for configuration batch.size: Value must be at least 0", "max.retries: Invalid value -1 for configuration max.retries: Value must be at least 0"}},
		"empty":                 {Confluent, set{"table.name.format": " ", "string.output.value.column.name": ""}, []string{"table.name.format: Invalid value  for configuration table.name.format: String must be non-empty", "string.output.value.column.name: Invalid value  for configuration string.output.value.column.name: String must be non-empty"}},
		"zone":                  {Confluent, set{"db.timezone": "Mars"}, []string{"db.timezone: Invalid value Mars for configuration db.timezone: Invalid time zone identifier"}},
		"numbers as timestamps": {Confluent, set{"timestamp.fields.list": "a"}, []string{"timestamp.fields.list: Invalid value a for configuration timestamp.fields.list: order-sink does not support it: use the transform TimestampConverter with target.type=Timestamp and unix.precision=microseconds"}},
		"encoding":              {Aiven, set{"key.converter": "StringConverter", "key.converter.converter.encoding": "ISO-8859-1"}, []string{"key.converter.converter.encoding: Invalid value ISO-8859-1 for configuration key.converter.converter.encoding: order-sink does not support it: order-sink reads text as UTF-8: remove the key"}},
		"deletes":               {Confluent, set{"delete.enabled": "true"}, []string{"delete.enabled: Deletes are only supported for pk.mode record_key", "pk.mode: Deletes are only supported for pk.mode record_key"}},
		"update":                {Confluent, set{"insert.mode": "update"}, []string{"pk.mode: Invalid value none for configuration pk.mode: insert.mode=update without a key changes every row of the table: set pk.mode to record_key or record_value"}},
		"upsert":                {Aiven, set{"insert.mode": "UPSERT"}, []string{"pk.mode: Invalid value none for configuration pk.mode: insert.mode=upsert needs a key: set pk.mode to record_key or record_value"}},
		"two position columns":  {Confluent, set{"pk.mode": "kafka", "pk.fields": "a,b"}, []string{"pk.fields: Invalid value [a, b] for configuration pk.fields: pk.mode=kafka needs three names, for topic, partition and offset"}},
		"position columns":      {Confluent, set{"pk.mode": "kafka"}, nil},
		"credentials": {Confluent, set{"jdbc.credentials.provider.class": "com.example.Aws"}, []string{
			"jdbc.credentials.provider.class: Invalid value com.example.Aws for configuration jdbc.credentials.provider.class: Class com.example.Aws could not be found. order-sink has no credentials providers: set connection.user and connection.password, which may be a ${...} of the worker's config providers.",
		}},
		"dialect":            {Aiven, set{"dialect.name": "PostgreSqlDatabaseDialect"}, []string{"dialect.name: Invalid value PostgreSqlDatabaseDialect for configuration dialect.name: order-sink writes to MariaDB only: remove the key"}},
		"PostgreSQL":         {Aiven, set{"connection.url": "jdbc:postgresql://u:secret@h/d"}, []string{"connection.url: Invalid value jdbc:postgresql: for configuration connection.url: order-sink writes to MariaDB only: expected jdbc:mariadb://HOST:PORT/DATABASE or jdbc:mysql://HOST:PORT/DATABASE"}},
		"replication":        {Confluent, set{"connection.url": "jdbc:mysql:replication://a,b/d"}, []string{"connection.url: Invalid value jdbc:mysql:replication: for configuration connection.url: order-sink does not choose between servers (replication): name one host, such as jdbc:mysql://HOST:PORT/DATABASE"}},
		"Aiven":              {Aiven, set{"insert.mode": "MULTI", "topics.to.tables.mapping": "a:b, c:d"}, nil},
		"Aiven's mapping":    {Aiven, set{"topics.to.tables.mapping": "a:b,c"}, []string{"topics.to.tables.mapping: Invalid value [a:b, c] for configuration topics.to.tables.mapping: Invalid topics to tables mapping"}},
		"Aiven, none":        {Aiven, set{"pk.fields": "a"}, []string{"pk.fields: Primary key fields should not be set when pkMode is 'none'."}},
		"Aiven, kafka":       {Aiven, set{"pk.mode": "kafka"}, []string{"pk.fields: Primary key fields must be set with three fields (topic, partition, offset) when pkMode is 'kafka'."}},
		"Aiven, deletes":     {Aiven, set{"delete.enabled": "true"}, []string{"delete.enabled: Delete support only works with pk.mode=record_key"}},
		"multi of Confluent": {Confluent, set{"insert.mode": "multi"}, []string{"insert.mode: Invalid value multi for configuration insert.mode: Invalid enumerator"}},
		"Protobuf": {Confluent, set{"value.converter": "io.confluent.connect.protobuf.ProtobufConverter"}, []string{
			"value.converter: Invalid value io.confluent.connect.protobuf.ProtobufConverter for configuration value.converter: Class io.confluent.connect.protobuf.ProtobufConverter could not be found. order-sink does not have it: let the producer use AvroConverter or JsonConverter.",
		}},
		"Avro without a registry": {Confluent, set{"value.converter": "io.confluent.connect.avro.AvroConverter"}, []string{
			`value.converter.schema.registry.url: Missing required configuration "schema.registry.url" which has no default value.`, "value.converter.schema.registry.url: Invalid value null for configuration schema.registry.url: Empty list",
		}},
		"header converter": {Confluent, set{"header.converter": "io.confluent.connect.avro.AvroConverter"}, []string{
			"header.converter: Invalid value io.confluent.connect.avro.AvroConverter for configuration header.converter: Class io.confluent.connect.avro.AvroConverter could not be found.",
		}},
		"transform of Debezium": {Debezium, set{"transforms": "a", "transforms.a.type": "io.debezium.transforms.ByLogicalTableRouter"}, []string{
			"transforms.a.type: Invalid value io.debezium.transforms.ByLogicalTableRouter for configuration transforms.a.type: Class io.debezium.transforms.ByLogicalTableRouter could not be found. order-sink does not have it: use org.apache.kafka.connect.transforms.RegexRouter.",
		}},
		"what a transform refuses": {Debezium, set{"transforms": "a", "transforms.a.type": "RegexRouter", "transforms.a.regex": "(a)", "transforms.a.replacement": "$2"}, []string{
			"transforms.a.type: Invalid value org.apache.kafka.connect.transforms.RegexRouter for configuration transforms.a.type: option replacement: the replacement names the group 2, and the regular expression has 1",
		}},
		"OrderPrice":            {Debezium, set{"transforms": "a", "transforms.a.type": "OrderPrice", "transforms.a.total.mismatch": "ignore"}, []string{"transforms.a.total.mismatch: Invalid value ignore for configuration total.mismatch: String must be one of: correct, refuse"}},
		"topics like Java":      {Debezium, set{"topics": Null, "topics.regex": "[a-z&&[^b]]+"}, []string{"topics.regex: Invalid value [a-z&&[^b]]+ for configuration topics.regex: Invalid regex: a character class inside another one, or && in a class, is not supported: write the characters without it"}},
		"a look-ahead":          {Debezium, set{"topics": Null, "topics.regex": "(?!a).*"}, []string{"topics.regex: Invalid value (?!a).* for configuration topics.regex: Invalid regex: error parsing regexp: invalid or unsupported Perl syntax: `(?!`"}},
		"number of an override": {Debezium, set{"consumer.override.max.poll.records": "x"}, []string{"consumer.override.max.poll.records: Invalid value x for configuration max.poll.records: Not a number of type INT"}},
		"asterisks": {Confluent, set{"connection.password": "****", "value.converter": "io.confluent.connect.avro.AvroConverter", "value.converter.schema.registry.url": "http://r", "value.converter.basic.auth.user.info": "********"}, []string{
			"connection.password: Invalid value [hidden] for configuration connection.password: it has only asterisks, which a console shows in place of a password: enter the password again",
			"value.converter.basic.auth.user.info: Invalid value [hidden] for configuration value.converter.basic.auth.user.info: it has only asterisks, which a console shows in place of a password: enter the password again",
		}},
		"proxy": {Confluent, set{"key.converter": "Avro", "key.converter.schema.registry.url": "http://r", "key.converter.proxy.host": "h"}, []string{
			"key.converter.proxy.host: Invalid value h for configuration key.converter.proxy.host: order-sink does not support it: set the environment variable HTTP_PROXY or HTTPS_PROXY of the worker",
		}},
		"simple names": {Confluent, set{"key.converter": "Long", "value.converter": converters + "ByteArrayConverter"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := Validate(c.class, with(c.class, c.set), nil)
			assert.ElementsMatch(t, c.want, problems(got))
			assert.Equal(t, len(c.want), got.ErrorCount)
			assert.Equal(t, len(c.want) == 0, got.Err() == nil)
		})
	}
}

func TestTheConverterOfTheWorkerCanBeUnknown(t *testing.T) {
	got, _ := Validate(Debezium, valid(Debezium), set{"value.converter": "com.example.Mine"})
	assert.Equal(t, []string{"value.converter: Invalid value com.example.Mine for configuration value.converter: Class com.example.Mine could not be found. It is value.converter of the worker."}, problems(got))
}

func TestPolicies(t *testing.T) {
	config := with(Debezium, set{"consumer.override.max.poll.records": "7", "consumer.override.sasl.mechanism": "PLAIN"})
	refused := func(policy, key string) string {
		return "consumer.override." + key + ": The '" + policy + "' policy does not allow '" + key + "' to be overridden in the connector configuration."
	}
	const java = "org.apache.kafka.connect.connector.policy.NoneConnectorClientConfigOverridePolicy"
	for _, c := range []struct {
		worker set
		want   []string
	}{
		{nil, []string{}},
		{set{policyKey: "All"}, []string{}},
		{set{policyKey: java}, []string{refused("None", "max.poll.records"), refused("None", "sasl.mechanism")}},
		{set{policyKey: "Principal"}, []string{refused("Principal", "max.poll.records")}},
		{set{policyKey: "Allowlist", allowlistKey: "max.poll.records, x"}, []string{refused("Allowlist", "sasl.mechanism")}},
	} {
		got, _ := Validate(Debezium, config, c.worker)
		assert.Equal(t, c.want, problems(got))
	}
}

// No configuration breaks the worker, and no error has a password.
func TestAnyConfigurationIsAnswered(t *testing.T) {
	var names []string
	for class := range connectors {
		for _, k := range connectors[class].keys() {
			names = append(names, k.Name)
		}
		definitions, err := Keys(string(class))
		require.NoError(t, err)
		for _, d := range definitions {
			names = append(names, d.Name)
		}
	}
	names = append(names, "transforms.a.type", "transforms.a.regex", "transforms.a.fields", "transforms.a.spec", "transforms.a.predicate", "transforms.a.negate", "predicates.p.type", "predicates.p.pattern",
		"value.converter.schemas.enable", "value.converter.schema.registry.url", "consumer.override.max.poll.records", "connection.useSSL", "hibernate.x", "zzz", ".", "")
	slices.Sort(names)
	texts := []string{"", " ", ",", "a", "a,a", "a,p", "p", "true", "FALSE", "0", "-1", "x:y", "(", "[3,4)", "JsonConverter", "Cast$Value", "RegexRouter", "TopicNameMatches", "ReplaceField", "upsert", "record_key", "${x", Null, "***", "jdbc:mysql:", "\xff", "all"}
	rapid.Check(t, func(t *rapid.T) {
		config := rapid.MapOf(rapid.SampledFrom(names), rapid.OneOf(rapid.SampledFrom(texts), rapid.String())).Draw(t, "config")
		config["connection.password"] = "top-secret"
		class := rapid.SampledFrom([]Class{Confluent, Debezium, Aiven}).Draw(t, "class")
		got, values := Validate(class, config, map[string]string{"value.converter": "Json"})
		if all := problems(got); len(all) != got.ErrorCount || strings.Contains(strings.Join(all, ""), "top-secret") {
			t.Fatalf("%d errors: %q", got.ErrorCount, all)
		}
		for _, name := range names {
			_, _, _, _ = values.String(name), values.Long(name), values.Bool(name), values.List(name)
		}
		for _, side := range []string{"key", "value", "header"} {
			values.Converter(side)
		}
		values.Notes()
		values.Unknown()
		values.Driver()
	})
}
