package reference

import "strings"

const (
	kafka     = "org.apache.kafka.connect.transforms."
	enrs      = "io.debezium.transforms.ExtractNewRecordState"
	jsonClass = "org.apache.kafka.connect.json.JsonConverter"
)

type set = map[string]any

// one is a transform of the alias a.
func one(class string, options set) set {
	all := set{"transforms": "a", "transforms.a.type": class}
	for name, value := range options {
		all["transforms.a."+name] = value
	}
	return all
}

// cases are changes of base. stricter has, by key, a part of the error that only order-sink
// has. onlyClass is set when Kafka Connect leaves
// out the keys of the class, and the defaults of the worker.
var cases = []struct {
	name      string
	set       set
	without   []string
	stricter  map[string]string
	onlyClass bool
}{
	{name: "valid"},
	{name: "no name", without: []string{"name"}},
	{name: "blank name", set: set{"name": "  "}},
	{name: "control characters", set: set{"name": "a\x01b\x7f"}},
	{name: "long name", set: set{"name": "a/" + strings.Repeat("b", 300)}},
	{name: "null name", set: set{"name": nil}},
	{name: "no tasks", set: set{"tasks.max": "0"}},
	{name: "many tasks", set: set{"tasks.max": "many"}},
	{name: "empty tasks", set: set{"tasks.max": ""}},
	{name: "null tasks", set: set{"tasks.max": nil}},
	{name: "signed tasks", set: set{"tasks.max": " +07 "}},
	{name: "too many tasks", set: set{"tasks.max": "2147483648"}},
	{name: "fraction of tasks", set: set{"tasks.max": "1.0"}},
	{name: "boolean", set: set{"errors.log.enable": "yes", "tasks.max.enforce": " TRUE ", "errors.log.include.messages": ""}},
	{name: "null boolean", set: set{"errors.log.enable": nil}},
	{name: "reload", set: set{"config.action.reload": "RESTART"}},
	{name: "tolerance", set: set{"errors.tolerance": "ALL"}},
	{name: "empty tolerance", set: set{"errors.tolerance": ""}},
	{name: "timeouts", set: set{"errors.retry.timeout": "x", "errors.retry.delay.max.ms": ""}},
	{name: "negative timeouts", set: set{"errors.retry.timeout": "-2", "errors.retry.delay.max.ms": "0"}},
	{name: "short", set: set{"errors.deadletterqueue.topic.replication.factor": "99999"}},
	{name: "no topics", without: []string{"topics"}},
	{name: "empty topics", set: set{"topics": ""}},
	{name: "null topics", set: set{"topics": nil}},
	{name: "commas", set: set{"topics": " , "}},
	{name: "empty topic", set: set{"topics": "a,,b"}},
	{name: "same topics", set: set{"topics": "a,a"}},
	{name: "white space", set: set{"topics": " a , b\t,c "}},
	{name: "topics and regex", set: set{"topics.regex": "a.*"}},
	{name: "bad regex", set: set{"topics.regex": "(a"}, without: []string{"topics"}},
	{name: "dead letters in topics", set: set{"topics": "a,b", "errors.deadletterqueue.topic.name": " b ", "errors.tolerance": "all"}},
	{name: "dead letters match", set: set{"topics.regex": "a.*", "errors.deadletterqueue.topic.name": "abc", "errors.tolerance": "all"}, without: []string{"topics"}},
	{name: "dead letters in both", set: set{"topics": "abc", "topics.regex": "a.*", "errors.deadletterqueue.topic.name": "abc", "errors.tolerance": "all"}},
	{name: "dead letters do not match", set: set{"topics.regex": "a.*", "errors.deadletterqueue.topic.name": "ba", "errors.tolerance": "all"}, without: []string{"topics"}},
	{name: "dead letters without tolerance", set: set{"errors.deadletterqueue.topic.name": "dlq"}, stricter: map[string]string{"errors.deadletterqueue.topic.name": "errors.tolerance=all"}},
	{name: "unknown keys", set: set{"linger.ms": "5", "task.max": "1", "hibernate.x": "y", "use.reduction.buffer": "true"}},
	{name: "null key of the worker's converter", set: set{"key.converter.schemas.enable": nil}},
	{name: "blank class", set: set{"column.naming.strategy": "  "}},
	{name: "null unknown key", set: set{"zzz": nil}},
	{name: "null keys of the class", set: set{"batch.size": nil, "insert.mode": nil, "delete.enabled": nil}, stricter: map[string]string{"batch.size": "Null value", "insert.mode": "Null value", "delete.enabled": "Null value"}},
	{name: "numbers of the class", set: set{"batch.size": "x", "connection.pool.min_size": "x", "connection.pool.timeout": "1s", "flush.max.retries": "", "flush.retry.delay.ms": "-1"}},
	{name: "booleans of the class", set: set{"delete.enabled": "x", "truncate.enabled": "1", "quote.identifiers": "TRUE", "connection.restart.on.errors": "on"}},
	{name: "lists of the class", set: set{"field.include.list": " a ,, b", "primary.key.fields": " a , b "}},
	{name: "classes of the class", set: set{"collection.naming.strategy": "foo", "table.naming.strategy": "", "column.naming.strategy": "bar"}},
	{name: "upper case", set: set{"insert.mode": "UPSERT", "primary.key.mode": "RECORD_KEY", "schema.evolution": "Basic"}},
	{name: "older names", set: set{"table.name.format": "t", "database.time_zone": "Etc/UTC"}},

	{name: "unknown converter", set: set{"key.converter": "nope"}},
	{name: "empty converter", set: set{"value.converter": ""}},
	{name: "null converter", set: set{"key.converter": nil}},
	{name: "transform as converter", set: set{"key.converter": kafka + "Filter"}},
	{name: "short converters", set: set{"key.converter": "Long", "value.converter": "JsonConverter", "header.converter": "Simple"}},
	{name: "converter keys", set: set{"value.converter": jsonClass, "value.converter.schemas.enable": "maybe", "value.converter.decimal.format": "x", "value.converter.schemas.cache.size": "-1"}},
	{name: "string converters", set: set{"key.converter": "org.apache.kafka.connect.storage.StringConverter", "header.converter": "StringConverter"}},
	{name: "keys of the worker's converter", set: set{"value.converter.schemas.enable": "maybe"}},
	{name: "converter version", set: set{"key.converter": "JsonConverter", "key.converter.plugin.version": "9"}},
	{name: "version of the worker's converter", set: set{"key.converter.plugin.version": "9"}},
	{name: "connector version", set: set{"connector.plugin.version": "9"}, onlyClass: true},
	{name: "empty connector version", set: set{"connector.plugin.version": ""}, onlyClass: true},
	{name: "range of versions", set: set{"connector.plugin.version": "[3,4)"}},
	{name: "latest version", set: set{"connector.plugin.version": "latest"}},
	{name: "part of a version", set: set{"connector.plugin.version": "3.4"}},

	{name: "same alias", set: set{"transforms": "a,a", "transforms.a.type": kafka + "Filter"}},
	{name: "empty alias", set: set{"transforms": " a , ,b", "transforms.a.type": kafka + "Filter", "transforms.b.type": kafka + "Filter"}},
	{name: "null transforms", set: set{"transforms": nil}},
	{name: "no type", set: set{"transforms": "a"}},
	{name: "unknown type", set: one("com.Foo", nil)},
	{name: "short type", set: one("Filter", nil)},
	{name: "nested short type", set: one("ReplaceField$Value", nil)},
	{name: "no side", set: one(kafka+"ReplaceField", nil)},
	{name: "no side, short", set: one("ReplaceField", set{"negate": "true"})},
	{name: "converter as transform", set: one(jsonClass, nil)},
	{name: "transform version", set: one("Filter", set{"plugin.version": "7"})},
	{name: "negate without predicate", set: one("Filter", set{"negate": "true"})},
	{name: "negate of a converter", set: one(jsonClass, set{"negate": "true"})},
	{name: "negate without predicate, and version", set: one("Filter", set{"negate": "false", "plugin.version": "7"})},
	{name: "negate with a null predicate", set: one("Filter", set{"negate": "true", "predicate": nil})},
	{name: "bad negate", set: one("Filter", set{"negate": "x"})},
	{name: "unknown predicate", set: one("Filter", set{"predicate": "q"}), stricter: map[string]string{"transforms.a.predicate": "predicates does not have it"}},
	{name: "predicate without type", set: set{"predicates": "q"}},
	{name: "unknown predicate type", set: set{"predicates": "q", "predicates.q.type": "com.Foo"}},
	{name: "same predicate", set: set{"predicates": "q,q", "predicates.q.type": "RecordIsTombstone"}},
	{name: "predicates", set: set{"predicates": "p,q,r", "predicates.p.type": "TopicNameMatches", "predicates.p.pattern": "(a", "predicates.q.type": "HasHeaderKey", "predicates.r.type": "HasHeaderKey", "predicates.r.name": ""}},
	{name: "empty pattern", set: set{"predicates": "p", "predicates.p.type": "TopicNameMatches", "predicates.p.pattern": ""}},
	{name: "a chain", set: set{
		"transforms": "u,r,f", "transforms.u.type": enrs, "transforms.u.add.fields": " op , source.ts_ms", "transforms.r.type": kafka + "RegexRouter",
		"transforms.r.regex": "(.*)", "transforms.r.replacement": "$1", "transforms.f.type": kafka + "Filter", "transforms.f.predicate": "p",
		"predicates": "p", "predicates.p.type": kafka + "predicates.RecordIsTombstone",
	}},

	{name: "RegexRouter", set: one("RegexRouter", nil)},
	{name: "RegexRouter with a bad regex", set: one("RegexRouter", set{"regex": "(a", "replacement": "$9"})},
	{name: "ReplaceField", set: one(kafka+"ReplaceField$Key", set{"exclude": "a,,b", "include": "a,a", "renames": "a:b:c", "replace.null.with.default": "x"})},
	{name: "ReplaceField without options", set: one(kafka+"ReplaceField$Value", set{"renames": ""})},
	{name: "InsertField", set: one(kafka+"InsertField$Value", set{"topic.field": "t"})},
	{name: "MaskField", set: one(kafka+"MaskField$Value", set{"fields": "", "replacement": ""})},
	{name: "MaskField without options", set: one(kafka+"MaskField$Value", nil)},
	{name: "Cast", set: one(kafka+"Cast$Value", nil)},
	{name: "Cast to an unknown type", set: one(kafka+"Cast$Value", set{"spec": "a:int31"})},
	{name: "Cast of everything", set: one(kafka+"Cast$Value", set{"spec": "int8,a:int8"})},
	{name: "Cast of three", set: one(kafka+"Cast$Value", set{"spec": "a:b:c"})},
	{name: "Flatten", set: one(kafka+"Flatten$Key", nil)},
	{name: "HoistField", set: one(kafka+"HoistField$Value", nil)},
	{name: "ExtractField", set: one(kafka+"ExtractField$Value", set{"field.syntax.version": "V3"})},
	{name: "ValueToKey", set: one("ValueToKey", set{"fields": ",,"})},
	{name: "TimestampConverter", set: one(kafka+"TimestampConverter$Value", set{"unix.precision": "foo"})},
	{name: "TimestampConverter to another type", set: one(kafka+"TimestampConverter$Value", set{"target.type": "foo"})},
	{name: "TimestampRouter", set: one("TimestampRouter", nil)},
	{name: "SetSchemaMetadata", set: one(kafka+"SetSchemaMetadata$Value", set{"schema.version": "x"})},
	{name: "HeaderFrom", set: one(kafka+"HeaderFrom$Value", set{"fields": "", "headers": "", "operation": "foo"})},
	{name: "HeaderFrom without options", set: one(kafka+"HeaderFrom$Value", nil)},
	{name: "DropHeaders", set: one("DropHeaders", set{"headers": "a,a"})},
	{name: "InsertHeader", set: one("InsertHeader", nil)},
	{name: "ExtractNewRecordState", set: one(enrs, set{"drop.fields.from.key": "x", "add.fields": "op,,x"})},

	{name: "overrides", set: set{"consumer.override.max.poll.records": "10", "consumer.override.isolation.level": "read_committed", "consumer.override.sasl.jaas.config": "secret", "producer.override.acks": "all", "admin.override.x": "y"}},
	{name: "overrides of the dead letters' clients", set: set{"errors.deadletterqueue.topic.name": "dlq", "errors.tolerance": "all", "producer.override.acks": "all", "producer.override.ssl.keystore.key": "secret", "admin.override.retries": "3"}},
	{name: "null override", set: set{"consumer.override.max.poll.records": nil}},
	{name: "range without an end", set: set{"value.converter.plugin.version": "("}},
	{name: "unknown override", set: set{"consumer.override.foo": "bar"}},
	{name: "unknown insert mode", set: set{"insert.mode": "sometimes"}, stricter: map[string]string{"insert.mode": "expected insert, upsert, update"}},
	{name: "unknown key mode", set: set{"primary.key.mode": "record.key"}, stricter: map[string]string{"primary.key.mode": "expected none, kafka, record_key"}},
	{name: "unknown evolution", set: set{"schema.evolution": "full"}, stricter: map[string]string{"schema.evolution": "expected none, basic"}},
	{name: "upsert without key", set: set{"insert.mode": "upsert"}, stricter: map[string]string{"primary.key.mode": "insert.mode=upsert needs a key"}},
	{name: "update without key", set: set{"insert.mode": "UPDATE"}, stricter: map[string]string{"primary.key.mode": "changes every row"}},
	{name: "delete without key", set: set{"delete.enabled": "true"}, stricter: map[string]string{"delete.enabled": "primary.key.mode"}},
	{name: "both lists", set: set{"field.include.list": "a", "field.exclude.list": "b"}, stricter: map[string]string{"field.exclude.list": "exclude each other"}},
	{name: "asterisks", set: set{"connection.password": "******"}, stricter: map[string]string{"connection.password": "asterisks"}},
	{name: "PostgreSQL", set: set{"connection.url": "jdbc:postgresql://h/d"}, stricter: map[string]string{"connection.url": "MariaDB only"}},
	{name: "no connection", without: []string{"connection.url", "connection.username", "connection.password"}, stricter: map[string]string{"connection.url": "Missing required", "connection.username": "Missing required"}},
	{name: "time zone", set: set{"use.time.zone": "Nowhere"}, stricter: map[string]string{"use.time.zone": "Invalid time zone identifier"}},
	{name: "another zone", set: set{"database.time_zone": "Europe/Berlin"}},
	{name: "a million tasks", set: set{"tasks.max": "1000000"}, stricter: map[string]string{"tasks.max": "at most 1000"}},
	{name: "batch of none", set: set{"batch.size": "0"}, stricter: map[string]string{"batch.size": "at least 1"}},
	{name: "empty format", set: set{"collection.name.format": "  "}, stricter: map[string]string{"collection.name.format": "non-empty"}},
}
