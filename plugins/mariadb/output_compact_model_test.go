package mariadb

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"pgregory.net/rapid"
)

// The output must leave the rows of a model that writes one record after the other,
// whatever the batches are, and its counts must be those of the model.
func TestPropertyBatchesEqualOneByOne(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]string{
		"plain":            "",
		"version":          "version: version\n",
		"deletes":          "tombstone: delete\n",
		"deletes, version": "tombstone: delete\nversion: version\nmetadata_columns: [version]\n",
	} {
		for _, key := range []string{"PRIMARY KEY", "UNIQUE, serial INT AUTO_INCREMENT PRIMARY KEY"} {
			t.Run(name+" "+key, func(t *testing.T) {
				t.Parallel()
				compareWithModel(t, key, config)
			})
		}
	}
}

func compareWithModel(t *testing.T, key, config string) {
	d := shared(t, `CREATE TABLE model (id VARCHAR(3) COLLATE utf8mb4_bin NOT NULL `+key+`, note INT CHECK (note < 9), first INT, version INT)`)
	deletes, metadata, columns := strings.Contains(config, "delete"), strings.Contains(config, "metadata"), "id, note, first, version"
	if metadata {
		columns = "id, note, first"
	}
	o := d.output("table: model\ncolumns: [" + columns + "]\nkey: [id]\nmax_rows_per_statement: 7\n" + config)
	rapid.Check(t, func(r *rapid.T) {
		d.exec("DELETE FROM model")
		m := model{versioned: strings.Contains(config, "version"), rows: map[string][3]any{}}
		for range rapid.IntRange(1, 4).Draw(r, "batches") {
			records, batch := drawBatch(r, deletes, metadata)
			result := d.put(o, batch)
			before := m.copy()
			m.writeAll(r, records, result)
			got := d.rows("SELECT id, note, first, version FROM model")
			slices.Sort(got)
			if want := m.text(); !slices.Equal(got, want) {
				r.Fatalf("stored %v, expected %v", got, want)
			}
			inserted, updated := m.since(before)
			if len(result.refused) == 0 && !deletes && (result.counts["inserted"] != inserted || result.counts["updated"] != updated) {
				r.Fatalf("inserted %d, updated %d, expected %d and %d", result.counts["inserted"], result.counts["updated"], inserted, updated)
			}
			n := int64(0)
			for _, of := range result.counts {
				n += of
			}
			if n != int64(len(records)) || result.counts["refused"] != int64(len(result.refused)) {
				r.Fatalf("%d records have an outcome: %v", len(records), result)
			}
		}
	})
}

// drawBatch draws records, of which some are tombstones if the output deletes, and the
// messages that have them. The version is metadata if the output takes it from there.
func drawBatch(r *rapid.T, deletes, metadata bool) (records []any, batch service.MessageBatch) {
	for range rapid.IntRange(1, 40).Draw(r, "records") {
		record := map[string]any{
			"id":      rapid.StringMatching("[ab][abA]?").Draw(r, "id"),
			"note":    int64(rapid.IntRange(0, 9).Draw(r, "note")), // 9 is refused
			"first":   int64(rapid.IntRange(0, 3).Draw(r, "first")),
			"version": rapid.SampledFrom([]any{nil, int64(1), int64(2), int64(3)}).Draw(r, "version"),
		}
		message := batchOf(record)[0]
		if deletes && rapid.IntRange(0, 4).Draw(r, "deletes") == 0 {
			record["deletes"], record["note"] = true, int64(0)
			message = tombstone(record["id"], nil)
		}
		if metadata {
			record["version"] = int64(rapid.IntRange(1, 3).Draw(r, "metadata"))
			message.MetaSetMut("version", record["version"])
		}
		records, batch = append(records, record), append(batch, message)
	}
	return records, batch
}

// model is the table as one record after the other leaves it.
type model struct {
	versioned bool
	rows      map[string][3]any // note, first, version
}

func (m *model) write(record map[string]any) {
	id := record["id"].(string)
	row := [3]any{record["note"], record["first"], record["version"]}
	stored, found := m.rows[id]
	if found && m.versioned && stored[2] != nil && (row[2] == nil || row[2].(int64) < stored[2].(int64)) {
		return
	}
	if record["deletes"] == true {
		delete(m.rows, id)
		return
	}
	m.rows[id] = row
}

// writeAll writes the records of a batch that are not refused, and compares the refusals.
func (m *model) writeAll(r *rapid.T, records []any, result effect) {
	for i, record := range records {
		refused := record.(map[string]any)["note"] == int64(9)
		if _, found := result.refused[i]; found && !refused {
			r.Fatalf("record %d was refused", i)
		} else if refused != found && !m.mayHide(records, i) {
			r.Fatalf("record %d: refused %v, expected %v", i, found, refused)
		}
		if !refused {
			m.write(record.(map[string]any))
		}
	}
}

// mayHide says whether record i is one that another record of its key may stand
// for, so that the server did not judge it.
func (m *model) mayHide(records []any, i int) bool {
	for j, other := range records {
		if j != i && other.(map[string]any)["id"] == records[i].(map[string]any)["id"] {
			return true
		}
	}
	return false
}

func (m *model) copy() map[string][3]any {
	rows := map[string][3]any{}
	for id, row := range m.rows {
		rows[id] = row
	}
	return rows
}

func (m *model) since(before map[string][3]any) (inserted, updated int64) {
	for id, row := range m.rows {
		if old, found := before[id]; !found {
			inserted++
		} else if old[0] != row[0] || old[1] != row[1] || !m.versioned && old[2] != row[2] {
			updated++ // a version that rises alone is no update
		}
	}
	return inserted, updated
}

func (m *model) text() []string {
	lines := []string{}
	for id, row := range m.rows {
		line := id
		for _, v := range row {
			if v == nil {
				line += "|NULL"
			} else {
				line += fmt.Sprintf("|%d", v)
			}
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}
