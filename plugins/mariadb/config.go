package mariadb

import (
	"crypto/tls"
	_ "embed" // the texts
	"errors"
	"fmt"
	"slices"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/breaker"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/session"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

const (
	fieldTombstone   = "tombstone"
	fieldMaxRows     = "max_rows_per_statement"
	fieldConnections = "connections"
	fieldRatio       = "ratio"
	fieldWindow      = "window"
	fieldPause       = "pause"
	fieldMinCount    = "min_count"
	fieldTLS         = "tls"
	fieldBatching    = "batching"

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
		Summary("Stores records in a MariaDB table so that writing any of them again changes nothing: multi-row `INSERT ... ON DUPLICATE KEY UPDATE`, one verdict for each row.").
		Description(description).
		Fields(tableFields()...).
		Field(limitField()).
		Fields(connectionFields()...).
		Field(deadLetterField()).
		Field(service.NewTLSToggledField(fieldTLS)).
		Field(service.NewOutputMaxInFlightField().Default(4)).
		Field(service.NewBatchPolicyField(fieldBatching)).
		LintRule(lint).
		Example("Orders", "One row an order, kept by its id. An order that is sent again leaves its row alone, `updated_at` included.", `
output:
  mariadb_upsert:
    dsn: orders:${MARIADB_PASSWORD}@tcp(127.0.0.1:3306)/orders
    table: orders
    columns: [order_id, user_id, product_id, qty, unit_price, total_price]
    key: [order_id]
`).
		Example("Rows without a key of their own", "Every message is a row, once, however often it is delivered.", `
output:
  mariadb_upsert:
    dsn: orders:${MARIADB_PASSWORD}@tcp(127.0.0.1:3306)/orders
    table: messages
    columns: [order_id, total_price]
    metadata_columns: [kafka_topic, kafka_partition, kafka_offset]
    key: [kafka_topic, kafka_partition, kafka_offset]
`).
		Example("The newest version wins", "Messages of one order may arrive in any order: `event_time` says which is the newest.", `
output:
  mariadb_upsert:
    dsn: orders:${MARIADB_PASSWORD}@tcp(127.0.0.1:3306)/orders
    table: orders
    columns: [order_id, status, created_at, event_time]
    key: [order_id]
    insert_only: [created_at]
    version: event_time
`)
}

func tableFields() []*service.ConfigField {
	return []*service.ConfigField{
		service.NewStringField(session.FieldDSN).
			Description("Where the table is, in the form of https://github.com/go-sql-driver/mysql#dsn-data-source-name[go-sql-driver^]. What decides whether rows are stored exactly is overridden: `clientFoundRows`, `multiStatements`, `interpolateParams`, `loc`, `charset`, `collation`, `maxAllowedPacket`. Any other parameter is a system variable of MariaDB, with text in quotes: `sql_mode=%27ANSI%27`. Parameters of a JDBC URL are unknown. White space at the end of the DSN, such as the newline of a mounted secret, is refused at the start.").
			Example("orders:${MARIADB_PASSWORD}@tcp(127.0.0.1:3306)/orders").
			Secret(),
		service.NewStringField(table.FieldTable).
			Description("The table, or `database.table`.").
			Example("orders"),
		service.NewStringListField(table.FieldColumns).
			Description("The columns to write. Each column gets the member of the same name. Columns that are not named keep what they have, and get their default in a new row.").
			Example([]string{"order_id", "user_id", "total_price"}),
		service.NewStringListField(table.FieldMetadataColumns).
			Description("More columns to write. Each takes the metadata of the same name, such as `kafka_topic`, `kafka_partition`, `kafka_offset`, `kafka_timestamp_ms` and `kafka_key` of the `redpanda` input.").
			Example([]string{record.Timestamp}).
			Default([]any{}),
		service.NewStringListField(table.FieldKey).
			Description("The columns that tell one row from another, in any order: the primary key of the table, or a unique index.").
			Example([]string{"order_id"}),
		service.NewStringListField(table.FieldInsertOnly).
			Description("Columns that are written with a new row and left alone when the row is there already.").
			Example([]string{"created_at"}).
			Default([]any{}),
		service.NewStringField(table.FieldVersion).
			Description("A column (an integer, decimal, date or timestamp) that guards a row: it is overwritten only by a row whose version is equal or newer. NULL is older than any version. Empty: the last write wins.").
			Example("updated_by_producer_at").
			Default(""),
		service.NewStringListField(table.FieldLockOrder).
			Description("Columns that the rows of a batch are sorted by, before their key. For a table whose triggers or foreign keys lock rows of another table: name the columns that choose those rows (the product of an order that takes from a stock), and connections that write at the same time lock them in one order instead of ending in deadlocks, which are tried again. An empty name is no column, so that a variable may name one or none.").
			Example([]string{"product_id"}).
			Default([]any{}).
			Advanced(),
		service.NewStringAnnotatedEnumField(fieldTombstone, map[string]string{
			tombstoneIgnore: "Acknowledge it and do nothing.",
			tombstoneDelete: "Delete the row that its `kafka_key` names.",
		}).
			Description("What a message without content does.").
			Default(tombstoneIgnore),
	}
}

func limitField() *service.ConfigField {
	return service.NewObjectField(breaker.FieldLimit,
		service.NewFloatField(fieldRatio).
			Description("The share of messages that may be refused, from 0 to 1. 1: no limit.").
			Default(1.0).
			LintRule(`root = if this < 0 || this > 1 { "`+fieldRatio+` must be from 0 to 1" }`),
		service.NewDurationField(fieldWindow).
			Description("Over which time they are counted.").
			Default("1m"),
		service.NewIntField(fieldMinCount).
			Description("Fewer refused messages in the window never exceed the limit.").
			Default(100).
			LintRule(`root = if this < 1 { "`+fieldMinCount+` must be at least 1" }`),
		service.NewDurationField(fieldPause).
			Description("How long the output stops before it tries again by itself.").
			Default("5m"),
	).Description("Stops the output when too much is refused.")
}

func connectionFields() []*service.ConfigField {
	return []*service.ConfigField{
		service.NewStringField(fault.FieldInitStatement).
			Description("One SQL statement that runs on every new connection.").
			Example("SET wsrep_sync_wait = 0").
			Default("").
			Advanced(),
		service.NewIntField(fieldConnections).
			Description("How many connections write at the same time. A batch is divided over them by key; one more connection inspects the table.").
			Default(4).
			LintRule(`root = if this < 1 { "` + fieldConnections + ` must be at least 1" }`),
		service.NewIntField(fieldMaxRows).
			Description("The rows of one statement, at most. Placeholders (65,535) and `max_allowed_packet` limit a statement too. Each connection keeps up to about thirty statements of fewer rows as well; they take the server some 500 bytes a placeholder.").
			Default(1024).
			Advanced().
			LintRule(`root = if this < 1 { "` + fieldMaxRows + ` must be at least 1" }`),
	}
}

// config is a parsed configuration that was checked as far as possible without
// a server.
type config struct {
	dsn           string
	target        table.Target
	initStatement string
	connections   int
	maxRows       int
	limit         breaker.Limit
	tls           *tls.Config
}

func parseConfig(parsed *service.ParsedConfig) (c config, err error) {
	var name string
	for _, field := range []struct {
		name string
		into *string
	}{
		{session.FieldDSN, &c.dsn}, {table.FieldTable, &name}, {table.FieldVersion, &c.target.Version}, {fault.FieldInitStatement, &c.initStatement},
	} {
		if *field.into, err = parsed.FieldString(field.name); err != nil {
			return c, err
		}
	}
	for _, field := range []struct {
		name string
		into *[]string
	}{
		{table.FieldColumns, &c.target.Columns}, {table.FieldMetadataColumns, &c.target.Metadata},
		{table.FieldKey, &c.target.Key}, {table.FieldInsertOnly, &c.target.InsertOnly},
		{table.FieldLockOrder, &c.target.LockOrder},
	} {
		if *field.into, err = parsed.FieldStringList(field.name); err != nil {
			return c, err
		}
	}
	c.target.Columns = slices.Concat(c.target.Columns, c.target.Metadata)
	c.target.LockOrder = slices.DeleteFunc(c.target.LockOrder, func(name string) bool { return name == "" })
	tombstone, err := parsed.FieldString(fieldTombstone)
	if err != nil {
		return c, err
	}
	if tombstone != tombstoneIgnore && tombstone != tombstoneDelete {
		return c, fmt.Errorf("%s %q is neither %s nor %s", fieldTombstone, tombstone, tombstoneIgnore, tombstoneDelete)
	}
	c.target.Deletes = tombstone == tombstoneDelete
	if c.limit, err = parseLimit(parsed.Namespace(breaker.FieldLimit)); err != nil {
		return c, fmt.Errorf("reading %s: %w", breaker.FieldLimit, err)
	}
	if c.connections, err = parsed.FieldInt(fieldConnections); err != nil {
		return c, err
	}
	if c.maxRows, err = parsed.FieldInt(fieldMaxRows); err != nil {
		return c, err
	}
	if c.tls, _, err = parsed.FieldTLSToggled(fieldTLS); err != nil {
		return c, fmt.Errorf("reading %s: %w", fieldTLS, err)
	}
	if c.target.Database, c.target.Table, err = table.ParseName(name); err != nil {
		return c, err
	}
	if c.connections < 1 || c.maxRows < 1 {
		return c, errors.New(fieldConnections + " and " + fieldMaxRows + " must be at least 1")
	}
	return c, c.target.Check()
}

func parseLimit(parsed *service.ParsedConfig) (l breaker.Limit, err error) {
	if l.Ratio, err = parsed.FieldFloat(fieldRatio); err != nil {
		return l, err
	}
	if l.Window, err = parsed.FieldDuration(fieldWindow); err != nil {
		return l, err
	}
	if l.Pause, err = parsed.FieldDuration(fieldPause); err != nil {
		return l, err
	}
	if l.MinCount, err = parsed.FieldInt(fieldMinCount); err != nil {
		return l, err
	}
	if !(l.Ratio >= 0 && l.Ratio <= 1) || l.Window <= 0 || l.Pause <= 0 || l.MinCount < 1 {
		return l, fmt.Errorf("%s must be from 0 to 1, %s and %s longer than nothing, %s at least 1", fieldRatio, fieldWindow, fieldPause, fieldMinCount)
	}
	return l, nil
}
