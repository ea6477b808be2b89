package mariadb

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// loose are tables whose key takes different ids as equal.
var loose = map[string]string{
	"default":     "id VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci PRIMARY KEY",
	"latin1":      "id VARCHAR(9) CHARACTER SET latin1 COLLATE latin1_swedish_ci PRIMARY KEY",
	"uca":         "id VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci PRIMARY KEY",
	"nopad":       "id VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_nopad_ci PRIMARY KEY",
	"padded":      "id VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY",
	"other":       "id VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_hungarian_ci PRIMARY KEY",
	"two columns": "id VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci, PRIMARY KEY (id, part)",
	"numbered":    "id VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL UNIQUE, n INT AUTO_INCREMENT PRIMARY KEY",
	"clashing":    "id VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci PRIMARY KEY, w INT UNIQUE",
}

var looseIDs = []string{"a", "A", "a ", "A  ", "á", "Á", "b", "B", "b-1", "B-1", "c", "c  ", "ccs", "cscs", "ß", "ss", ""}

// oneByOne writes each record with a statement of its own, as a JDBC sink does.
type oneByOne struct {
	*database
	mode string
}

func (o *oneByOne) write(record map[string]any) {
	id, part, v, version := record["id"], record["part"], record["v"], record["version"]
	const insert = "INSERT INTO model (id, part, v, version) VALUES (?, ?, ?, ?)"
	var err error
	switch {
	case record["deletes"] == true:
		_, err = o.db.Exec("DELETE FROM model WHERE id = ? AND part = ?", id, part)
	case o.mode == "insert":
		_, err = o.db.Exec(insert, id, part, v, version)
		if server, _ := errors.AsType[*mysql.MySQLError](err); server != nil && server.Number == 1062 {
			err = nil
		}
	case o.mode == "update":
		_, err = o.db.Exec("UPDATE model SET v = ?, version = ? WHERE id = ? AND part = ?", v, version, id, part)
	case o.mode == "version":
		_, err = o.db.Exec(insert+" ON DUPLICATE KEY UPDATE v = IF(VALUES(version) >= version, VALUES(v), v), version = GREATEST(version, VALUES(version))", id, part, v, version)
	default:
		_, err = o.db.Exec(insert+" ON DUPLICATE KEY UPDATE v = VALUES(v), version = VALUES(version)", id, part, v, version)
	}
	require.NoError(o.t, err)
}

// The output must leave the rows that statements of one row leave, in the order of the
// records, also their spelling of the ids.
func TestPropertyIDsThatTheCollationTakesAsEqualAreOneRow(t *testing.T) {
	t.Parallel()
	for mode, config := range map[string]string{
		"upsert": "tombstone: delete\n", "version": "version: version\n", "insert": "mode: insert\n", "update": "mode: update\ntombstone: delete\n",
		"stop": "tombstone: delete\non_refusal: stop\n",
	} {
		for name, columns := range loose {
			t.Run(mode+" "+name, func(t *testing.T) {
				t.Parallel()
				compareWithOneByOne(t, mode, columns, config)
			})
		}
	}
}

func compareWithOneByOne(t *testing.T, mode, columns, config string) {
	const fields = ", part INT NOT NULL DEFAULT 0, v INT, version INT)"
	model, d := shared(t, "CREATE TABLE model ("+columns+fields), shared(t, "CREATE TABLE t ("+columns+fields)
	key, parts := "id", 0
	if strings.Contains(columns, "part") {
		key, parts = "id, part", 1
	}
	o := d.output("table: t\ncolumns: [id, part, v, version]\nkey: [" + key + "]\nkey_collation: any\nmax_rows_per_statement: 7\n" + config)
	rapid.Check(t, func(r *rapid.T) {
		d.exec("DELETE FROM t")
		model.exec("DELETE FROM model")
		reference := &oneByOne{database: model, mode: mode}
		if mode == "update" {
			for _, id := range looseIDs {
				d.exec("INSERT IGNORE INTO t (id) VALUES (?)", id)
				model.exec("INSERT IGNORE INTO model (id) VALUES (?)", id)
			}
		}
		for range rapid.IntRange(1, 3).Draw(r, "batches") {
			some := rapid.SliceOfNDistinct(rapid.SampledFrom(looseIDs), 1, 6, rapid.ID[string]).Draw(r, "ids")
			var batch service.MessageBatch
			for range rapid.IntRange(1, 20).Draw(r, "records") {
				record := map[string]any{"id": rapid.SampledFrom(some).Draw(r, "id"), "part": int64(rapid.IntRange(0, parts).Draw(r, "part")),
					"v": int64(rapid.IntRange(0, 99).Draw(r, "v")), "version": int64(rapid.IntRange(1, 3).Draw(r, "version"))}
				message := batchOf(record)[0]
				if strings.Contains(config, "delete") && rapid.IntRange(0, 3).Draw(r, "deletes") == 0 {
					record["deletes"] = true
					message = tombstone(fmt.Sprintf(`{"id":%q,"part":%d}`, record["id"], record["part"]), nil)
				}
				batch = append(batch, message)
				reference.write(record)
			}
			refused := d.put(o, batch).refused
			if mode != "insert" {
				require.Empty(r, refused)
			}
			const query = "SELECT HEX(id), part, v, version FROM %s ORDER BY BINARY id, part"
			require.Equal(r, model.rows(fmt.Sprintf(query, "model")), d.rows(fmt.Sprintf(query, "t")))
		}
	})
}
