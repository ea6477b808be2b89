package reference

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// realRecords returns the records of Debezium's MariaDB connector in the testdata of the
// output: each column type in several of the connector's modes, key changes, TRUNCATE,
// tombstones, heartbeats, transactions and schema changes.
func realRecords() (all []question) {
	files, err := filepath.Glob("../mariadb/change/testdata/debezium/*.jsonl")
	if err != nil || len(files) == 0 {
		panic("the records of Debezium are missing")
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		for _, line := range strings.Split(strings.TrimSpace(string(content)), "\n") {
			var r struct {
				Topic      string
				Key, Value json.RawMessage
			}
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				panic(err)
			}
			all = append(all, rec(document(r.Key), document(r.Value)).on(r.Topic))
		}
	}
	return all
}

func document(raw json.RawMessage) *string {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	return text(string(raw))
}

// realEvents has the cases of real records.
func realEvents() (all []question) {
	records := realRecords()
	after := func(pairs ...string) configuration {
		return configuration{Transforms: []options{named("unwrap", unwrap, "delete.tombstone.handling.mode", "rewrite", "add.fields", "op,table,source.ts_ms"), named("next", kafka+pairs[0], pairs[1:]...)}}
	}
	all = cross([]configuration{
		one(unwrap), one(unwrap, "delete.tombstone.handling.mode", "rewrite-with-tombstone"), one(unwrap, "delete.tombstone.handling.mode", "delete-to-tombstone"),
		one(unwrap, "drop.tombstones", "false", "delete.handling.mode", "none"), one(unwrap, "drop.tombstones", "false", "delete.handling.mode", "rewrite"),
		one(unwrap, "add.fields", "op,db,ts_us,source.gtid,source.pos:position,transaction.id", "add.headers", "op,source.ts_ms,source.snapshot"),
		one(unwrap, "delete.tombstone.handling.mode", "rewrite", "replace.null.with.default", "false"),
		after("Flatten$Value", "delimiter", "_"), after("RegexRouter", "regex", `([^.]+)\.([^.]+)\.([^.]+)`, "replacement", "$3"), after("HoistField$Value", "field", "row"),
		after("ExtractField$Key", "field", "id"), after("ValueToKey", "fields", "id"), after("InsertField$Value", "topic.field", "topic", "timestamp.field", "at"),
		after("SetSchemaMetadata$Value", "schema.name", "Row"), after("HeaderFrom$Value", "fields", "__op,id", "headers", "op,id", "operation", "move"),
		one(kafka + "Flatten$Value"), one(kafka+"ExtractField$Value", "field", "source.pos", "field.syntax.version", "V2"), one(kafka+"MaskField$Value", "fields", "op,source,ts_ms"),
	}, records)
	for _, r := range records {
		for _, f := range columns(r.Value) {
			all = append(all, cross([]configuration{
				after("Cast$Value", "spec", f+":string"), after("Cast$Value", "spec", f+":int64"), after("MaskField$Value", "fields", f),
				after("TimestampConverter$Value", "field", f, "target.type", "string", "format", "yyyy-MM-dd'T'HH:mm:ss.SSS"),
			}, []question{r})...)
		}
	}
	return all
}

// columns returns the fields of the row of a change event.
func columns(value *string) (names []string) {
	var event struct {
		Schema struct {
			Fields []struct {
				Field  string
				Fields []struct{ Field string }
			}
		}
	}
	if value == nil || json.Unmarshal([]byte(*value), &event) != nil {
		return nil
	}
	for _, f := range event.Schema.Fields {
		if f.Field != "after" {
			continue
		}
		for _, column := range f.Fields {
			names = append(names, column.Field)
		}
	}
	return names
}
