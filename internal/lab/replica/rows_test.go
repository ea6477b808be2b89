package replica

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/lab/replica/changes"
)

// TestChangesAndSnapshotAgree applies the change events of a generator by hand, and compares
// the rows with a snapshot at the end. It proves that the connector carries each value of
// the tables exactly, in both ways, and needs no sink.
func TestChangesAndSnapshotAgree(t *testing.T) {
	s := newSource(t, "replayed")
	g := changes.NewGenerator(seed)
	s.create()
	s.change(g, 20)
	followed := s.capture("changes", 3, onePartition)
	g.RowsOnly = true
	s.change(g, 20)
	s.awaitSnapshot("changes", 1, followed)
	g.RowsOnly = false
	s.change(g, 80)
	s.exec(g.Finish(1))

	settings := maps.Clone(onePartition)
	settings["snapshot.mode"] = "initial_only"
	once := s.capture("again", 3, settings)
	tables := len(changes.Create())
	s.eventually("the changes and the snapshot have the same rows", func(ctx context.Context) error {
		want, err := s.rows(ctx, "again")
		if err != nil {
			return err
		}
		got, err := s.rows(ctx, "changes")
		if err != nil {
			return err
		}
		if len(want) != tables || len(want["markers"]) != 1 {
			return fmt.Errorf("the snapshot has %d of %d tables", len(want), tables)
		}
		return sameRows(got, want)
	}, followed, once)
	s.release(followed)
	s.release(once)
}

// onePartition gives the topic of the table that is truncated one partition, because a
// TRUNCATE has no key: in another partition it has no order with the rows.
var onePartition = map[string]string{
	"topic.creation.groups":                       "truncated",
	"topic.creation.truncated.include":            `.*\.drafts`,
	"topic.creation.truncated.partitions":         "1",
	"topic.creation.truncated.replication.factor": "1",
}

// create creates the tables of the generator.
func (s *source) create() {
	s.Helper()
	for _, table := range changes.Create() {
		s.exec(table)
	}
}

// change makes a number of transactions. A few of them add columns.
func (s *source) change(g *changes.Generator, transactions int) {
	s.Helper()
	for i := range transactions {
		s.exec(g.Next())
		if i%7 == 6 {
			if add := g.AddColumns(); add != "" {
				s.exec(add)
			}
		}
	}
}

// rows returns the rows that the events of a prefix leave in each table, by key.
func (s *source) rows(ctx context.Context, prefix string) (map[string]map[string]row, error) {
	topics, err := s.topics(ctx, prefix)
	if err != nil {
		return nil, err
	}
	all := map[string]map[string]row{}
	for _, topic := range topics {
		records, err := s.read(ctx, topic)
		if err != nil {
			return nil, err
		}
		rows, last := map[string]row{}, schema{}
		for _, record := range records {
			if record.Value == nil {
				continue // the event before was the deletion
			}
			e, err := readEnvelope(record.Value)
			if err != nil {
				return nil, err
			}
			var key struct{ Payload json.RawMessage }
			if record.Key != nil {
				if err := json.Unmarshal(record.Key, &key); err != nil {
					return nil, err
				}
			}
			switch e.Payload.Op {
			case "t":
				clear(rows)
			case "d":
				delete(rows, string(key.Payload))
			default:
				last = e.Schema.field("after")
				if rows[string(key.Payload)], err = newRow(e.Payload.After); err != nil {
					return nil, err
				}
			}
		}
		for _, row := range rows {
			row.complete(last)
		}
		all[strings.TrimPrefix(topic, prefix+"."+s.database+".")] = rows
	}
	return all, nil
}

// row has the JSON of each column.
type row map[string]string

// zeros are the zeros at the end of the seconds of a TIMESTAMP, which a snapshot leaves out.
var zeros = regexp.MustCompile(`^("\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.|(\.\d*[1-9]))0*Z"$`)

// newRow writes true as 1: a column that the connector saw as BOOLEAN in an ALTER TABLE is
// TINYINT(1) in a snapshot.
func newRow(after []byte) (row, error) {
	var values map[string]json.RawMessage
	if err := json.Unmarshal(after, &values); err != nil {
		return nil, err
	}
	r := row{}
	for name, value := range values {
		r[name] = strings.NewReplacer("true", "1", "false", "0").Replace(string(value))
		if value[0] == '"' {
			r[name] = zeros.ReplaceAllString(string(value), `${1}${2}Z"`)
		}
	}
	return r, nil
}

// complete adds the columns that the table got after the event, with their defaults.
func (r row) complete(after schema) {
	for _, field := range after.Fields {
		if _, has := r[field.Field]; !has {
			r[field.Field] = "null"
			if field.Default != nil {
				r[field.Field] = strings.NewReplacer("true", "1", "false", "0").Replace(string(field.Default))
			}
		}
	}
}

// sameRows returns an error with the first rows that differ.
func sameRows(got, want map[string]map[string]row) error {
	var differ []string
	for _, table := range slices.Sorted(maps.Keys(want)) {
		for _, key := range slices.Sorted(maps.Keys(want[table])) {
			for _, column := range slices.Sorted(maps.Keys(want[table][key])) {
				if ours, theirs := want[table][key][column], got[table][key][column]; ours != theirs {
					differ = append(differ, fmt.Sprintf("table %s, row %s, column %s: %.300s in the snapshot, %.300s in the changes", table, key, column, ours, theirs))
				}
			}
		}
		for key := range got[table] {
			if _, is := want[table][key]; !is {
				differ = append(differ, fmt.Sprintf("table %s, row %s is in the changes only", table, key))
			}
		}
	}
	if len(differ) == 0 {
		return nil
	}
	return fmt.Errorf("%d values differ:\n%s", len(differ), strings.Join(differ[:min(5, len(differ))], "\n"))
}
