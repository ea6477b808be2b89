package mariadb

import (
	_ "embed" // the texts
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/setting"
	"github.com/order-sink/order-sink/plugins/mariadb/breaker"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/session"
	"github.com/order-sink/order-sink/plugins/mariadb/store"
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

	keyFromValue  = "value"
	keyFromRecord = "record_key"

	tombstoneIgnore = "ignore"
	tombstoneDelete = "delete"
)

//go:embed description.md
var description string

// lint finds in YAML what [table.Target.Check] finds.
//
//go:embed lint.blobl
var lint string

func spec() *service.ConfigSpec {
	return service.NewConfigSpec().
		Stable().
		Categories("Services").
		Summary("Stores records in a MariaDB table so that writing any of them again changes nothing: multi-row `INSERT ... ON DUPLICATE KEY UPDATE`, one outcome for each row.").
		Description(description).
		Fields(tableFields()...).
		Field(parentWaitField()).
		Field(limitField()).
		Fields(connectionFields()...).
		Field(deadLetterField()).
		Field(service.NewTLSToggledField(fieldTLS)).
		Field(service.NewOutputMaxInFlightField().Default(4)).
		Field(service.NewBatchPolicyField(fieldBatching)).
		LintRule(lint).
		Example("Orders", "One row for each order, with its id as the key. An order that is sent again does not change its row, `updated_at` included.", `
output:
  mariadb_upsert:
    dsn: orders:${MARIADB_PASSWORD}@tcp(127.0.0.1:3306)/orders
    table: orders
    columns: [order_id, user_id, product_id, qty, unit_price, total_price]
    key: [order_id]
`).
		Example("Rows without a key of their own", "Every message is one row, however often it is delivered.", `
output:
  mariadb_upsert:
    dsn: orders:${MARIADB_PASSWORD}@tcp(127.0.0.1:3306)/orders
    table: messages
    columns: [order_id, total_price]
    metadata_columns: [kafka_topic, kafka_partition, kafka_offset]
    key: [kafka_topic, kafka_partition, kafka_offset]
`).
		Example("The newest version wins", "Messages of one order may arrive in any order: `event_time` tells which message is the newest.", `
output:
  mariadb_upsert:
    dsn: orders:${MARIADB_PASSWORD}@tcp(127.0.0.1:3306)/orders
    table: orders
    columns: [order_id, status, event_time]
    key: [order_id]
    version: event_time
`)
}

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
		service.NewStringListField(table.FieldColumns).
			Description("The columns to write; all fields of the record when the list is empty. Each column gets the member of the same name. Other columns keep their values, and get their defaults in a new row: `created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)` keeps the time at which the row was inserted.").
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
			Description("The column of a field, if the column has another name than the field. It has no effect when `columns` lists the columns.").
			Example(map[string]any{"order_id": "id"}).
			Default(map[string]any{}).
			Advanced(),
		service.NewStringListField(table.FieldMetadataColumns).
			Description("More columns to write. Each takes the metadata of the same name, such as `kafka_topic`, `kafka_partition`, `kafka_offset`, `kafka_timestamp_ms` and `kafka_key` of `kafka_read`, or a header of the record. When a record lacks a header, its column gets NULL. The output refuses the record (`row_missing`) when the column is NOT NULL, belongs to the key or is the `version`, and for a name that begins with `kafka_`, which is no header.").
			Example([]string{record.Timestamp}).
			Default([]any{}),
		service.NewStringListField(table.FieldKey).
			Description("The columns that identify a row, in any order: the primary key of the table, or a unique index.").
			Example([]string{"order_id"}),
		service.NewStringAnnotatedEnumField(table.FieldKeyFrom, map[string]string{
			keyFromValue:  "From the members of the record, as for the other columns.",
			keyFromRecord: "From the record key, as with `pk.mode=record_key` of a JDBC sink: the key itself if `key` has one column, otherwise its members. Set `key_format` of `connect_json_decode` to the format of the keys. Without it, the key is text, or JSON.",
		}).
			Description("Where the columns of `key` get their values. Columns among `metadata_columns` always take metadata.").
			Default(keyFromValue),
		service.NewStringField(table.FieldVersion).
			Description("A column (an integer, decimal, date or timestamp) that protects a row: only a row with an equal or newer version overwrites the stored row. NULL is older than any version. When this field is empty, the last write wins.").
			Example("updated_by_producer_at").
			Default(""),
		service.NewStringListField(table.FieldLockOrder).
			Description("Columns by which the output sorts the rows of a batch, before their key. Use this setting for a table whose triggers or foreign keys lock rows of another table, and name the columns that choose those rows, such as the product of an order that takes from a stock. Connections that write at the same time then lock those rows in one order. Without that order they end in deadlocks, which the output retries. The output ignores an empty name, so that a variable may contain one name or none.").
			Example([]string{"product_id"}).
			Default([]any{}).
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
			Description("How many connections write at the same time. The output divides a batch over them by key. One more connection inspects the table.").
			Default(4).
			LintRule(`root = if this < 1 { "` + fieldConnections + ` must be at least 1" }`),
		service.NewIntField(fieldMaxRows).
			Description("The largest number of rows in one statement. Placeholders (65,535) and `max_allowed_packet` limit a statement too. Each connection also keeps up to about thirty statements of fewer rows. A statement takes about 500 bytes for each placeholder on the server.").
			Default(1024).
			Advanced().
			LintRule(`root = if this < 1 { "` + fieldMaxRows + ` must be at least 1" }`),
	}
}

// config is a parsed configuration that was checked as far as possible without a server.
type config struct {
	store.Config
	table      *service.InterpolatedString
	limit      breaker.Limit
	parentWait time.Duration
}

func parseConfig(parsed *service.ParsedConfig) (c config, err error) {
	c.DSN = setting.Read(&err, parsed.FieldString, session.FieldDSN)
	c.table = setting.Read(&err, parsed.FieldInterpolatedString, table.FieldTable)
	c.Target = table.Target{
		Version:   setting.Read(&err, parsed.FieldString, table.FieldVersion),
		Columns:   setting.Read(&err, parsed.FieldStringList, table.FieldColumns),
		Metadata:  setting.Read(&err, parsed.FieldStringList, table.FieldMetadataColumns),
		Key:       setting.Read(&err, parsed.FieldStringList, table.FieldKey),
		LockOrder: setting.Read(&err, parsed.FieldStringList, table.FieldLockOrder),
		Select: table.Selection{
			Include: setting.Read(&err, parsed.FieldStringList, table.FieldInclude),
			Exclude: setting.Read(&err, parsed.FieldStringList, table.FieldExclude),
			Rename:  setting.Read(&err, parsed.FieldStringMap, table.FieldRename),
		},
	}
	c.Target.Columns = slices.Concat(c.Target.Columns, c.Target.Metadata)
	c.Target.LockOrder = slices.DeleteFunc(c.Target.LockOrder, func(name string) bool { return name == "" })
	c.Schema = setting.Read(&err, parsed.FieldString, fieldSchemaMetadata)
	c.InitStatement = setting.Read(&err, parsed.FieldString, fault.FieldInitStatement)
	if setting.Read(&err, parsed.FieldString, table.FieldKeyFrom) == keyFromRecord {
		c.Target.KeyFrom = table.FromKey
	}
	tombstone := setting.Read(&err, parsed.FieldString, fieldTombstone)
	if err != nil {
		return c, err
	}
	if tombstone != tombstoneIgnore && tombstone != tombstoneDelete {
		return c, fmt.Errorf("%s %q is neither %s nor %s", fieldTombstone, tombstone, tombstoneIgnore, tombstoneDelete)
	}
	c.Target.Deletes = tombstone == tombstoneDelete
	if c.limit, err = parseLimit(parsed.Namespace(breaker.FieldLimit)); err != nil {
		return c, fmt.Errorf("reading %s: %w", breaker.FieldLimit, err)
	}
	if c.parentWait, err = parsed.FieldDuration(fieldParentWait); err == nil && c.parentWait < 0 {
		err = fmt.Errorf("%s must not be negative", fieldParentWait)
	}
	c.Connections = setting.Read(&err, parsed.FieldInt, fieldConnections)
	c.MaxRows = setting.Read(&err, parsed.FieldInt, fieldMaxRows)
	if err != nil {
		return c, err
	}
	if c.TLS, _, err = parsed.FieldTLSToggled(fieldTLS); err != nil {
		return c, fmt.Errorf("reading %s: %w", fieldTLS, err)
	}
	name, isFixed := c.table.Static()
	if c.AnyTable = !isFixed; isFixed {
		if c.Target.Database, c.Target.Table, err = table.ParseName(name); err != nil {
			return c, err
		}
	}
	if c.Connections < 1 || c.MaxRows < 1 {
		return c, errors.New(fieldConnections + " and " + fieldMaxRows + " must be at least 1")
	}
	return c, c.Target.Check(isFixed)
}

func parseLimit(parsed *service.ParsedConfig) (l breaker.Limit, err error) {
	l.Ratio = setting.Read(&err, parsed.FieldFloat, fieldRatio)
	l.Window = setting.Read(&err, parsed.FieldDuration, fieldWindow)
	l.Pause = setting.Read(&err, parsed.FieldDuration, fieldPause)
	l.MinCount = setting.Read(&err, parsed.FieldInt, fieldMinCount)
	if err == nil && (!(l.Ratio >= 0 && l.Ratio <= 1) || l.Window <= 0 || l.Pause <= 0 || l.MinCount < 1) {
		err = fmt.Errorf("%s must be from 0 to 1, %s and %s must be greater than 0, and %s must be at least 1", fieldRatio, fieldWindow, fieldPause, fieldMinCount)
	}
	return l, err
}
