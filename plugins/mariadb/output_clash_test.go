package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

const clashing = "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(99) UNIQUE, n INT, source_position BIGINT)"

// A new row has the value of a deleted row in another unique index, as after REPLACE or a
// changed key: it is not written over the deleted row, to be deleted with it.
func TestANewRowTakesTheUniqueValueOfADeletedRow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		batch service.MessageBatch
		want  string
		rows  []string
	}{
		"deleted before": {service.MessageBatch{event("d", item(1, "x", 1), nil, 20), event("c", nil, item(9, "x", 2), 30)},
			"inserted 1, updated 0, unchanged 0, compacted 0, refused 0, deleted 1", []string{"9|x|2"}},
		"replaced again and again": {service.MessageBatch{
			event("d", item(1, "x", 1), nil, 20), event("c", nil, item(2, "x", 2), 30), event("d", item(2, "x", 2), nil, 40), event("c", nil, item(3, "x", 3), 50),
			event("u", item(3, "x", 3), item(3, "x", 4), 60),
		}, "inserted 2, updated 1, unchanged 0, compacted 0, refused 0, deleted 2", []string{"3|x|4"}},
		"moved": {service.MessageBatch{event("u", item(1, "x", 1), item(9, "x", 2), 20)},
			"inserted 1, updated 0, unchanged 0, compacted 0, refused 0", []string{"9|x|2"}},
		"moved there and back": {service.MessageBatch{event("u", item(1, "x", 1), item(9, "x", 2), 20), event("u", item(9, "x", 2), item(1, "x", 3), 30)},
			"inserted 2, updated 0, unchanged 0, compacted 0, refused 0", []string{"1|x|3"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, clashing)
			o := d.output(debeziumConfig)
			d.put(o, service.MessageBatch{event("c", nil, item(1, "x", 1), 10)})
			require.Equal(t, c.want, d.put(o, c.batch).String())
			require.Equal(t, c.rows, d.rows("SELECT id, s, n FROM t ORDER BY id"))
		})
	}
}

// The old row has rows of a child table: the message is a dead letter, and counts once,
// though its new row is stored.
func TestAMessageWhoseOldRowCannotBeDeletedCountsOnce(t *testing.T) {
	t.Parallel()
	for _, unique := range []string{"", " UNIQUE"} {
		d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(99)"+unique+", n INT, source_position BIGINT)",
			"CREATE TABLE child (parent INT, FOREIGN KEY (parent) REFERENCES t (id))")
		o := d.output(debeziumConfig)
		d.put(o, service.MessageBatch{event("c", nil, item(1, "x", 1), 10), event("c", nil, item(2, "y", 1), 20)})
		d.exec("INSERT INTO child VALUES (1)")
		r := d.put(o, service.MessageBatch{event("u", item(1, "x", 1), item(8, "z", 1), 30), event("u", item(2, "y", 1), item(9, "y", 1), 40)})
		require.Equal(t, "inserted 1, updated 0, unchanged 0, compacted 0, refused 1", r.String())
		require.Contains(t, r.refused[0], "row_foreign_key: ")
		require.Equal(t, []string{"1", "8", "9"}, d.rows("SELECT id FROM t ORDER BY id"))
	}
}
