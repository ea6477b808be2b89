package mariadb

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whatever a batch has, the output stops at a refused record with the rows that the records in
// front of it leave, one after the other. Only a record that another one of its key replaces
// may be passed over.
func TestPropertyAStopLeavesWhatIsInFrontOfIt(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]string{
		"plain":            "",
		"deletes, version": "tombstone: delete\nversion: version\nmetadata_columns: [version]\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stopsLikeTheModel(t, config)
		})
	}
}

func stopsLikeTheModel(t *testing.T, config string) {
	d := shared(t, "CREATE TABLE model (id VARCHAR(3) COLLATE utf8mb4_bin NOT NULL PRIMARY KEY, note INT CHECK (note < 9), first INT, version INT)")
	deletes, columns := config != "", "id, note, first, version"
	if deletes {
		columns = "id, note, first"
	}
	config += "table: model\ncolumns: [" + columns + "]\nkey: [id]\nmax_rows_per_statement: 7\nconnections: 1\n"
	rapid.Check(t, func(r *rapid.T) {
		d.exec("DELETE FROM model")
		m := model{versioned: deletes, rows: map[string][3]any{}}
		records, batch := drawBatch(r, deletes, deletes)
		for len(batch) > 0 {
			at := d.stopOrEnd(r, config, batch)
			for i, record := range records[:at] {
				if record.(map[string]any)["note"] != int64(9) {
					m.write(record.(map[string]any))
				} else if !m.mayHide(records[:at], i) {
					r.Fatalf("record %d was passed over, and the output stopped at %d", i, at)
				}
			}
			got := d.rows("SELECT id, note, first, version FROM model")
			slices.Sort(got)
			if want := m.text(); !slices.Equal(got, want) {
				r.Fatalf("stopped at %d with %v, expected %v", at, got, want)
			}
			if at == len(batch) {
				break
			}
			if records[at].(map[string]any)["note"] != int64(9) {
				r.Fatalf("record %d was refused", at)
			}
			records, batch = records[at+1:], batch[at+1:]
		}
	})
}

// stopOrEnd writes a batch to an output that has just started, and returns where it stopped.
func (d *database) stopOrEnd(r *rapid.T, config string, batch service.MessageBatch) int {
	d.t.Helper()
	o, told, end := d.newStopping(config)
	defer end()
	err := o.WriteBatch(context.Background(), numbered(batch, 0))
	if errors.Is(err, service.ErrNotConnected) {
		return int((<-told).Offset)
	}
	require.NoError(r, err)
	return len(batch)
}

// The parent row may come by another output: no stop.
func TestARowThatWaitsForItsParentStopsNothing(t *testing.T) {
	t.Parallel()
	d := shared(t, parentTable, childTable, "INSERT INTO parent VALUES (1)")
	o, told := d.stopping(childConfig + "parent_wait: 10m\n")
	written := make(chan error, 1)
	go func() {
		written <- o.WriteBatch(context.Background(), batchOf(child(1, 1, 1), child(2, 7, 1), child(3, 1, 1)))
	}()
	d.awaitParentWait(o)
	require.Equal(t, []string{"1"}, d.rows("SELECT id FROM child"), "what is in front of it")
	d.exec("INSERT INTO parent VALUES (7)")
	require.NoError(t, <-written)
	require.Empty(t, told)
	require.Equal(t, []string{"1", "2", "3"}, d.rows("SELECT id FROM child ORDER BY id"))
	require.EqualValues(t, 3, o.counts("mariadb_upsert_rows_total")["inserted"], "each row counts once")
}

// The parent is in the same batch: the child is judged behind it, whatever their keys are.
func TestAParentInFrontOfItsChildIsStoredFirst(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE tree (id INT PRIMARY KEY, parent INT, FOREIGN KEY (parent) REFERENCES tree (id))")
	o, told := d.stopping("table: tree\ncolumns: [id, parent]\nkey: [id]\n")
	node := func(id int, parent any) any { return object{"id": int64(id), "parent": parent} }
	require.NoError(t, o.WriteBatch(t.Context(), batchOf(node(9, nil), node(5, int64(9)), node(3, int64(5)))))
	require.Empty(t, told)
	require.Equal(t, []string{"3|5", "5|9", "9|NULL"}, d.rows("SELECT id, parent FROM tree ORDER BY id"))
	s := d.stopsAt(o, told, batchOf(node(8, int64(9)), node(2, int64(4)), node(4, nil)), 1)
	require.Equal(t, "row_foreign_key", s.Code)
	require.Equal(t, []string{"3", "5", "8", "9"}, d.rows("SELECT id FROM tree ORDER BY id"))
}

// An outage is no refusal: the output waits, and goes on.
func TestAnOutageStopsNothing(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o, told := d.stopping(ordersConfig)
	batch := batchOf(order("b", "x", 1, "1"), order("a", "x", 1, "1"))
	d.exec("RENAME TABLE orders TO gone")
	require.True(t, strings.HasPrefix(d.waits(o, batch), "waiting for MariaDB since "), o.says())
	d.exec("RENAME TABLE gone TO orders")
	require.Empty(t, d.settled(o, batch))
	require.Empty(t, told)
	require.Equal(t, []string{"a", "b"}, d.rows("SELECT order_id FROM orders ORDER BY 1"))
}
