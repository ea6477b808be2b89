package mariadb

import (
	"crypto/tls"
	"errors"
	"fmt"
	"slices"

	"github.com/redpanda-data/benthos/v4/public/service"

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

// Spec describes the mariadb_upsert output.
func Spec() *service.ConfigSpec {
	return service.NewConfigSpec().
		Stable().
		Categories("Services").
		Summary("Stores records in a MariaDB table so that writing any of them again changes nothing: multi-row `INSERT ... ON DUPLICATE KEY UPDATE`, one verdict for each row.").
		Description(`
Every message is an object, and every column takes the member of its own name, or metadata of its own name. A row that MariaDB will never take fails alone, with an error of the form `+"`code: column: reason`"+` that holds no value; its neighbours are stored. A message that a processor has marked as failed is not written and fails with that error, so that nothing is needed between the processors and this output to sort them out. A MariaDB that cannot be reached, is full, read-only, shutting down or set up wrongly is waited for: nothing is dropped, and nothing fails.

Some errors do not say whether the row or MariaDB is at fault: errors that this output does not know, and errors of the set-up that a trigger can also cause for one row, such as a missing table or a missing privilege. Then the output looks for evidence. It writes another row (one of the batch, one that was stored before, or a record that waits behind the batch), and rolls it back. When MariaDB takes the other row and refuses this row again, three times within about a second, this row fails with `+"`row_refused`"+` and the number of the error. When no other row can be stored, the batch waits. A probe fires the triggers of the table: what they write to tables without transactions stays. The output never blames a row for a full disk, a lock, a timeout or a lost connection.

== Exactness

What MariaDB would cut, round, pad or reinterpret is refused, also where its strict mode would only note it: digits behind the point that a DECIMAL does not keep, a fraction of a second that a DATETIME does not keep, spaces at the end of a CHAR. Times are UTC, whatever time zone the server has. A member that the record lacks is refused rather than stored as NULL.

A producer may send money as a float. A float stands for the shortest decimal that identifies it, as with a JDBC sink: 0.1 is stored as 0.10 in a DECIMAL(10,2). When the column cannot hold that decimal exactly, the row is refused: `+"`row_too_precise`"+` for 0.30000000000000004, which is what 0.1 + 0.2 gives. The output never rounds. Calculations with floats lose digits before they reach this output, so a producer should send decimals. The same rule holds for FLOAT and DOUBLE columns: a number with more digits than the column keeps is refused.

== The session

Every connection is set to READ COMMITTED, a strict sql_mode, time_zone '+00:00', utf8mb4 and English messages, after `+"`init_statement`"+` and whatever the DSN's parameters say. The DSN's `+"`timeout`, `readTimeout` and `writeTimeout`"+` are 10s, 60s and 60s unless given; the server is told to give up a statement, and a lock, before the client does.

== The table

When the output connects it looks at the table: it exists, it has the columns, they are of types that this output writes, the key is the primary key or a unique index, and no two ids that differ are one to the key's collation. A misfit is one error with the ALTER TABLE that mends it. Another unique index is named in a warning, since a row that agrees with a stored one in it overwrites that one. A NOT NULL column without a default that is not configured is no misfit if a BEFORE INSERT trigger may fill it: an account without the privilege TRIGGER may not see triggers, so that it only logs a warning; should no trigger fill the column, rows wait (error 1364) and the state names the ALTER TABLE. Defaults of columns that are not configured are the table's own affair, zero dates included. A statement that changes a key column keeps the rest of its definition, and drops and adds the foreign keys that are tied to it; keys of tables that the account cannot see are only mentioned. The table is looked at again every ten seconds, and before a row is refused on its account, so that an ALTER TABLE in mid-run is noticed. A table may number its rows by an AUTO_INCREMENT column of its own. If that column is smaller than BIGINT, a row that is there already takes no value of it: the output asks for the stored rows first, one more question for each statement, and writes them with their numbers. A row takes a value when it is new, or when MariaDB refuses it. The account needs SELECT and INSERT on the column; without them, and with a BIGINT, each row that is written takes a value, a stored one too.

== Order

A batch is compacted to one row a key: that of the newest `+"`version`"+`, else the last. Batches in flight at the same time have no order among them. The `+"`redpanda`"+` input keeps one batch of a partition in flight, so that an order whose messages share a partition is written in their order; where they do not, only `+"`version`"+` makes the newest one win.

With `+"`version`"+`, a row that differs from the stored one in nothing but a newer version only raises the stored version: the columns that the server sets by ON UPDATE CURRENT_TIMESTAMP stay as they are. Of two messages with the same version, the one that is written last wins.

== Deletes

A tombstone, a message without content, is acknowledged and nothing else; with `+"`tombstone: delete`"+` it deletes the row that its `+"`kafka_key`"+` names: the text of the one key column as it is, or Connect JSON, `+"`{\"schema\":…,\"payload\":…}`"+`, whose payload is that text or an object of the key columns (a bare object as well). A schema's name does not matter, except for Kafka Connect's Decimal, Date, Time and Timestamp and Debezium's times, whose values become those that `+"`connect_json_decode`"+` gives a record. A value that is not of its declared type is refused. Key columns among `+"`metadata_columns`"+` are taken from there. A tombstone and a record of one key in one batch keep their order. If the version is among `+"`metadata_columns`"+`, a tombstone that is older than the row leaves it alone. A deleted row leaves no version behind: a record that is older than its tombstone and comes after it (from another partition, or sent again by hand) makes the row again. Where that can happen, let the producer mark the order as deleted in a column instead. The account needs DELETE.
`+descriptionOfLetters+`

== The dead letter limit

`+"`dead_letter_limit`"+` stops the output when too many messages of the last `+"`window`"+` were refused, by it or by the processors before it: something upstream is broken, and nobody wants a topic in the dead letters. The refusals of the batch that exceeds the limit are held back, nothing more is taken, and the output is not ready. After `+"`pause`"+`, or at once when the process gets SIGUSR1 or is started again, it lets one batch with refusals go and counts anew.

== The state

While rows cannot be stored, or the output of dead letters does not take them, the output is not connected to the framework: `+"`/ready`"+` answers 503, and `+"`/<stream>/ready`"+` (`+"`/ready`"+` under `+"`run`"+`) says for whom it waits or why it is stopped, since when, when it tries again and the server's last error. The log gets one line when that begins, one for another cause, and one when it is over.

== Traces

Where the service has a `+"`tracer`"+`, an order that comes with a W3C trace context (`+"`traceparent`"+` among its headers) gets a span `+"`mariadb_upsert commit`"+` in the trace of its producer, from when its batch was taken up until it was committed or refused, with a link to the framework's own span of the message.

`+descriptionOfMetrics).
		Fields(
			service.NewStringField(session.FieldDSN).
				Description("Where the table is, in the form of https://github.com/go-sql-driver/mysql#dsn-data-source-name[go-sql-driver^]. What decides whether rows are stored exactly is overridden: `clientFoundRows`, `multiStatements`, `interpolateParams`, `loc`, `charset`, `collation`, `maxAllowedPacket`. Any other parameter is a system variable of MariaDB, with text in quotes: `sql_mode=%27ANSI%27`. Parameters of a JDBC URL are unknown. White space at the end of the DSN, such as the newline of a mounted secret, is refused at the start.").
				Example("orders:${MARIADB_PASSWORD}@tcp(127.0.0.1:3306)/orders").
				Secret(),
			service.NewStringField(table.FieldTable).
				Description("The table, or `database.table`.").
				Example("orders"),
			service.NewStringListField(table.FieldColumns).
				Description("The columns to write. Each takes the member of the same name. Columns that are not named keep what they have, and get their default in a new row.").
				Example([]string{"order_id", "user_id", "total_price"}),
			service.NewStringListField(table.FieldMetadataColumns).
				Description("More columns to write. Each takes the metadata of the same name, such as `kafka_topic`, `kafka_partition`, `kafka_offset`, `kafka_timestamp_ms` and `kafka_key` of the `redpanda` input.").
				Example([]string{"kafka_timestamp_ms"}).
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
			service.NewObjectField(fieldLimit,
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
			).Description("Stops the output when too much is refused."),
			service.NewStringField(fault.FieldInitStatement).
				Description("One SQL statement that runs on every new connection.").
				Example("SET wsrep_sync_wait = 0").
				Default("").
				Advanced(),
			service.NewIntField(fieldConnections).
				Description("How many connections write at the same time. A batch is divided over them by key; one more connection looks at the table.").
				Default(4).
				LintRule(`root = if this < 1 { "`+fieldConnections+` must be at least 1" }`),
			service.NewIntField(fieldMaxRows).
				Description("The rows of one statement, at most. Placeholders (65,535) and `max_allowed_packet` limit a statement too. Each connection keeps up to about thirty statements of fewer rows as well; they take the server some 500 bytes a placeholder.").
				Default(1024).
				Advanced().
				LintRule(`root = if this < 1 { "`+fieldMaxRows+` must be at least 1" }`),
			deadLetterField(),
			service.NewTLSToggledField(fieldTLS),
			service.NewOutputMaxInFlightField().Default(4),
			service.NewBatchPolicyField(fieldBatching),
		).
		LintRule(`
let columns = this.columns.or([]).merge(this.metadata_columns.or([]))
let key = this.key.or([])
let insert_only = this.insert_only.or([])
let version = this.version.or("")
let lock_order = this.lock_order.or([])
let strangers = $key.filter(name -> !$columns.contains(name))
root = [
  if this.table.or("x") == "" { "table is empty" } else { "" },
  if $columns.length() == 0 { "columns is empty" } else { "" },
  if $key.length() == 0 { "key is empty" } else { "" },
  if $columns.length() > 0 && $strangers.length() > 0 { "key names " + $strangers.join(", ") + ", which is not among columns" } else { "" },
  if $insert_only.any(name -> !$columns.contains(name)) { "insert_only names a column that is not among columns" } else { "" },
  if $insert_only.any(name -> $key.contains(name)) { "insert_only names a column of the key, which is never updated anyway" } else { "" },
  if $lock_order.any(name -> name != "" && !$columns.contains(name)) { "lock_order names a column that is not among columns" } else { "" },
  if $version != "" && !$columns.contains($version) { "version " + $version + " is not among columns" } else { "" },
  if $version != "" && $key.contains($version) { "version belongs to the key" } else { "" },
  if $version != "" && $insert_only.contains($version) { "version is insert_only" } else { "" },
].filter(problem -> problem != "")
`).
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

// config is a parsed configuration that was checked as far as possible without
// a server.
type config struct {
	dsn           string
	target        table.Target
	initStatement string
	connections   int
	maxRows       int
	limit         limit
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
	if c.limit, err = parseLimit(parsed.Namespace(fieldLimit)); err != nil {
		return c, fmt.Errorf("reading %s: %w", fieldLimit, err)
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

func parseLimit(parsed *service.ParsedConfig) (l limit, err error) {
	if l.ratio, err = parsed.FieldFloat(fieldRatio); err != nil {
		return l, err
	}
	if l.window, err = parsed.FieldDuration(fieldWindow); err != nil {
		return l, err
	}
	if l.pause, err = parsed.FieldDuration(fieldPause); err != nil {
		return l, err
	}
	if l.minCount, err = parsed.FieldInt(fieldMinCount); err != nil {
		return l, err
	}
	if !(l.ratio >= 0 && l.ratio <= 1) || l.window <= 0 || l.pause <= 0 || l.minCount < 1 {
		return l, fmt.Errorf("%s must be from 0 to 1, %s and %s longer than nothing, %s at least 1", fieldRatio, fieldWindow, fieldPause, fieldMinCount)
	}
	return l, nil
}
