package configdef

import (
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
	"github.com/order-sink/order-sink/internal/connect/configdef/keys"
)

// words has the words of Debezium's modes. Debezium finds another word only when the task
// starts, and then the task fails.
var words = map[string][]string{
	insertMode:         {"insert", insertUpsert, insertUpdate},
	primaryMode:        {modeNone, modeKafka, modeRecordKey, "record_value", "record_header"},
	"schema.evolution": {modeNone, "basic"},
}

// checkDebezium has the checks that Debezium's sink makes when its task starts.
func checkDebezium(v *Values) {
	for _, key := range []string{connectionURL, "connection.username"} {
		if v.String(key) == "" {
			v.fail(key, def.Missing(key))
		}
	}
	for _, key := range []string{insertMode, primaryMode, "schema.evolution"} {
		if word := v.Word(key); v.rows[key].Value != nil && !slices.Contains(words[key], word) {
			v.fail(key, def.Invalid(key, v.rows[key].Shown(), "expected "+strings.Join(words[key], ", ")))
		}
	}
	if v.Bool(deleteEnabled) && slices.Contains([]string{modeNone, modeKafka}, v.Word(primaryMode)) {
		v.fail(deleteEnabled, "delete.enabled needs primary.key.mode record_key, record_value or record_header")
	}
	if v.Has("field.include.list") && v.Has("field.exclude.list") {
		v.fail("field.exclude.list", "field.include.list and field.exclude.list exclude each other: remove one of them")
	}
	for _, key := range []string{"collection.name.format", "table.name.format"} {
		if r := v.rows[key]; r.Given && r.Value == "" {
			v.fail(key, def.NotEmpty(key, ""))
		}
	}
	if zone := v.String("use.time.zone"); keys.Zone("", zone) != "" && keys.ZoneOffset(zone) != nil {
		v.fail("use.time.zone", def.Invalid("use.time.zone", zone, "expected a time zone such as Europe/Berlin or +02:00"))
	}
	if n := v.Int("batch.size"); n < 1 && v.rows["batch.size"].Value != nil {
		v.fail("batch.size", def.Invalid("batch.size", n, "Value must be at least 1"))
	}
	v.checkURL()
	v.checkWrites(primaryMode)
}
