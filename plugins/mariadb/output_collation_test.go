package mariadb

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/mariadb/column"
)

const (
	looseTable  = "CREATE TABLE t (id VARCHAR(64) PRIMARY KEY, v INT)" // with the collation of the server
	looseConfig = "table: t\ncolumns: [id, v]\nkey: [id]\ntombstone: delete\nkey_collation: any\n"
)

func spelledRow(id string, v int) any { return object{"id": id, "v": int64(v)} }

// Ids that the collation takes as equal are one row, with the spelling that was inserted.
func TestIDsThatDifferInCaseAccentOrSpacesAreOneRow(t *testing.T) {
	t.Parallel()
	d := shared(t, looseTable)
	o := d.output(looseConfig)
	require.Equal(t, "inserted 2, updated 2, unchanged 0, compacted 0, refused 0", d.counts(o, spelledRow("a", 1), spelledRow("b", 2), spelledRow("A", 3), spelledRow("Á ", 4)))
	require.Equal(t, []string{"a|4", "b|2"}, d.rows("SELECT id, v FROM t ORDER BY id"))
	require.Equal(t, "inserted 0, updated 0, unchanged 1, compacted 0, refused 0", d.counts(o, spelledRow("B  ", 2)))
	require.Equal(t, "inserted 1, updated 0, unchanged 0, compacted 0, refused 0, deleted 2",
		d.put(o, service.MessageBatch{tombstone("A", nil), batchOf(spelledRow("á", 5))[0], tombstone("B", nil)}).String())
	require.Equal(t, []string{"á|5"}, d.rows("SELECT id, v FROM t"))
}

// A stored row with another spelling of the id is a duplicate, as for a JDBC sink.
func TestAnotherSpellingOfAnIDIsADuplicateOfAnInsert(t *testing.T) {
	t.Parallel()
	d := shared(t, looseTable)
	o := d.output(looseConfig + "mode: insert\n")
	require.Contains(t, d.write(o, spelledRow("a", 1), spelledRow("A", 2), spelledRow("a", 1)), 1)
	require.Empty(t, d.write(o, spelledRow("a", 1)), "it was delivered again")
	require.Contains(t, d.write(o, spelledRow("A", 1)), 0)
	require.Equal(t, []string{"a|1"}, d.rows("SELECT id, v FROM t"))
}

// The rows of a batch are compacted as in a table with an exact collation, when no two of their
// ids can be one row.
func TestIDsThatCannotBeEqualAreCompacted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		collation string
		ids       [2]string
		want      string
	}{
		{"utf8mb4_general_ci", [2]string{"77a436fd-01", "ABC_77"}, "inserted 2, updated 0, unchanged 0, compacted 1, refused 0"},
		{"utf8mb4_bin", [2]string{"é", "漢"}, "inserted 2, updated 0, unchanged 0, compacted 1, refused 0"},
		{"utf8mb4_bin", [2]string{"é", "漢 "}, "inserted 2, updated 1, unchanged 0, compacted 0, refused 0"},
		{"utf8mb4_nopad_bin", [2]string{"é", "é "}, "inserted 2, updated 0, unchanged 0, compacted 1, refused 0"},
		{"utf8mb4_general_ci", [2]string{"é", "a"}, "inserted 2, updated 1, unchanged 0, compacted 0, refused 0"},
		{"utf8mb4_hungarian_ci", [2]string{"a", "b"}, "inserted 2, updated 1, unchanged 0, compacted 0, refused 0"},
	} {
		d := shared(t, "CREATE TABLE t (id VARCHAR(64) COLLATE "+c.collation+" PRIMARY KEY, v INT)")
		o := d.output(looseConfig)
		require.Equal(t, c.want, d.counts(o, spelledRow(c.ids[0], 1), spelledRow(c.ids[1], 2), spelledRow(c.ids[0], 3)), "%s %q", c.collation, c.ids)
	}
}

// Records of two forms, and two spellings of one id, keep their order.
func TestIDsOfRecordsOfSeveralFormsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id VARCHAR(64) PRIMARY KEY, v INT, w INT)")
	o := d.output("table: t\nkey: [id]\nkey_collation: any\n")
	require.Empty(t, d.write(o, spelledRow("a", 1), object{"id": "A", "w": int64(2)}, spelledRow("A", 3), object{"id": "a", "w": int64(4)}, spelledRow("a", 5), spelledRow("A", 6)))
	require.Equal(t, []string{"a|6|4"}, d.rows("SELECT id, v, w FROM t"))
}

// A change of the source from one spelling to another changes the row of a replica, and another
// row that has its unique value is still kept.
func TestAReplicaFollowsTheSpellingOfAnID(t *testing.T) {
	t.Parallel()
	for _, unique := range []string{"", " UNIQUE"} {
		d := shared(t, "CREATE TABLE t (id VARCHAR(64) PRIMARY KEY, s VARCHAR(9)"+unique+")")
		o := d.output("table: t\ncolumns: [id, s]\nkey: [id]\nkey_collation: any\nchange_events: debezium\n")
		item := func(id, s string) any { return object{"id": id, "s": s} }
		d.put(o, service.MessageBatch{event("c", nil, item("a", "x"), 1)})
		require.Empty(t, d.put(o, service.MessageBatch{event("u", item("A", "x"), item("A", "y"), 2)}).refused)
		require.Equal(t, []string{"a|y"}, d.rows("SELECT id, s FROM t"))
		require.Empty(t, d.put(o, service.MessageBatch{event("u", item("a", "y"), item("A", "z"), 3)}).refused)
		require.Equal(t, []string{"A|z"}, d.rows("SELECT id, s FROM t"))
		require.Len(t, d.put(o, service.MessageBatch{event("c", nil, item("b", "z"), 4)}).refused, len(unique)/len(" UNIQUE"))
	}
}

// Partitions are written at the same time. Each has ids of its own.
func TestPartitionsWithLooseIDs(t *testing.T) {
	t.Parallel()
	d := shared(t, looseTable, "CREATE TABLE model LIKE t")
	o := d.output(looseConfig)
	const partitions, batches, records = 3, 6, 600
	all := make([][]service.MessageBatch, partitions)
	random := rand.New(rand.NewPCG(1, 2))
	model, err := d.db.Begin()
	require.NoError(t, err)
	for p := range all {
		for b := range batches {
			batch := make(service.MessageBatch, records)
			for i := range batch {
				id, v := fmt.Sprintf("%d-%02d", p, random.IntN(40)), b*records+i
				spelled := id + "x"
				if b%3 > 0 { // every third batch may be compacted
					spelled = id + []string{"x", "X", "x ", "ẋ"}[random.IntN(4)]
				}
				query := "INSERT INTO model (id, v) VALUES (?, ?) ON DUPLICATE KEY UPDATE v = VALUES(v)"
				args := []any{spelled, v}
				batch[i] = batchOf(spelledRow(spelled, v))[0]
				if random.IntN(9) == 0 {
					query, args = "DELETE FROM model WHERE id = ?", args[:1]
					batch[i] = tombstone(spelled, nil)
				}
				_, err := model.Exec(query, args...)
				require.NoError(t, err)
			}
			all[p] = append(all[p], batch)
		}
	}
	require.NoError(t, model.Commit())
	var group sync.WaitGroup
	for _, of := range all {
		group.Go(func() {
			for _, batch := range of {
				if err := o.WriteBatch(t.Context(), batch); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
	require.Equal(t, d.rows("SELECT HEX(id), v FROM model ORDER BY id"), d.rows("SELECT HEX(id), v FROM t ORDER BY id"))
}

// [column.Column.Fold] relies on it: the collations that it knows take no two texts of printable
// ASCII as equal, unless the texts differ in case. No such collation has a contraction of ASCII.
func TestCollationsIgnoreOnlyTheCaseOfASCII(t *testing.T) {
	t.Parallel()
	d := shared(t)
	known := 0
	for _, line := range d.rows("SELECT CHARACTER_SET_NAME, FULL_COLLATION_NAME FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY") {
		charset, collation, _ := strings.Cut(line, "|")
		if !column.FoldsASCII(collation) {
			continue
		}
		known++
		d.exec("CREATE OR REPLACE TABLE texts (v VARCHAR(2) CHARACTER SET " + charset + " COLLATE " + collation + ", folded VARBINARY(2))")
		d.exec(`INSERT INTO texts SELECT v, LOWER(v) FROM (SELECT CONCAT(CHAR(a.seq USING ascii), CHAR(b.seq USING ascii)) v FROM seq_32_to_126 a, seq_33_to_126 b
			UNION ALL SELECT CHAR(seq USING ascii) FROM seq_33_to_126) pairs`)
		require.Equal(t, []string{"9024"}, d.rows("SELECT COUNT(*) FROM texts"))
		require.Empty(t, d.rows("SELECT MIN(folded), MAX(folded) FROM texts GROUP BY v HAVING COUNT(DISTINCT folded) > 1"), collation)
	}
	require.GreaterOrEqual(t, known, 15)
}
