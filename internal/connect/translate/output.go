package translate

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/order-sink/order-sink/internal/connect/configdef"
	"github.com/order-sink/order-sink/internal/connect/translate/jdbc"
	"github.com/order-sink/order-sink/internal/connect/translate/yamltext"
)

// names are the keys that have another name in each connector.
type names struct {
	user, table, mode, fields, include string
}

var keysOf = map[configdef.Class]names{
	configdef.Confluent: {"connection.user", "table.name.format", "pk.mode", "pk.fields", "fields.whitelist"},
	configdef.Aiven:     {"connection.user", "table.name.format", "pk.mode", "pk.fields", "fields.whitelist"},
	configdef.Debezium:  {"connection.username", "collection.name.format", "primary.key.mode", "primary.key.fields", "field.include.list"},
}

func (t *translator) keys() names { return keysOf[t.class] }

// output is the output mariadb_upsert.
func (t *translator) output() *yaml.Node {
	server := t.server()
	tableName := t.table()
	label := "table"
	pairs := []any{"dsn", t.dsn(&server)}
	if server.TLS.Enabled {
		pairs = append(pairs, "tls", t.serverTLS(server.TLS))
	}
	pairs = append(pairs, "table", tableName, "schema_metadata", schemaMetadata)
	pairs = append(pairs, t.columns()...)
	pairs = append(pairs, t.keyFields()...)
	pairs = append(pairs, "key_collation", "any", "mode", t.mode())
	pairs = append(pairs, t.deletes()...)
	pairs = append(pairs, t.zone()...)
	pairs = append(pairs, t.evolution()...)
	if strings.Contains(tableName.Value, "${!") {
		label = "tables"
		pairs = append(pairs, "max_in_flight", waitingPartitions)
	}
	if tasks := t.v.Int("tasks.max"); tasks > defaultConnections {
		pairs = append(pairs, "connections", min(tasks, maxConnections))
	}
	pairs = append(pairs, t.refusals()...)
	return yamltext.Component(label, "mariadb_upsert", yamltext.Fields(pairs...))
}

const (
	defaultConnections = 4 // of mariadb_upsert
	maxConnections     = 32
)

// server reads the URL and the options for the Java driver.
func (t *translator) server() jdbc.Server {
	const key = "connection.url"
	driver := t.v.Driver()
	var options []jdbc.Option
	for _, name := range sortedKeys(driver) {
		options = append(options, jdbc.Option{Name: name, Value: driver[name]})
	}
	server, problems := jdbc.Parse(t.v.String(key), options)
	for _, problem := range problems {
		t.refuse(key, "%s: %s", key, problem)
	}
	for _, note := range server.Notes {
		name, value := key+": "+note.Option, note.Value
		if _, isKey := driver[note.Option]; isKey {
			name = "connection." + note.Option
		}
		if t.isHidden(key) {
			value = "[hidden]"
		}
		t.pipeline.Differences = append(t.pipeline.Differences, Difference{name, value, note.Text})
	}
	return server
}

// dsn is the address for the driver of Go. The keys of the connector win over the URL.
func (t *translator) dsn(s *jdbc.Server) *yaml.Node {
	user := t.inline("connection.url", "USER", s.User)
	if key := t.keys().user; t.v.String(key) != "" {
		user = t.inline(key, "", t.v.String(key))
		if strings.Contains(t.v.String(key), ":") && !placeholder.MatchString(t.v.String(key)) {
			t.refuse(key, "a user whose name has a colon is not supported: use another account")
		}
	}
	password := t.inline("connection.url", "PASSWORD", s.Password)
	if given := t.v.String("connection.password"); given != "" {
		password = t.inline("connection.password", "", given)
	}
	plainParts := *s
	for i, parameter := range plainParts.Parameters {
		plainParts.Parameters[i] = yamltext.Escape(parameter)
	}
	return yamltext.Quoted(plainParts.DSN(user, password))
}

func (t *translator) serverTLS(s jdbc.TLS) *yaml.Node {
	pairs := []any{"enabled", true}
	if s.SkipVerify {
		pairs = append(pairs, "skip_cert_verify", true)
	}
	return yamltext.Fields(append(pairs, "root_cas", s.RootCAs, "root_cas_file", s.RootFile)...)
}

// mode is what a record does to the row of its key.
func (t *translator) mode() string {
	mode := t.v.Word("insert.mode")
	switch mode {
	case "multi":
		return "insert"
	case "insert", "update", "upsert":
		return mode
	}
	t.refuse("insert.mode", "expected insert, upsert or update")
	return "upsert"
}

// deletes says what a record without a value does.
func (t *translator) deletes() (pairs []any) {
	if t.v.Bool("delete.enabled") {
		pairs = append(pairs, "tombstone", "delete")
	}
	if t.appliesEvents() {
		if !t.v.Bool("delete.enabled") {
			t.refuse("truncate.enabled", "the deletes of change events are applied, too: set delete.enabled=true, or remove truncate.enabled")
		}
		pairs = append(pairs, "change_events", "debezium", "truncate", true)
	}
	return pairs
}

// appliesEvents reports whether the output itself reads the change events of Debezium. It
// does so where only an event says what happened: a transform drops the event that empties a
// table.
func (t *translator) appliesEvents() bool {
	return t.class == configdef.Debezium && t.v.Bool("truncate.enabled") && !t.unwraps()
}

// evolution says whether the output creates and extends tables.
func (t *translator) evolution() (pairs []any) {
	creates, adds := false, false
	mapping := "debezium"
	switch t.class {
	case configdef.Debezium:
		switch t.v.Word("schema.evolution") {
		case "basic":
			creates, adds = true, true
		case "validate-only":
			t.differs("schema.evolution", "order-sink always checks that the table fits. Records wait until it does")
		}
	case configdef.Confluent:
		creates, adds, mapping = t.v.Bool("auto.create"), t.v.Bool("auto.evolve"), "confluent"
	case configdef.Aiven:
		creates, adds, mapping = t.v.Bool("auto.create"), t.v.Bool("auto.evolve"), "aiven"
	}
	if creates {
		pairs = append(pairs, "create_tables", true)
	}
	if adds {
		pairs = append(pairs, "add_columns", true)
	}
	if creates || adds {
		pairs = append(pairs, "type_mapping", mapping)
	}
	return pairs
}

// columns chooses the fields that become columns.
func (t *translator) columns() (pairs []any) {
	plainOnly := func(key string) (names []string) {
		for _, entry := range t.list(key) {
			if topic, field, scoped := t.scoped(entry); !scoped || t.onlyTopic() == topic {
				names = append(names, field)
			}
		}
		return names
	}
	if t.hasScopedFields() {
		return nil // transforms choose the fields of each topic
	}
	pairs = append(pairs, "include_fields", plainOnly(t.keys().include))
	if t.class == configdef.Debezium {
		pairs = append(pairs, "exclude_fields", plainOnly("field.exclude.list"))
	}
	return pairs
}

// scoped splits TOPIC:FIELD, which Debezium's connector takes for a field of one topic.
func (t *translator) scoped(entry string) (topic, field string, scoped bool) {
	if t.class != configdef.Debezium {
		return "", entry, false
	}
	topic, field, scoped = strings.Cut(entry, ":")
	if !scoped {
		return "", entry, false
	}
	return topic, field, true
}

// onlyTopic returns the topic if the connector reads one.
func (t *translator) onlyTopic() string {
	if topics := t.list("topics"); len(topics) == 1 && !t.routes() {
		return topics[0]
	}
	return ""
}

// hasScopedFields reports whether fields are chosen by topic, of several topics.
func (t *translator) hasScopedFields() bool {
	if t.class != configdef.Debezium || t.onlyTopic() != "" {
		return false
	}
	isScoped := func(entry string) bool { return strings.Contains(entry, ":") }
	return slices.ContainsFunc(t.list("field.include.list"), isScoped) || slices.ContainsFunc(t.list("field.exclude.list"), isScoped)
}

// topicFields are the transforms that choose the fields of each topic.
func (t *translator) topicFields() (steps []step) {
	if !t.hasScopedFields() {
		return nil
	}
	for _, list := range []struct{ key, option string }{{"field.include.list", "include"}, {"field.exclude.list", "exclude"}} {
		entries := t.list(list.key)
		if len(entries) == 0 {
			continue
		}
		if len(t.list("topics")) == 0 || t.routes() {
			t.refuse(list.key, "fields of one topic (TOPIC:FIELD) need the names of the topics in topics, and no transform that changes the topic")
			return nil
		}
		steps = append(steps, t.topicSteps(list.option, entries)...)
	}
	return steps
}

func (t *translator) topicSteps(option string, entries []string) (steps []step) {
	for i, topic := range t.list("topics") {
		var fields []string
		for _, entry := range entries {
			if of, field, scoped := t.scoped(entry); !scoped || of == topic {
				fields = append(fields, field)
			}
		}
		if option == "include" {
			if len(fields) == 0 {
				t.refuse("field.include.list", "no field of the topic %s is in the list, so its rows would have no columns: name a field, or remove the topic", topic)
				continue
			}
			fields = append(fields, t.valueKey()...)
		}
		if len(fields) == 0 {
			continue
		}
		number := string(rune('1'+i%9)) + strings.Repeat("_", i/9)
		steps = append(steps, step{
			Step: configdef.Step{
				Alias: t.alias(option + "_" + number), Class: kafkaTransforms + "ReplaceField$Value",
				Options: map[string]string{option: strings.Join(fields, ",")}, Predicate: "order_sink_topic_" + number,
			},
			comment: "The fields of the topic " + topic + ".", topic: topic,
		})
	}
	return steps
}
