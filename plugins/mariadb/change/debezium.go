package change

import (
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

const debeziumFormat = "an envelope of Debezium (op, before, after, source)"

// heartbeatTopic is the default of topic.heartbeat.prefix. The prefix of the connector
// follows it.
const heartbeatTopic = "__debezium-heartbeat"

var operations = map[string]Op{"c": Create, "r": Read, "u": Update, "d": Delete, "t": Truncate, "m": None}

// Debezium reads an envelope of Debezium, with or without its schema. The event is None
// for the other records of a connector, and for a message that belongs to no table (m).
// The refusal says why the record is no event that can be applied.
func Debezium(r *Record) (Event, *record.Refusal) {
	if r.Content == nil || strings.HasPrefix(r.Topic, heartbeatTopic) {
		return Event{}, nil
	}
	content, isObject := r.Content.(map[string]any)
	if !isObject {
		return Event{}, noEvent(debeziumFormat, column.TypeName(r.Content))
	}
	if !isEnvelope(content, r.Schema) {
		if isOwn(content, r.Schema) {
			return Event{}, nil
		}
		return Event{}, noEvent(debeziumFormat, "another object")
	}
	op, isKnown := operations[text(content["op"])]
	switch {
	case !isKnown:
		return Event{}, refusal.New(refusal.Event, "op", "expected c, r, u, d, t or m, got something else: order-sink does not know this operation")
	case op == None:
		return Event{}, nil
	}
	s, _ := content["source"].(map[string]any)
	e := Event{Op: op, Schema: rowSchema(r.Schema), source: debeziumSource(s)}
	var refused *record.Refusal
	if op == Update || op == Delete {
		e.Before, refused = image(content, "before")
	}
	if refused == nil && op != Delete && op != Truncate {
		if e.After, refused = image(content, "after"); refused == nil && e.After == nil {
			refused = refusal.New(refusal.Event, "after", "the event has no row, but its operation needs the row")
		}
		e.After, e.Unavailable = available(e.After)
	}
	if refused != nil {
		return Event{}, refused
	}
	return e, nil
}

// isEnvelope recognises an envelope by the name of its schema, and by its members: without
// a schema, or if a transformation has renamed the schema.
func isEnvelope(content map[string]any, s *schema.Schema) bool {
	if s != nil && strings.HasSuffix(s.Name, ".Envelope") && !strings.HasSuffix(s.Name, "CloudEvents.Envelope") {
		return true
	}
	_, isText := content["op"].(string)
	return isText && (has(content, "before") || has(content, "after") || has(content, "source"))
}

// rowSchema returns the schema of the rows in an envelope. Debezium has one schema for
// both rows. Connect JSON writes it twice, and decoders make two schemas of it.
func rowSchema(envelope *schema.Schema) *schema.Schema {
	if envelope == nil {
		return nil
	}
	for _, name := range [...]string{"after", "before"} {
		if i, found := envelope.Index[name]; found && envelope.Fields[i].Schema.Type == schema.Struct {
			return envelope.Fields[i].Schema
		}
	}
	return nil
}

// own has the names of the schemas of the records that are no change of a row, with
// io.debezium.connector. in front. See io.debezium.schema.SchemaFactory.
var own = map[string]bool{
	"common.Heartbeat":                true,
	"common.TransactionMetadataValue": true,
	"common.Notification":             true,
}

// ownMembers has members by which the same records are known without a schema.
var ownMembers = [...][]string{
	{"status", "event_count", "data_collections"}, // the begin or the end of a transaction
	{"databaseName", "ddl", "tableChanges"},       // a change of a table
	{"aggregate_type", "type", "additional_data"}, // a notification
}

// isOwn says whether Debezium sends the record on its own behalf. The names of the topics
// do not tell: a table may be called transaction.
func isOwn(content map[string]any, s *schema.Schema) bool {
	if s != nil {
		name, isDebezium := strings.CutPrefix(s.Name, "io.debezium.connector.")
		if isDebezium && (own[name] || strings.HasSuffix(name, ".SchemaChangeValue")) {
			return true
		}
	}
	for _, members := range ownMembers {
		if has(content, members...) {
			return true
		}
	}
	return len(content) == 1 && has(content, "ts_ms") // a heartbeat
}

func has(content map[string]any, members ...string) bool {
	for _, name := range members {
		if _, found := content[name]; !found {
			return false
		}
	}
	return true
}
