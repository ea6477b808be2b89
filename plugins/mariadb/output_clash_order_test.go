package mariadb

import (
	"fmt"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// A row takes the value in another unique index that another row of its batch gives up. The
// rows are written in the order of the batch, so that no row is lost.
func TestARowTakesTheUniqueValueThatAnotherRowGaveUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		batch func() service.MessageBatch
		want  []string
	}{
		"an update": {func() service.MessageBatch {
			return service.MessageBatch{event("u", item(9, "x", 1), item(9, "y", 1), 20), event("c", nil, item(1, "x", 1), 30)}
		}, []string{"1|x|1", "5|e|1", "9|y|1"}},
		"two updates of one row": {func() service.MessageBatch {
			return service.MessageBatch{event("u", item(9, "x", 1), item(9, "y", 1), 20), event("c", nil, item(1, "x", 1), 30),
				event("u", item(9, "y", 1), item(9, "z", 1), 40), event("c", nil, item(2, "y", 1), 50)}
		}, []string{"1|x|1", "2|y|1", "5|e|1", "9|z|1"}},
		"a delete": {func() service.MessageBatch {
			return service.MessageBatch{event("d", item(9, "x", 1), nil, 20), event("c", nil, item(1, "x", 1), 30)}
		}, []string{"1|x|1", "5|e|1"}},
		"a swap": {func() service.MessageBatch {
			return service.MessageBatch{event("u", item(9, "x", 1), item(9, "tmp", 1), 20), event("u", item(5, "e", 1), item(5, "x", 1), 30),
				event("u", item(9, "tmp", 1), item(9, "e", 2), 40)}
		}, []string{"5|x|1", "9|e|2"}},
		"a row that moves": {func() service.MessageBatch {
			return service.MessageBatch{event("u", item(9, "x", 1), item(3, "x", 2), 20), event("u", item(3, "x", 2), item(3, "e2", 2), 30), event("c", nil, item(9, "x", 3), 40)}
		}, []string{"3|e2|2", "5|e|1", "9|x|3"}},
		// The source did not send s, so this record makes rows of other columns.
		"records of two forms": {func() service.MessageBatch {
			return service.MessageBatch{event("u", nil, item(5, "__debezium_unavailable_value", 7), 20), event("u", nil, item(9, "y", 1), 30),
				event("u", nil, item(5, "x", 8), 40), event("u", nil, item(9, "__debezium_unavailable_value", 2), 50), event("c", nil, item(1, "e", 1), 60)}
		}, []string{"1|e|1", "5|x|8", "9|y|2"}},
	} {
		for _, version := range []string{"version: source_position\n", ""} {
			t.Run(fmt.Sprint(name, " ", version), func(t *testing.T) {
				t.Parallel()
				d := shared(t, clashing)
				o := d.output("table: t\nkey: [id]\nmetadata_columns: [source_position]\nchange_events: debezium\n" + version)
				d.put(o, service.MessageBatch{event("c", nil, item(9, "x", 1), 10), event("c", nil, item(5, "e", 1), 11)})
				for range 2 {
					require.Empty(t, d.put(o, c.batch()).refused, "also when it is delivered again")
					require.Equal(t, c.want, d.rows("SELECT id, s, n FROM t ORDER BY id"))
				}
			})
		}
	}
}

// The change of the other row comes later, as from another partition: the row must not
// overwrite the other row, and its dead letter can be replayed.
func TestARowOfAReplicaOverwritesNoRowOfAnotherKey(t *testing.T) {
	t.Parallel()
	d := shared(t, clashing)
	o := d.output(debeziumConfig)
	d.put(o, service.MessageBatch{event("c", nil, item(9, "x", 1), 10)})
	require.Equal(t, []string{"WARN table `t` has another unique index, `s` (s): a row that equals a stored row in that index is refused when their key differs: give each topic of the changes one partition, or drop the index"},
		o.log.matching("unique index"))
	early := func() service.MessageBatch { return service.MessageBatch{event("c", nil, item(1, "x", 1), 30)} }
	require.Equal(t, map[int]string{0: "row_duplicate: t: MariaDB error 1242 (21000): a row of another key has the same value in a unique index: give the topic one partition, so that the change of the other row comes first, or drop the index. Then replay this record"},
		d.put(o, early()).refused)
	d.put(o, service.MessageBatch{event("u", item(9, "x", 1), item(9, "y", 1), 20)})
	require.Empty(t, d.put(o, early()).refused)
	require.Equal(t, []string{"1|x", "9|y"}, d.rows("SELECT id, s FROM t ORDER BY id"))
	// An event from before the exchange is stale, whichever row has the value now.
	require.Equal(t, "inserted 0, updated 0, unchanged 0, compacted 0, refused 0, stale 2", d.put(o, service.MessageBatch{
		event("r", nil, item(3, "x", 1), 15), event("r", nil, item(9, "x", 1), 15),
	}).String())
	require.Equal(t, []string{"1|x", "9|y"}, d.rows("SELECT id, s FROM t ORDER BY id"))
}

// A table that numbers its rows: those that are stored carry their numbers, and keep their
// place.
func TestRowsWithNumbersKeepTheirOrder(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (n INT AUTO_INCREMENT PRIMARY KEY, id INT NOT NULL UNIQUE, s VARCHAR(9) UNIQUE)")
	o := d.output("table: t\ncolumns: [id, s]\nkey: [id]\n")
	row := func(id int, s string) any { return object{"id": int64(id), "s": s} }
	require.Empty(t, d.write(o, row(9, "x")))
	require.Empty(t, d.write(o, row(9, "y"), row(1, "x"), row(9, "z"), row(2, "y")))
	require.Equal(t, []string{"1|x", "2|y", "9|z"}, d.rows("SELECT id, s FROM t ORDER BY id"))
}

// Only a position orders the changes of two rows. A version that each row counts for itself
// says nothing about another row, so the change is no outdated one.
func TestTheVersionOfARowSaysNothingAboutAnotherRow(t *testing.T) {
	t.Parallel()
	d := shared(t, clashing)
	o := d.output("table: t\nkey: [id]\nversion: n\nchange_events: debezium\n")
	d.put(o, service.MessageBatch{event("c", nil, item(9, "x", 7), 10)})
	early := func() service.MessageBatch { return service.MessageBatch{event("c", nil, item(1, "x", 1), 30)} }
	require.Contains(t, d.put(o, early()).refused[0], "row_duplicate")
	d.put(o, service.MessageBatch{event("u", item(9, "x", 7), item(9, "y", 8), 20)})
	require.Empty(t, d.put(o, early()).refused)
	require.Equal(t, []string{"1|x", "9|y"}, d.rows("SELECT id, s FROM t ORDER BY id"))
}

// A row with an older version replaces no row, although it comes later in the batch.
func TestAnOlderRowDoesNotReplaceADuplicate(t *testing.T) {
	t.Parallel()
	for name, older := range map[string]func() *service.Message{
		"an update": func() *service.Message { return event("u", nil, item(1, "w", 1), 15) },
		"a delete":  func() *service.Message { return event("d", item(1, "w", 1), nil, 15) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, clashing)
			o := d.output(debeziumConfig)
			d.put(o, service.MessageBatch{event("c", nil, item(9, "x", 1), 10)})
			require.Empty(t, d.put(o, service.MessageBatch{
				event("c", nil, item(1, "x", 1), 30), older(), event("u", item(9, "x", 1), item(9, "y", 1), 20),
			}).refused)
			require.Equal(t, []string{"1|x", "9|y"}, d.rows("SELECT id, s FROM t ORDER BY id"))
		})
	}
}
