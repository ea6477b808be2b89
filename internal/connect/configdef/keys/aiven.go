package keys

import (
	"strings"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
)

// Aiven returns the keys of Aiven's JDBC sink.
func Aiven() []def.Key {
	all := in(groupDatabase,
		url(), user(), password(), zone("DB time zone"), dialect(def.Middle),
		def.Key{Name: "sql.quote.identifiers", Kind: def.Boolean, Default: def.Text("true"), Importance: def.Low, Width: def.Narrow, Display: "Quote SQL Identifiers", Doc: "No effect: order-sink always quotes names.", Same: "true", Ignored: "order-sink always quotes names"},
	)
	all = append(all, in(groupWrites,
		insertMode("insert", "multi", "upsert", "update"), batchSize(),
		def.Key{Name: "delete.enabled", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Medium, Width: def.Narrow, Display: "Delete enabled", Doc: "Whether a tombstone deletes the row of its key. It needs pk.mode=record_key."},
	)...)
	all = append(all, in(groupDataMapping,
		tableFormat(),
		def.Key{Name: "table.name.normalize", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Medium, Width: def.Wide, Display: "Table Name Normalize", Doc: "Whether each character of a table's name other than letters, digits and _ becomes _."},
		def.Key{Name: "topics.to.tables.mapping", Kind: def.List, Importance: def.Medium, Width: def.Wide, Display: "Topics To Tables Mapping", Checks: []def.Check{mapping}, Doc: "The tables of topics, as TOPIC:TABLE. A topic that is not in the list is refused."},
		keyMode(), keyFields(), whitelist(),
	)...)
	all = append(all, in(groupDDL, autoCreate(), autoEvolve())...)
	return append(all, retries()...)
}

// mapping refuses an entry that does not have a topic and a table.
func mapping(key string, value any) string {
	list, _ := value.([]string)
	for _, entry := range list {
		if topic, table, _ := strings.Cut(entry, ":"); topic == "" || table == "" {
			return def.Invalid(key, value, "Invalid topics to tables mapping")
		}
	}
	return ""
}
