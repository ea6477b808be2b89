package keys

import (
	"slices"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
)

// The reasons that several keys share.
const (
	ownPool    = "order-sink has connections of its own: see max_in_flight of mariadb_upsert"
	ownRetries = "order-sink waits until MariaDB is back, and never gives up"
	otherBase  = "it concerns other databases than MariaDB"
)

// The classes that name tables and columns, by their simple names.
const (
	tableNaming  = "io.debezium.sink.naming.DefaultCollectionNamingStrategy"
	columnNaming = "io.debezium.connector.jdbc.naming.DefaultColumnNamingStrategy"
)

// Debezium returns the keys of Debezium's JDBC sink.
func Debezium() []def.Key {
	naming := classes(tableNaming, "io.debezium.sink.naming.PassthroughCollectionNamingStrategy", "io.debezium.connector.jdbc.naming.DefaultTableNamingStrategy")
	tableFormat := def.Key{Kind: def.String, Default: def.Text("${topic}"), Importance: def.Medium, Width: def.Middle, Display: "A format string for the collection name", Doc: "The name of the table. ${topic} is the topic, and ${source.FIELD} a field of the source of a change event."}
	strategy := def.Key{Kind: def.Class, Classes: naming, Default: def.Text(tableNaming), Importance: def.Low, Width: def.Wide, Display: "CollectionNamingStrategy class", Doc: "How a topic becomes the name of a table: Debezium's own classes."}
	zone := def.Key{Kind: def.String, Default: def.Text("UTC"), Importance: def.Medium, Width: def.Narrow, Display: "The timezone used when inserting temporal values.", Doc: "The time zone of values with a zone (ZonedTimestamp, ZonedTime): UTC."}
	all := in(groupConnector,
		def.Key{Name: "connection.url", Kind: def.String, Importance: def.High, Width: def.Wide, Display: "Hostname", Doc: "The JDBC URL of MariaDB, such as jdbc:mariadb://host:3306/database."},
		def.Key{Name: "connection.username", Kind: def.String, Importance: def.High, Width: def.Narrow, Display: "User", Doc: "The user of MariaDB."},
		def.Key{Name: "connection.password", Kind: def.Password, Importance: def.High, Width: def.Narrow, Display: "Password", Doc: "The password of the user."},
		def.Key{Name: "connection.pool.min_size", Kind: def.Int, Default: def.Text("5"), Importance: def.Low, Width: def.Narrow, Display: "Connection pool minimum size", Doc: "No effect: order-sink has connections of its own.", Ignored: ownPool},
		def.Key{Name: "connection.pool.max_size", Kind: def.Int, Default: def.Text("32"), Importance: def.Low, Width: def.Narrow, Display: "Connection pool maximum size", Doc: "No effect: order-sink has connections of its own.", Ignored: ownPool},
		def.Key{Name: "connection.pool.acquire_increment", Kind: def.Int, Default: def.Text("32"), Importance: def.Low, Width: def.Narrow, Display: "Connection pool acquire increment", Doc: "No effect: order-sink has connections of its own.", Ignored: ownPool},
		def.Key{Name: "connection.pool.timeout", Kind: def.Long, Default: def.Text("1800"), Importance: def.Low, Width: def.Narrow, Display: "Connection pool timeout", Doc: "No effect: order-sink has connections of its own.", Ignored: ownPool},
		def.Key{Name: "insert.mode", Kind: def.String, Default: def.Text("insert"), Importance: def.Low, Width: def.Narrow, Display: "The insertion mode to use", Doc: "How rows are written: insert, upsert or update."},
		def.Key{Name: "delete.enabled", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Low, Width: def.Narrow, Display: "Controls whether records can be deleted by the connector", Doc: "Whether a tombstone or a change event of a deletion deletes the row. It needs primary.key.mode."},
		def.Key{Name: "truncate.enabled", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Low, Width: def.Narrow, Display: "Controls whether tables can be truncated by the connector", Doc: "Whether a change event of TRUNCATE empties the table."},
		named(tableFormat, "collection.name.format"),
		def.Key{Name: "primary.key.mode", Kind: def.String, Default: def.Text(wordNone), Importance: def.High, Width: def.Narrow, Display: "Primary key mode", Doc: "Where the key of a row is: none, kafka, record_key, record_value or record_header."},
		def.Key{Name: "primary.key.fields", Kind: def.String, Importance: def.Low, Width: def.Middle, Display: "Comma-separated list of primary key field names", Doc: "The fields of the key, with commas between them. By default, all."},
		def.Key{Name: "schema.evolution", Kind: def.String, Default: def.Text(wordNone), Importance: def.Low, Width: def.Narrow, Display: "Controls how schema evolution is handled by the sink connector", Doc: "Whether missing tables and columns are created: none or basic."},
		def.Key{Name: "quote.identifiers", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Low, Width: def.Narrow, Display: "Controls whether table, column, or other identifiers are quoted", Doc: "Whether the names of created columns keep their capital letters."},
		named(strategy, "collection.naming.strategy"),
		def.Key{Name: "column.naming.strategy", Kind: def.Class, Classes: classes(columnNaming), Default: def.Text(columnNaming), Importance: def.Low, Width: def.Wide, Display: "Name of the strategy class that implements the ColumnNamingStrategy interface", Doc: "How a field becomes the name of a column: Debezium's own class.", Same: columnNaming, Ignored: "only Debezium's own class is possible, which keeps the names"},
		def.Key{Name: "collection.table.format", Kind: def.String, Default: def.Text("${table}"), Importance: def.Medium, Width: def.Wide, Display: "Format string using table name", Doc: "No effect in Debezium's sink either.", Ignored: "Debezium's sink does not read it either"},
		named(zone, "use.time.zone"),
		def.Key{Name: "dialect.postgres.postgis.schema", Kind: def.String, Default: def.Text("public"), Importance: def.Low, Width: def.Wide, Display: "Name of the schema where postgis extension is installed", Doc: "No effect: for PostgreSQL.", Ignored: otherBase},
		def.Key{Name: "dialect.sqlserver.identity.insert", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Low, Width: def.Narrow, Display: "Allowing to insert explicit value for identity column in table for SQLSERVER.", Doc: "No effect: for SQL Server.", Ignored: otherBase},
		def.Key{Name: "batch.size", Kind: def.Int, Default: def.Text("500"), Importance: def.Medium, Width: def.Narrow, Display: "Batch size", Doc: "How many records a batch has at most."},
		def.Key{Name: "field.include.list", Kind: def.List, Importance: def.Medium, Width: def.Wide, Display: "Include Fields", Doc: "The only fields that are written, as FIELD or TOPIC:FIELD. The names match exactly."},
		def.Key{Name: "field.exclude.list", Kind: def.List, Importance: def.Medium, Width: def.Wide, Display: "Exclude Fields", Doc: "The fields that are not written, as FIELD or TOPIC:FIELD. The names match exactly."},
		def.Key{Name: "flush.max.retries", Kind: def.Int, Default: def.Text("5"), Importance: def.Low, Width: def.Narrow, Display: "Max retry count", Doc: "No effect: order-sink waits until MariaDB is back.", Ignored: ownRetries},
		def.Key{Name: "flush.retry.delay.ms", Kind: def.Long, Default: def.Text("1000"), Importance: def.Low, Width: def.Narrow, Display: "Delay to retry flush", Doc: "The first pause before another attempt."},
		def.Key{Name: "connection.restart.on.errors", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Low, Width: def.Narrow, Display: "Restart connection on errors", Doc: "No effect: order-sink always connects again.", Ignored: "order-sink always connects again"},
		def.Key{Name: "cloud.events.schema.name.pattern", Kind: def.String, Default: def.Text(`.*CloudEvents\.Envelope$`), Importance: def.Low, Width: def.Wide, Display: "CloudEvents messages schema name pattern", Doc: "No effect: order-sink does not read CloudEvents.", Ignored: "order-sink does not read CloudEvents"},
	)
	all = older(all, "collection.name.format", "table.name.format")
	all = older(all, "collection.naming.strategy", "table.naming.strategy")
	all = older(all, "use.time.zone", "database.time_zone")
	return append(all, hidden(
		def.Key{Name: "use.reduction.buffer", Kind: def.Boolean, Default: def.Text("false"), Ignored: "order-sink always writes one statement for a key"},
		def.Key{Name: "keyed.message.batch.mode", Kind: def.String, Ignored: "order-sink always writes one statement for a key"},
		def.Key{Name: "connection.provider", Kind: def.String, Ignored: ownPool},
		def.Key{Name: "internal.enable.sces", Kind: def.Boolean, Default: def.Text("false"), Ignored: "it is internal to Debezium"},
		def.Key{Name: "dialect.starrocks.catalog.name", Kind: def.String, Ignored: otherBase},
	)...)
}

// named returns a key with a name.
func named(k def.Key, name string) def.Key {
	k.Name = name
	return k
}

// older adds the older name of a key behind it. Both have the same place in their group.
func older(all []def.Key, newer, name string) []def.Key {
	for i := range all {
		if all[i].Name == newer {
			k := named(all[i], name)
			k.Alias = newer
			return slices.Insert(all, i+1, k)
		}
	}
	return all
}

// hidden marks keys that the answers do not show.
func hidden(all ...def.Key) []def.Key {
	for i := range all {
		all[i].Hides = true
	}
	return all
}
