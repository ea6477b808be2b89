package replica

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// want are the operations that testdata/tables.sql (r) and testdata/changes.sql make.
var want = map[string]string{
	"binaries":    "1 c, 1 r",
	"children":    "2 c",
	"defaults":    "3 c, 1 r",
	"keyed":       "4 c, 2 d, 1 r, 2 tombstone, 2 u",
	"keyless":     "2 c, 1 d, 1 tombstone, 1 u",
	"later":       "1 c",
	"numbers":     "3 c, 1 r",
	"odd.name__1": "1 c",
	"parents":     "2 c, 1 u",
	"shapes":      "2 c, 1 r",
	"texts":       "2 c, 1 r",
	"times":       "2 c, 1 r",
	"uniques":     "1 c, 1 t",
	"uuids":       "2 c, 1 r",
}

// TestChangeEvents reads what the connector writes for each type of MariaDB and for each
// operation. The fixtures of plugins/mariadb/change are the same records:
//
//	go test ./replica -run TestChangeEvents -update
func TestChangeEvents(t *testing.T) {
	s := newSource(t, "shop")
	s.run("testdata/tables.sql")
	connector := s.capture("shop", 1, map[string]string{"provide.transaction.metadata": "true", "heartbeat.interval.ms": "500"})
	s.awaitSnapshot("shop", 1, connector)
	s.run("testdata/changes.sql")
	s.eventually("each change is in Kafka", func(ctx context.Context) error {
		got, err := s.operations(ctx, "shop")
		if err == nil && !maps.Equal(got, want) {
			err = fmt.Errorf("got\n%v\nexpected\n%v", got, want)
		}
		return err
	}, connector)
	// Schema changes, transactions and heartbeats have topics of their own.
	files := s.fixtures("shop")
	files["schema-changes"] = s.last("shop", 2)
	files["transactions"] = s.last("shop.transaction", 4)
	files["heartbeats"] = s.last("__debezium-heartbeat.shop", 1)
	s.release(connector)
	maps.Copy(files, s.modes())
	compareFixtures(t, files)
}

// operations returns the number of records of each operation: "2 c, 1 u".
func (s *source) operations(ctx context.Context, prefix string) (map[string]string, error) {
	topics, err := s.topics(ctx, prefix)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, topic := range topics {
		records, err := s.read(ctx, topic)
		if err != nil {
			return nil, err
		}
		counts := map[string]int{}
		for _, record := range records {
			name, err := op(record)
			if err != nil {
				return nil, err
			}
			counts[name]++
		}
		var words []string
		for _, name := range slices.Sorted(maps.Keys(counts)) {
			words = append(words, fmt.Sprintf("%d %s", counts[name], name))
		}
		all[strings.TrimPrefix(topic, prefix+"."+s.database+".")] = strings.Join(words, ", ")
	}
	return all, nil
}

// modes returns records of the same tables with other settings of the connector, by the
// name of their file.
func (s *source) modes() map[string][]fixture {
	s.Helper()
	files := map[string][]fixture{}
	for _, mode := range []struct {
		name   string
		tables []string
		set    map[string]string
	}{
		{"mode-text", []string{"numbers", "times", "binaries"}, map[string]string{
			"decimal.handling.mode": "string", "time.precision.mode": "isostring", "binary.handling.mode": "base64", "bigint.unsigned.handling.mode": "long"}},
		{"mode-connect", []string{"numbers", "times", "binaries"}, map[string]string{
			"decimal.handling.mode": "double", "time.precision.mode": "connect", "binary.handling.mode": "hex"}},
		{"mode-nanoseconds", []string{"times", "binaries"}, map[string]string{
			"time.precision.mode": "nanoseconds", "binary.handling.mode": "base64-url-safe"}},
		{"mode-source-types", []string{"numbers", "texts", "times", "binaries"}, map[string]string{"column.propagate.source.type": ".*"}},
		{"mode-no-schemas", []string{"numbers", "times", "keyed"}, map[string]string{
			"key.converter.schemas.enable": "false", "value.converter.schemas.enable": "false"}},
	} {
		var include []string
		for _, table := range mode.tables {
			include = append(include, s.database+"."+table)
		}
		mode.set["table.include.list"] = strings.Join(include, ",")
		mode.set["snapshot.mode"] = "initial_only"
		connector := s.capture(mode.name, 1, mode.set)
		s.eventually("the snapshot of "+mode.name+" is in Kafka", func(ctx context.Context) error {
			return s.snapshotDone(ctx, mode.name, mode.tables)
		}, connector)
		byTable := s.fixtures(mode.name)
		for _, table := range mode.tables {
			// The longest record has a value in each column.
			files[mode.name] = append(files[mode.name], slices.MaxFunc(byTable[table], func(a, b fixture) int {
				return cmp.Compare(len(a.Value), len(b.Value))
			}))
		}
		s.release(connector)
	}
	return files
}

// snapshotDone returns an error until the topics have a record for each row.
func (s *source) snapshotDone(ctx context.Context, prefix string, tables []string) error {
	for _, table := range tables {
		var rows int
		if err := s.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+table).Scan(&rows); err != nil {
			return err
		}
		records, err := s.read(ctx, prefix+"."+s.database+"."+table)
		if err != nil || len(records) != rows {
			return fmt.Errorf("table %s has %d rows, its topic %d records: %w", table, rows, len(records), err)
		}
	}
	return nil
}
