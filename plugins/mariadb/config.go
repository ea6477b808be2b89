package mariadb

import (
	_ "embed" // the texts
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/setting"
	"github.com/order-sink/order-sink/plugins/mariadb/breaker"
	"github.com/order-sink/order-sink/plugins/mariadb/change"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/session"
	"github.com/order-sink/order-sink/plugins/mariadb/store"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
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
		Fields(columnFields()...).
		Fields(keyFields()...).
		Fields(writeFields()...).
		Fields(zoneFields()...).
		Fields(eventFields()...).
		Fields(evolutionFields()...).
		Field(onRefusalField()).
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

// config is a parsed configuration that was checked as far as possible without a server.
type config struct {
	store.Config
	table      *service.InterpolatedString
	events     string // the name of the format of change events
	onRefusal  string
	limit      breaker.Limit
	parentWait time.Duration
}

// unused is the time after which a connection is closed. Opening it again costs one batch a
// few milliseconds.
const unused = time.Minute

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
	isEmpty := func(name string) bool { return name == "" } // a variable with one name or none
	c.Target.LockOrder = slices.DeleteFunc(c.Target.LockOrder, isEmpty)
	c.Target.Key = slices.DeleteFunc(c.Target.Key, isEmpty)
	c.Schema = setting.Read(&err, parsed.FieldString, fieldSchemaMetadata)
	c.Evolution = parseEvolution(&err, parsed)
	c.InitStatement = setting.Read(&err, parsed.FieldString, fault.FieldInitStatement)
	c.Target.KeyFrom = choose(&err, parsed, table.FieldKeyFrom, map[string]table.Origin{keyFromValue: table.FromValue, keyFromRecord: table.FromKey})
	c.Target.Collated = choose(&err, parsed, table.FieldKeyCollation, map[string]bool{keyCollationExact: false, keyCollationAny: true})
	c.Target.Mode = choose(&err, parsed, table.FieldMode, map[string]table.Mode{modeUpsert: table.Upsert, modeInsert: table.Insert, modeUpdate: table.Update})
	c.Target.OnMissing = choose(&err, parsed, table.FieldOnMissing, map[string]table.OnMissing{onMissingKeep: table.Keep, onMissingNull: table.Null, onMissingRefuse: table.Refused})
	c.Target.Deletes = choose(&err, parsed, fieldTombstone, map[string]bool{tombstoneIgnore: false, tombstoneDelete: true})
	c.Events = choose(&err, parsed, change.FieldChangeEvents, map[string]store.Format{changeEventsNone: nil, "debezium": change.Debezium, changeEventsMaxScale: change.MaxScale})
	c.events = setting.Read(&err, parsed.FieldString, change.FieldChangeEvents)
	c.Target.Zone = parseZone(&err, parsed)
	c.Target.Replica = c.Events != nil
	c.Target.Ordered = c.Target.GuardsDeletes() && slices.Contains(change.Positions, c.Target.Version)
	c.Truncate = setting.Read(&err, parsed.FieldBool, fieldTruncate)
	if err != nil {
		return c, err
	}
	if c.limit, err = parseLimit(parsed.Namespace(breaker.FieldLimit)); err != nil {
		return c, fmt.Errorf("reading %s: %w", breaker.FieldLimit, err)
	}
	if c.onRefusal = choose(&err, parsed, fieldOnRefusal, map[string]string{onRefusalContinue: onRefusalContinue, onRefusalStop: onRefusalStop}); c.onRefusal == onRefusalStop {
		c.limit.Ratio = 1 // there is one refusal at most
	}
	if err == nil && c.onRefusal == onRefusalStop && parsed.Contains(fieldDeadLetter) {
		err = errors.New(stopOrDeadLetter)
	}
	if err != nil {
		return c, err
	}
	if c.parentWait, err = parsed.FieldDuration(fieldParentWait); err == nil && c.parentWait < 0 {
		err = fmt.Errorf("%s must not be negative", fieldParentWait)
	}
	c.Connections = setting.Read(&err, parsed.FieldInt, fieldConnections)
	c.Unused = unused
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
	return c, errors.Join(c.Target.Check(isFixed), checkEvents(&c), checkEvolution(&c))
}

// checkEvents finds settings that change events cannot have. With these settings the output
// would refuse each record, or apply none of the events.
func checkEvents(c *config) error {
	var wrong []error
	add := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	t, events := &c.Target, c.events
	if c.Events != nil && t.Mode != table.Upsert {
		add("%s must be %s when %s is %s: events insert, update and delete rows", table.FieldMode, modeUpsert, change.FieldChangeEvents, events)
	}
	if c.Events == nil && c.Truncate {
		add("%s must be false when %s is %s: only a change event empties a table", fieldTruncate, change.FieldChangeEvents, events)
	}
	if events == changeEventsMaxScale && t.KeyFrom == table.FromKey {
		add("%s must be %s when %s is %s: the record key is the GTID of the change", table.FieldKeyFrom, keyFromValue, change.FieldChangeEvents, events)
	}
	if events == changeEventsMaxScale && slices.Contains(t.Metadata, change.SourcePosition) {
		add("%s must not have %s when %s is %s, whose records have no position: use %s", table.FieldMetadataColumns, change.SourcePosition, change.FieldChangeEvents, events, change.SourceGTID)
	}
	if t.Deletes && slices.Contains(change.Positions, t.Version) { // the output would refuse each tombstone
		add("%s must be %s when %s is %s: a tombstone has no position, and the event before the tombstone deletes the row", fieldTombstone, tombstoneIgnore, table.FieldVersion, t.Version)
	}
	return errors.Join(wrong...)
}

// choose reads a setting that takes one of a few words.
func choose[V any](err *error, parsed *service.ParsedConfig, field string, words map[string]V) V {
	word := setting.Read(err, parsed.FieldString, field)
	chosen, known := words[word]
	if *err == nil && !known {
		*err = fmt.Errorf("%s %q is none of %s", field, word, strings.Join(slices.Sorted(maps.Keys(words)), ", "))
	}
	return chosen
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
