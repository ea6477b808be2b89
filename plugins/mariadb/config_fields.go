package mariadb

import (
	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/breaker"
	"github.com/order-sink/order-sink/plugins/mariadb/change"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/session"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

const (
	fieldSchemaMetadata = "schema_metadata"

	fieldTombstone   = "tombstone"
	fieldMaxRows     = "max_rows_per_statement"
	fieldConnections = "connections"
	fieldRatio       = "ratio"
	fieldWindow      = "window"
	fieldPause       = "pause"
	fieldMinCount    = "min_count"
	fieldTLS         = "tls"
	fieldBatching    = "batching"

	modeUpsert = "upsert"
	modeInsert = "insert"
	modeUpdate = "update"

	onMissingKeep   = "keep"
	onMissingNull   = "null"
	onMissingRefuse = "refuse"

	changeEventsNone     = "none"
	changeEventsMaxScale = "maxscale"
	fieldTruncate        = "truncate"

	keyCollationExact = "exact"
	keyCollationAny   = "any"

	keyFromValue  = "value"
	keyFromRecord = "record_key"

	tombstoneIgnore = "ignore"
	tombstoneDelete = "delete"
)

func tableFields() []*service.ConfigField {
	return []*service.ConfigField{
		service.NewStringField(session.FieldDSN).
			Description("The address of the database, as a DSN of [go-sql-driver](https://github.com/go-sql-driver/mysql#dsn-data-source-name). The output overrides the parameters that decide whether rows are stored exactly: `clientFoundRows`, `multiStatements`, `interpolateParams`, `loc`, `charset`, `collation`, `maxAllowedPacket`. Any other parameter is a system variable of MariaDB, with text in quotes: `sql_mode=%27ANSI%27`. Parameters of a JDBC URL are unknown. At the start, the output refuses a DSN with white space at its end, such as the newline of a mounted secret.").
			Example("orders:${MARIADB_PASSWORD}@tcp(127.0.0.1:3306)/orders").
			Secret(),
		service.NewInterpolatedStringField(table.FieldTable).
			Description("The table, or `database.table`. A name with dots stands in backticks: " + "``shop.`eu.orders` ``" + ". With an interpolation, each message has its own table.").
			Example("orders").
			Example("${! @kafka_topic }").
			Example("`${! @kafka_topic }`"),
	}
}

func columnFields() []*service.ConfigField {
	return []*service.ConfigField{
		service.NewStringListField(table.FieldColumns).
			Description("The columns to write; all fields of the record when the list is empty. Each column gets the member of the same name, or else the member whose name differs in case only. Other columns keep their values, and get their defaults in a new row: `created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)` keeps the time at which the row was inserted.").
			Example([]string{"order_id", "user_id", "total_price"}).
			Default([]any{}),
		service.NewStringField(fieldSchemaMetadata).
			Description("The metadata with the schema of a record, as `store_schema_metadata` of `connect_json_decode` names it. When `columns` is empty, each field of this schema has a column. Without a schema, each member of the record has a column.").
			Default(""),
		service.NewStringListField(table.FieldInclude).
			Description("Only these fields of the record become columns, and the fields of the key. When the list is empty, all fields do. It has no effect when `columns` lists the columns.").
			Example([]string{"order_id", "total_price"}).
			Default([]any{}).
			Advanced(),
		service.NewStringListField(table.FieldExclude).
			Description("These fields of the record do not become columns. It has no effect when `columns` lists the columns.").
			Example([]string{"internal_note"}).
			Default([]any{}).
			Advanced(),
		service.NewStringMapField(table.FieldRename).
			Description("The column of a field, if the column has another name than the field. The fields are those of the record, and the members of the record key. It has no effect when `columns` lists the columns.").
			Example(map[string]any{"order_id": "id"}).
			Default(map[string]any{}).
			Advanced(),
		service.NewStringListField(table.FieldMetadataColumns).
			Description("More columns to write. Each takes the metadata of the same name, such as `kafka_topic`, `kafka_partition`, `kafka_offset`, `kafka_timestamp_ms` and `kafka_key` of `kafka_read`, or a header of the record. When a record lacks a header, its column gets NULL. The output refuses the record (`row_missing`) when the column is NOT NULL, belongs to the key or is the `version`, and for a name that begins with `kafka_`, which is no header. With `change_events`, `source_position`, `source_gtid` and `source_ts_ms` take the position of the event.").
			Example([]string{record.Timestamp}).
			Default([]any{}),
	}
}

func keyFields() []*service.ConfigField {
	return []*service.ConfigField{
		service.NewStringListField(table.FieldKey).
			Description("The columns that identify a row, in any order: the primary key of the table, or a unique index. With `key_from: record_key`, an empty list stands for all members of the record key. The output ignores an empty name, so that a variable may contain one name or none.").
			Example([]string{"order_id"}).
			Default([]any{}),
		service.NewStringAnnotatedEnumField(table.FieldKeyFrom, map[string]string{
			keyFromValue:  "From the members of the record, as for the other columns.",
			keyFromRecord: "From the record key, as with `pk.mode=record_key` of a JDBC sink: the key itself if `key` has one column, otherwise its members. Set `key_format` of `connect_json_decode` to the format of the keys. Without it, the key is text, or JSON.",
		}).
			Description("Where the columns of `key` get their values. Columns among `metadata_columns` always take metadata.").
			Default(keyFromValue),
		service.NewStringAnnotatedEnumField(table.FieldKeyCollation, map[string]string{
			keyCollationExact: "The collation must not treat two different ids as equal. Another collation is a mismatch, and the records wait.",
			keyCollationAny:   "Any collation. Ids that the collation treats as equal, such as `a1` and `A1`, are one row, as with a JDBC sink. See [ids that the collation treats as equal](#ids-that-the-collation-treats-as-equal).",
		}).
			Description("Which collations the text columns of `key` may have in the table.").
			Default(keyCollationExact),
	}
}

func writeFields() []*service.ConfigField {
	return []*service.ConfigField{
		service.NewStringAnnotatedEnumField(table.FieldMode, map[string]string{
			modeUpsert: "Inserts the row, or updates the stored row of the key.",
			modeInsert: "Inserts the row. When the table has a row of the key with other values, the record is refused (`row_duplicate`). A record that is delivered again changes nothing.",
			modeUpdate: "Updates the stored row of the key, with one statement for each row. When the table has no such row, the record changes nothing, and counts as `missing`.",
		}).
			Description("What a record does to the row of its key. With `change_events`, it is `upsert`.").
			Default(modeUpsert),
		service.NewStringAnnotatedEnumField(table.FieldOnMissing, map[string]string{
			onMissingKeep:   "A stored row keeps the value of the column, and a new row gets the column's default. A record without a member for a NOT NULL column that has no default is refused.",
			onMissingNull:   "The column gets NULL.",
			onMissingRefuse: "The record is refused (`row_missing`).",
		}).
			Description("What a column gets when the record lacks its member. A member that is null is not missing. The columns of `key` and of `version` are never missing: a record without them is refused. When `columns` is empty, a record has the columns of its own schema, or without a schema those of its members: the setting does not concern other columns of the table, and a stored row keeps their values. `connect_json_decode` sets an optional field of the schema that a record lacks to null, so the field is not missing.").
			Default(onMissingKeep),
		service.NewStringField(table.FieldVersion).
			Description("A column (an integer, decimal, date or timestamp) that protects a row: only a row with an equal or newer version overwrites the stored row. NULL is older than any version. When this field is empty, the last write wins.").
			Example("updated_by_producer_at").
			Default(""),
		service.NewStringListField(table.FieldLockOrder).
			Description("Columns by which the output sorts the rows of a batch, before their key. Use this setting for a table whose triggers or foreign keys lock rows of another table, and name the columns that choose those rows, such as the product of an order that takes from a stock. Connections that write at the same time then lock those rows in one order. Without that order they end in deadlocks, which the output retries. The output ignores an empty name, so that a variable may contain one name or none.").
			Example([]string{"product_id"}).
			Default([]any{}).
			Advanced(),
	}
}

func eventFields() []*service.ConfigField {
	return []*service.ConfigField{
		service.NewStringAnnotatedEnumField(change.FieldChangeEvents, map[string]string{
			changeEventsNone:     "The records are rows.",
			"debezium":           "The records are envelopes of Debezium, with or without a schema (`op`, `before`, `after`, `source`). The output ignores heartbeats, transaction records and schema changes.",
			changeEventsMaxScale: "The records are the JSON of MaxScale's KafkaCDC router (`event_type`, and a member for each column).",
		}).
			Description("Applies change events of another database: an event inserts, updates or deletes a row. In the output's other settings, the record is then the row of the event.").
			Default(changeEventsNone),
		service.NewBoolField(fieldTruncate).
			Description("Whether a change event may delete all rows of a table. The output ignores such events otherwise. With a `version` among `metadata_columns`, newer rows remain. Without it, the event deletes all rows that are stored when it arrives, also those of later events from other partitions, and an event that is delivered again deletes the rows that were written since.").
			Default(false).
			Advanced(),
		service.NewStringAnnotatedEnumField(fieldTombstone, map[string]string{
			tombstoneIgnore: "Acknowledges the message and does nothing.",
			tombstoneDelete: "Deletes the row that the `kafka_key` of the message names.",
		}).
			Description("What the output does with a message without content.").
			Default(tombstoneIgnore),
	}
}

func parentWaitField() *service.ConfigField {
	return service.NewDurationField(fieldParentWait).
		Description("How long a row that a foreign key refuses (error 1452) waits for its parent row, which another topic may deliver. Meanwhile the output tries again at least every second, with no transaction open. The other rows of the batch are stored, and the batches behind it in its partition wait. When the time is over, the output refuses the row. With `0s` it refuses the row at once.").
		Example("30s").
		Default("0s").
		Advanced()
}

func limitField() *service.ConfigField {
	return service.NewObjectField(breaker.FieldLimit,
		service.NewFloatField(fieldRatio).
			Description("The share of messages that may be refused, from 0 to 1. With 1 there is no limit.").
			Default(1.0).
			LintRule(`root = if this < 0 || this > 1 { "`+fieldRatio+` must be from 0 to 1" }`),
		service.NewDurationField(fieldWindow).
			Description("The time over which messages are counted.").
			Default("1m"),
		service.NewIntField(fieldMinCount).
			Description("With fewer refused messages in the window, the limit is never exceeded.").
			Default(100).
			LintRule(`root = if this < 1 { "`+fieldMinCount+` must be at least 1" }`),
		service.NewDurationField(fieldPause).
			Description("How long the output stops before it tries again by itself.").
			Default("5m"),
	).Description("Stops the output when too many messages are refused.")
}

func connectionFields() []*service.ConfigField {
	return []*service.ConfigField{
		service.NewStringField(fault.FieldInitStatement).
			Description("One SQL statement that runs on every new connection.").
			Example("SET wsrep_sync_wait = 0").
			Default("").
			Advanced(),
		service.NewIntField(fieldConnections).
			Description("How many connections write at the same time, at most. The output opens them while batches of several partitions, or large batches, are written: it divides a batch of 512 rows or more over them by key, unless it writes the batch in its order. It closes those that were unused for a minute, except one. If MariaDB allows no further connection, the output writes over those that it has. One more connection inspects the table.").
			Default(4).
			LintRule(`root = if this < 1 { "` + fieldConnections + ` must be at least 1" }`),
		service.NewIntField(fieldMaxRows).
			Description("The largest number of rows in one statement. Placeholders (65,535) and `max_allowed_packet` limit a statement too. Each connection also keeps up to about thirty statements of fewer rows. A statement takes about 500 bytes for each placeholder on the server.").
			Default(1024).
			Advanced().
			LintRule(`root = if this < 1 { "` + fieldMaxRows + ` must be at least 1" }`),
	}
}
