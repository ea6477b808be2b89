package mariadb

import (
	"strings"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

const badLimit = "reading dead_letter_limit: ratio must be from 0 to 1, window and pause must be greater than 0, and min_count must be at least 1"

const needSchema = "create_tables and add_columns need columns from the schema: leave columns empty, and set schema_metadata"

const plain = "dsn: u:p@tcp(127.0.0.1:1)/db\ntable: orders\ncolumns: [id, a, b]\nkey: [id]\n"

// badConfigurations has what the linter and the constructor report about a configuration.
// The linter cannot see what depends on the DSN, and the parser of the framework refuses
// an unknown field before the constructor.
var badConfigurations = []struct{ config, lint, start string }{
	{plain + "colums: []", "field colums not recognised", ""},
	{strings.Replace(plain, "table: orders\n", "", 1), "field table is required", "field 'table' is required and was not present in the config"},
	{strings.Replace(plain, "table: orders", "table: ''", 1), "table is empty", "table is empty"},
	{strings.Replace(plain, "table: orders", "table: a.b.c", 1), "", `table "a.b.c" is neither a table nor database.table (a name with dots stands in backticks)`},
	{strings.Replace(plain, "table: orders", "table: .b", 1), "", `table ".b" is neither a table nor database.table (a name with dots stands in backticks)`},
	{strings.Replace(strings.Replace(plain, "[id, a, b]", "[]", 1), "key: [id]", "key: []", 1), "key is empty", "key is empty"},
	{strings.Replace(plain, "[id, a, b]", "[id, a, A]", 1), "", `columns names "A" twice`},
	{strings.Replace(plain, "[id, a, b]", `[id, ""]`, 1), "", "columns holds an empty name"},
	{strings.Replace(plain, "[id, a, b]", `[id, "a\0b"]`, 1), "", `"a\x00b" cannot be a name in MariaDB`},
	{strings.Replace(plain, "key: [id]", "key: []", 1), "key is empty", "key is empty"},
	{strings.Replace(plain, "key: [id]", "key: [no]", 1), "key names no, which is not among columns", `key names "no", which is not among columns`},
	{strings.Replace(plain, "key: [id]", "key: [id, id]", 1), "", `key names "id" twice`},
	{plain + "lock_order: [c]", "lock_order names a column that is not among columns", `lock_order names "c", which is not among columns`},
	{plain + "version: c", "version c is not among columns", `version "c" is not among columns`},
	{plain + "version: id", "version belongs to the key", `version "id" belongs to the key: rows of one key would all have the same version`},
	{plain + "create_tables: true\nschema_metadata: s", needSchema, needSchema},
	{strings.Replace(plain, "[id, a, b]", "[]", 1) + "add_columns: true", needSchema, needSchema},
	{plain + "metadata_columns: [source_position]\nversion: source_position\nchange_events: debezium\ntombstone: delete", "", "tombstone must be ignore when version is source_position: a tombstone has no position, and the event before the tombstone deletes the row"},
	{plain + "change_events: debezium\nmode: update", "mode must be upsert when change_events is debezium", "mode must be upsert when change_events is debezium: events insert, update and delete rows"},
	{plain + "change_events: maxscale\nmode: insert", "mode must be upsert when change_events is maxscale", "mode must be upsert when change_events is maxscale: events insert, update and delete rows"},
	{plain + "truncate: true", "truncate must be false when change_events is none", "truncate must be false when change_events is none: only a change event empties a table"},
	{plain + "change_events: maxscale\nkey_from: record_key", "key_from must be value when change_events is maxscale", "key_from must be value when change_events is maxscale: the record key is the GTID of the change"},
	{plain + "change_events: maxscale\nmetadata_columns: [source_position]", "metadata_columns must not have source_position when change_events is maxscale", "metadata_columns must not have source_position when change_events is maxscale, whose records have no position: use source_gtid"},
	{plain + "type_mapping: oracle", "value oracle is not a valid option for this field", "type_mapping is none of native, confluent, debezium, aiven"},
	{plain + "dead_letter_limit: {ratio: 1.5}", "ratio must be from 0 to 1", badLimit},
	{plain + "dead_letter_limit: {min_count: 0}", "min_count must be at least 1", badLimit},
	{plain + "dead_letter_limit: {window: 0s}", "", badLimit},
	{plain + "dead_letter_limit: {pause: 0s}", "", badLimit},
	{plain + "on_refusal: stop\ndead_letter: {drop: {}}", "on_refusal is stop, so that no record becomes a dead letter: remove dead_letter, or set on_refusal: continue", "on_refusal is stop, so that no record becomes a dead letter: remove dead_letter, or set on_refusal: continue"},
	{plain + "time_zone: Mars/Olympus", "", "time_zone \"Mars/Olympus\" is no name of a time zone: write it as Europe/Berlin, or UTC"},
	{plain + "time_zone: Europe/Berlin\ntime_zone_types: [x]", "", "time_zone_types \"x\" is none of timestamp, zoned_timestamp, time, date"},
	{plain + "parent_wait: -1s", "", "parent_wait must not be negative"},
	{plain + "connections: 0", "connections must be at least 1", "connections and max_rows_per_statement must be at least 1"},
	{plain + "max_rows_per_statement: 0", "max_rows_per_statement must be at least 1", "connections and max_rows_per_statement must be at least 1"},
	{plain + "max_rows_per_statement: -1", "max_rows_per_statement must be at least 1", "connections and max_rows_per_statement must be at least 1"},
	{strings.Replace(plain, "/db", "/", 1), "", "dsn names no database, so table must: database.table"},
	{strings.Replace(plain, "u:p@tcp(127.0.0.1:1)/db", "u:secret@tcp(h:1", 1), "", "parsing dsn: expected user:password@tcp(host:port)/database: missing the slash separating the database name"},
	{strings.Replace(plain, "u:p@tcp(127.0.0.1:1)/db", "u:secret@tcp(h:1/d", 1), "", "parsing dsn: expected user:password@tcp(host:port)/database: network address not terminated (missing closing brace)"},
	{strings.Replace(plain, "(127.0.0.1:1)/db", "(h)/d?tls=secret", 1), "", "parsing dsn: expected user:password@tcp(host:port)/database?parameter=value, with known parameters and values"},
	{strings.Replace(plain, "(127.0.0.1:1)/db", "(h)/d?parseTime=secret", 1), "", "parsing dsn: expected user:password@tcp(host:port)/database?parameter=value, with known parameters and values"},
	{strings.Replace(plain, "(127.0.0.1:1)/db", "(h)/d%zzsecret", 1), "", "parsing dsn: expected user:password@tcp(host:port)/database?parameter=value, with known parameters and values"},
	{strings.Replace(plain, "dsn: u:p@tcp(127.0.0.1:1)/db\n", "dsn: secret\n", 1), "", "parsing dsn: expected user:password@tcp(host:port)/database: missing the slash separating the database name"},
}

func TestABadConfigurationIsRefusedAtTheStart(t *testing.T) {
	for _, c := range badConfigurations {
		if c.start == "" {
			continue
		}
		parsed, err := spec().ParseYAML(c.config, nil)
		if err == nil {
			_, err = newOutput(parsed, service.MockResources())
		}
		require.EqualError(t, err, c.start, c.config)
	}
}

func TestLintFindsABadConfiguration(t *testing.T) {
	lint := func(config string) string {
		linter := service.NewEnvironment().CoreConfigSchema("", "").NewStreamConfigLinter()
		lints, err := linter.LintYAML([]byte("output:\n  mariadb_upsert:\n    " + strings.ReplaceAll(strings.TrimSpace(config), "\n", "\n    ")))
		require.NoError(t, err)
		var all []string
		for _, l := range lints {
			all = append(all, l.What)
		}
		return strings.Join(all, "; ")
	}
	for _, good := range []string{plain, strings.Replace(plain, "[id, a, b]", "[]", 1) + "version: a", "dsn: u:p@tcp(127.0.0.1:1)/db\ntable: orders\nkey_from: record_key\nkey: []\n", plain + "lock_order: [\"\", a]", plain + "version: a\ntls: {enabled: true}\nbatching: {count: 3}\nmax_in_flight: 2"} {
		require.Empty(t, lint(good), good)
	}
	for _, c := range badConfigurations {
		require.Equal(t, c.lint, lint(c.config), c.config)
	}
}
