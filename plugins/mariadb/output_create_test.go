package mariadb

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

func text() *schema.Schema { return of(schema.String, "") }

// Reserved words are names like any other.
func TestATableIsCreatedWrittenAndExtended(t *testing.T) {
	t.Parallel()
	d := shared(t)
	o := d.output("table: select\nkey: [id]\nschema_metadata: schema\ntombstone: delete\ncreate_tables: true\nadd_columns: true\nmetadata_columns: [kafka_offset]\n")
	first := recordOf("id", required(of(schema.Int32, "")), "order", required(text()))
	message := func(s *schema.Schema, content object) *service.Message {
		m := typed(s, content)
		m.MetaSetMut("kafka_offset", 7)
		return m
	}
	gone := tombstone("1", nil)
	require.Equal(t, "inserted 2, updated 0, unchanged 1, compacted 0, refused 0", d.put(o, service.MessageBatch{
		gone, message(first, object{"id": int64(1), "order": "a"}), message(first, object{"id": int64(2), "order": "b"}),
	}).String(), "a tombstone deletes nothing from a table that does not exist")
	grown := recordOf("id", required(of(schema.Int32, "")), "order", required(text()), "more", text(), "qty", required(withDefault(of(schema.Int64, ""), int64(5))))
	require.Equal(t, "inserted 1, updated 2, unchanged 0, compacted 0, refused 0", d.put(o, service.MessageBatch{
		message(grown, object{"id": int64(1), "order": "a", "more": "x", "qty": int64(6)}),
		message(first, object{"id": int64(2), "order": "c"}), // from before the columns were added
		message(grown, object{"id": int64(3), "order": "d", "more": nil, "qty": int64(7)}),
	}).String())
	require.Equal(t, []string{
		"id int(11) NOT NULL PRI", "order longtext utf8mb4_general_ci NOT NULL", "kafka_offset bigint(20)",
		"more longtext utf8mb4_general_ci", "qty bigint(20) NOT NULL DEFAULT 5",
	}, d.columns("select"))
	require.Equal(t, []string{"1|a|7|x|6", "2|c|7|NULL|5", "3|d|7|NULL|7"}, d.rows("SELECT * FROM `select` ORDER BY id"))
	require.Equal(t, []string{
		"INFO select: running CREATE TABLE IF NOT EXISTS `select` (`id` INT NOT NULL, `order` LONGTEXT CHARACTER SET utf8mb4 NOT NULL, `kafka_offset` BIGINT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4",
		"INFO select: running ALTER TABLE `select` WAIT 2 ADD COLUMN IF NOT EXISTS `more` LONGTEXT CHARACTER SET utf8mb4 NULL, ADD COLUMN IF NOT EXISTS `qty` BIGINT NOT NULL DEFAULT 5, ALGORITHM=INSTANT",
	}, o.log.matching("running"))
	require.Empty(t, o.log.matching("WARN"))
}

func TestTheSchemaOfTheRecordKeyMakesTheKey(t *testing.T) {
	t.Parallel()
	d := shared(t)
	config := "schema_metadata: schema\nkey_from: record_key\ncreate_tables: true\ntombstone: delete\n"
	keyedBy := func(key any, its *schema.Schema, m *service.Message) *service.Message {
		m.MetaSetImmut(record.Key, &record.KeyValue{Received: []byte("k"), Value: key, Schema: its})
		return m
	}
	value := recordOf("a", text(), "part", text())
	its := recordOf("Part", required(sourced(schema.String, "", "VARCHAR", "700")), "n", required(of(schema.Int64, "")))
	o := d.output("table: composite\n" + config)
	row := func() *service.Message {
		return keyedBy(object{"Part": "p", "n": int64(1)}, its, typed(value, object{"a": "x", "part": "another"}))
	}
	require.Equal(t, int64(1), d.put(o, service.MessageBatch{row()}).counts["inserted"])
	require.Equal(t, []string{"Part varchar(700) utf8mb4_nopad_bin NOT NULL PRI", "n bigint(20) NOT NULL PRI", "a longtext utf8mb4_general_ci"}, d.columns("composite"))
	require.Equal(t, int64(1), d.put(o, service.MessageBatch{keyedBy(object{"Part": "p", "n": int64(1)}, its, typed(nil, nil))}).counts["deleted"])

	o = d.output("table: single\nkey: [id]\n" + config)
	uuid := &schema.Schema{Type: schema.String}
	require.Equal(t, int64(1), d.put(o, service.MessageBatch{keyedBy("x", uuid, typed(value, object{"a": "x", "part": "y"}))}).counts["inserted"])
	require.Equal(t, []string{"id varchar(255) utf8mb4_nopad_bin NOT NULL PRI", "a longtext utf8mb4_general_ci", "part longtext utf8mb4_general_ci"}, d.columns("single"))

	// Two topics with different keys have one table.
	o = d.unconnected("table: single\n" + config + "add_columns: true\n")
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), service.MessageBatch{row()}))
	require.ErrorContains(t, o.Connect(t.Context()), "key (Part, n) is neither the primary key nor a unique index")
	require.Equal(t, []string{"id varchar(255) utf8mb4_nopad_bin NOT NULL PRI", "a longtext utf8mb4_general_ci", "part longtext utf8mb4_general_ci"}, d.columns("single"), "nothing is added to a table that does not fit")
}

// Three sinks create and extend tables at the same time, and no batch waits.
func TestSeveralSinksCreateAndExtendATable(t *testing.T) {
	t.Parallel()
	d := shared(t)
	const sinks, tables, steps = 3, 4, 6
	var outputs []*sink
	for range sinks {
		outputs = append(outputs, d.output("table: ${! @table }\nkey: [id]\nschema_metadata: schema\ncreate_tables: true\nadd_columns: true\n"))
	}
	var group sync.WaitGroup
	failures := make(chan error, sinks*tables*steps)
	for s, o := range outputs {
		for table := range tables {
			group.Go(func() {
				for step := range steps {
					// Each sink has columns of its own, and some that all have.
					own, common := fmt.Sprintf("s%d_%d", s, step), fmt.Sprintf("c%d", step)
					its := recordOf("id", required(of(schema.Int32, "")), own, text(), common, text())
					m := typed(its, object{"id": int64(s*steps + step), own: "x", common: "y"})
					m.MetaSetMut("table", fmt.Sprintf("t%d", table))
					if err := o.WriteBatch(context.Background(), service.MessageBatch{m}); err != nil {
						failures <- errors.Join(err, o.Connect(context.Background()))
					}
				}
			})
		}
	}
	group.Wait()
	close(failures)
	for err := range failures {
		require.NoError(t, err)
	}
	for table := range tables {
		name := fmt.Sprintf("t%d", table)
		require.Len(t, d.columns(name), 1+steps+sinks*steps)
		require.Equal(t, []string{fmt.Sprint(sinks * steps)}, d.rows("SELECT COUNT(*) FROM "+name))
	}
	for _, o := range outputs {
		require.Empty(t, o.log.matching("WARN"))
		require.Empty(t, o.log.matching("ERROR"))
	}
}
