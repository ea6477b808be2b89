package translate

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/order-sink/order-sink/internal/connect/configdef"
	"github.com/order-sink/order-sink/internal/connect/translate/yamltext"
)

// sourcePart is a field of the source of a change event in the name of a table.
var sourcePart = regexp.MustCompile(`\$\{source\.([^}]*)\}`)

// quotedName is a name whose dots are no separators.
var quotedName = regexp.MustCompile("`[^`]*`")

const topicToken = "${topic}"

// sourceParts returns the fields of the source that the name of the table has.
func (t *translator) sourceParts() (parts []string) {
	if t.class != configdef.Debezium {
		return nil
	}
	for _, found := range sourcePart.FindAllStringSubmatch(t.v.String(t.keys().table), -1) {
		if !slices.Contains(parts, found[1]) {
			parts = append(parts, found[1])
		}
	}
	return parts
}

// table returns the table of a record.
func (t *translator) table() *yaml.Node {
	key := t.keys().table
	format := t.v.String(key)
	if strings.Contains(format, "${!") {
		t.refuse(key, "a name with ${! is not supported: write the name without it")
		return yamltext.Text("table")
	}
	if t.class == configdef.Aiven && len(t.tableMapping()) > 0 {
		return t.mappedTable(t.tableMapping())
	}
	if parts := t.sourceParts(); len(parts) > 0 && t.unwraps() {
		t.refuse(key, "${source.%s} needs the change event, but a transform makes a row of it before: use ${topic}, or remove the transform, because the connector reads change events itself", parts[0])
	}
	if names := sourcePart.ReplaceAllString(format, ""); strings.Contains(quotedName.ReplaceAllString(names, ""), ".") {
		t.differs(key, "a name with a dot is database.table. %s", databaseTraps[t.class])
	}
	if topic := t.onlyTopic(); len(t.sourceParts()) == 0 && (topic != "" || !strings.Contains(format, topicToken)) {
		name := strings.ReplaceAll(format, topicToken, t.topicName(topic))
		t.checkTable(key, name)
		return yamltext.Text(name)
	}
	return t.interpolated(format)
}

// checkTable refuses a name that is neither a table nor database.table.
func (t *translator) checkTable(key, name string) {
	parts := quotedName.ReplaceAllString(name, "q")
	if strings.Contains(parts, "`") || strings.Count(parts, ".") > 1 || strings.HasPrefix(parts, ".") || strings.HasSuffix(parts, ".") {
		t.refuse(key, "the table %s is neither a table nor database.table: put a name with dots in backticks, or change the topic with a RegexRouter", name)
	}
}

// databaseTraps says what the connectors do with database.table.
var databaseTraps = map[configdef.Class]string{
	configdef.Confluent: "The connector from version 10.7.7 on puts the database of the URL in front, which MariaDB refuses",
	configdef.Debezium:  "The connector looks for the table there, and then writes to the database of the URL",
	configdef.Aiven:     "The connector does the same",
}

// topicName is a topic in the name of a table.
func (t *translator) topicName(topic string) string {
	switch {
	case t.class == configdef.Debezium && !t.keepsDots():
		return strings.ReplaceAll(topic, ".", "_")
	case t.class == configdef.Aiven && t.v.Bool("table.name.normalize"):
		return notNormal.ReplaceAllString(topic, "_")
	}
	return topic
}

var notNormal = regexp.MustCompile(`[^a-zA-Z0-9_]`)

func (t *translator) keepsDots() bool {
	return t.class == configdef.Debezium && strings.HasSuffix(t.v.String("collection.naming.strategy"), "PassthroughCollectionNamingStrategy")
}

// interpolated is a table whose name depends on the record.
func (t *translator) interpolated(format string) *yaml.Node {
	topic := "@kafka_topic"
	switch {
	case t.class == configdef.Debezium && !t.keepsDots():
		topic += `.replace_all(".", "_")`
	case t.class == configdef.Aiven && t.v.Bool("table.name.normalize"):
		topic += `.re_replace_all("[^a-zA-Z0-9_]", "_")`
	}
	var b strings.Builder
	for rest := format; rest != ""; {
		i := strings.Index(rest, "${")
		if i < 0 {
			i = len(rest)
		}
		b.WriteString(yamltext.Escape(rest[:i]))
		rest = rest[i:]
		switch part := sourcePart.FindStringSubmatch(rest); {
		case strings.HasPrefix(rest, topicToken):
			b.WriteString("${! " + topic + " }")
			rest = rest[len(topicToken):]
		case part != nil && strings.HasPrefix(rest, part[0]) && len(t.sourceParts()) > 0:
			b.WriteString("${! " + t.sourceOf(part[1]) + " }")
			rest = rest[len(part[0]):]
		case rest != "":
			b.WriteString(yamltext.Dollar)
			rest = rest[1:]
		}
	}
	return yamltext.Raw(b.String())
}

// sourceOf is the query for a field of the source. Other records have none, and no table.
func (t *translator) sourceOf(name string) string {
	if t.appliesEvents() {
		return `json("source").get(` + quote(name) + `).or("")`
	}
	return `@.get(` + quote("__source_"+name) + `).or("")`
}

// quote writes text as Bloblang reads it.
func quote(value string) string {
	text, _ := json.Marshal(value) // text has always a form in JSON
	return string(text)
}

// tableMapping returns the tables of topics that the configuration lists.
func (t *translator) tableMapping() map[string]string {
	const key = "topics.to.tables.mapping"
	tables := map[string]string{}
	for _, entry := range t.list(key) {
		topic, table, found := strings.Cut(entry, ":")
		if !found || topic == "" || table == "" || strings.Contains(table, "${") {
			t.refuse(key, "expected TOPIC:TABLE for each topic, with commas between them")
			return nil
		}
		tables[topic] = table
	}
	return tables
}

// mappedTable is the table of a topic in the mapping. A topic outside of it has no table, as in
// the connector.
func (t *translator) mappedTable(tables map[string]string) *yaml.Node {
	if topic := t.onlyTopic(); topic != "" && tables[topic] != "" {
		t.checkTable("topics.to.tables.mapping", tables[topic])
		return yamltext.Text(tables[topic])
	}
	members, _ := json.Marshal(tables)
	// A dot in the path of get would mean a member of a member.
	return yamltext.Raw("${! " + yamltext.Escape(string(members)) + `.get(@kafka_topic.replace_all(".", "~1")).or("") }`)
}
