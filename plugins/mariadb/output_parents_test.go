package mariadb

import (
	"context"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

const (
	parentTable = "CREATE TABLE parent (id INT PRIMARY KEY)"
	childTable  = "CREATE TABLE child (id INT PRIMARY KEY, parent INT, v INT, CONSTRAINT fk FOREIGN KEY (parent) REFERENCES parent (id))"
	childConfig = "table: child\ncolumns: [id, parent, v]\nkey: [id]\nconnections: 1\n"
	orphan      = "row_foreign_key: parent: MariaDB error 1452 (23000): table `parent` has no parent row for the foreign key (`parent`), which references its (`id`): store the parent row first, then replay this record"
)

func child(id, parent, v int) any {
	return map[string]any{"id": int64(id), "parent": int64(parent), "v": int64(v)}
}

// awaitParentWait returns when a batch has waited twice for a parent row.
func (d *database) awaitParentWait(o *sink) {
	d.t.Helper()
	require.Eventually(d.t, func() bool { return o.counts("mariadb_upsert_waits_total")[causeParent] >= 2 }, 30*time.Second, 5*time.Millisecond, "no batch waits for a parent row")
}

// The parent row comes by another output while the child waits. Meanwhile the one
// connection is free, nothing is locked, and the output is ready.
func TestAChildWaitsForItsParent(t *testing.T) {
	t.Parallel()
	d := shared(t, parentTable, childTable, "INSERT INTO parent VALUES (1)")
	children := d.output(childConfig + "parent_wait: 10m\n")
	parents := d.output("table: parent\ncolumns: [id]\nkey: [id]\n")
	written := make(chan error, 1)
	go func() {
		written <- children.WriteBatch(context.Background(), batchOf(child(1, 1, 1), child(2, 7, 1), child(2, 7, 2), child(3, 1, 1)))
	}()
	d.awaitParentWait(children)
	require.NoError(t, children.WriteBatch(t.Context(), batchOf(child(4, 1, 1))), "another batch is written")
	require.Len(t, d.rows("SELECT id FROM child FOR UPDATE"), 3, "no row is locked")
	require.Equal(t, []string{"1", "3", "4"}, d.rows("SELECT id FROM child ORDER BY id"), "the rows that have a parent are stored")
	require.NoError(t, children.Connect(t.Context()), "the output is ready")
	require.Empty(t, written)
	require.Empty(t, d.write(parents, map[string]any{"id": int64(7)}))
	require.NoError(t, <-written)
	require.Equal(t, []string{"1|1", "2|2", "3|1", "4|1"}, d.rows("SELECT id, v FROM child ORDER BY id"), "the last record of each key")
	counts := children.counts("mariadb_upsert_rows_total")
	require.EqualValues(t, 4, counts["inserted"], "each row counts once: %v", counts)
	// The parent may come between the tries of the last record and of the one before it.
	require.EqualValues(t, 1, counts["compacted"]+counts["updated"], "%v", counts)
	require.Zero(t, counts["refused"], "%v", counts)
}

// The parent is in the same batch, behind its child.
func TestAChildWaitsForAParentOfItsBatch(t *testing.T) {
	t.Parallel()
	d := shared(t, parentTable, childTable)
	o := d.output("table: ${! @table }\ncolumns: []\nkey: [id]\nparent_wait: 10m\n")
	require.Equal(t, "inserted 2, updated 0, unchanged 0, compacted 0, refused 0", d.put(o, service.MessageBatch{
		into("child", child(1, 7, 1)), into("parent", map[string]any{"id": int64(7)}),
	}).String())
}

func TestAChildWhoseParentNeverComesIsRefused(t *testing.T) {
	t.Parallel()
	d := shared(t, parentTable, childTable, "INSERT INTO parent VALUES (1)")
	o := d.output(childConfig + "parent_wait: 300ms\n")
	began := time.Now()
	require.Equal(t, map[int]string{1: orphan}, d.write(o, child(1, 1, 1), child(2, 7, 1)))
	require.GreaterOrEqual(t, time.Since(began), 300*time.Millisecond)
	require.Equal(t, map[string]int64{"inserted": 1, "refused": 1}, o.counts("mariadb_upsert_rows_total"))
	atOnce := d.output(childConfig)
	require.Equal(t, map[int]string{0: orphan}, d.write(atOnce, child(2, 7, 1)))
	require.Empty(t, atOnce.counts("mariadb_upsert_waits_total"))
}

// A shutdown ends the wait without a verdict. The batch that comes again goes on.
func TestAShutdownEndsTheWaitForAParent(t *testing.T) {
	t.Parallel()
	d := shared(t, parentTable, childTable)
	o := d.output(childConfig + "parent_wait: 10m\n")
	batch := batchOf(child(1, 7, 1))
	ctx, stop := context.WithCancel(t.Context())
	written := make(chan error, 1)
	go func() { written <- o.WriteBatch(ctx, batch) }()
	d.awaitParentWait(o)
	stop()
	require.Same(t, service.ErrNotConnected, <-written)
	d.exec("INSERT INTO parent VALUES (7)")
	require.NoError(t, o.WriteBatch(t.Context(), batch))
	require.Equal(t, []string{"1|7"}, d.rows("SELECT id, parent FROM child"))
}
