package mariadb

import (
	"context"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// A probe writes rows, and rolls them back. MariaDB does not roll back a value of an
// AUTO_INCREMENT column, so a probe must not take one, however often a row waits.
func TestAProbeTakesNoNumber(t *testing.T) {
	t.Parallel()
	const (
		table  = "CREATE TABLE t (n SMALLINT AUTO_INCREMENT PRIMARY KEY, id VARCHAR(9) COLLATE utf8mb4_nopad_bin NOT NULL UNIQUE, v INT)"
		config = "table: t\ncolumns: [id, v]\nkey: [id]\ntombstone: delete\n"
		next   = "SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't'"
		stored = "SELECT id, v, n FROM t ORDER BY n"
	)
	record := func(id string, v int) any { return map[string]any{"id": id, "v": int64(v)} }
	stumbles := func(event, condition string) string {
		return "CREATE TRIGGER stumbles " + event + " ON t FOR EACH ROW IF " + condition + " THEN INSERT INTO nowhere VALUES (1); END IF"
	}
	for name, c := range map[string]struct {
		trigger string
		batch   service.MessageBatch
		waiting any // a record that waits for its turn
		refused bool
	}{
		"a new row is refused, a stored record serves":  {stumbles("BEFORE INSERT", "NEW.id = 'bad'"), batchOf(record("bad", 1)), nil, true},
		"a new row is refused, a waiting record serves": {stumbles("BEFORE INSERT", "NEW.id IN ('bad', 'a', 'z')"), batchOf(record("bad", 1)), record("c", 1), true},
		"a new row waits": {stumbles("BEFORE INSERT", "NOT EXISTS (SELECT * FROM t WHERE id = NEW.id)"), batchOf(record("bad", 1)), record("c", 1), false},
		"an update is refused, a stored record serves":  {stumbles("AFTER UPDATE", "NEW.id = 'a'"), batchOf(record("a", 2)), nil, true},
		"an update is refused, a waiting record serves": {stumbles("AFTER UPDATE", "NEW.id IN ('a', 'z')"), batchOf(record("a", 2)), record("c", 1), true},
		"an update waits": {stumbles("AFTER UPDATE", "NEW.v <> 0"), batchOf(record("a", 2)), record("c", 1), false},
		"a tombstone is refused, a waiting record serves": {stumbles("AFTER DELETE", "OLD.id IN ('a', 'z')"), service.MessageBatch{tombstone("a", nil)}, record("c", 1), true},
		"a tombstone waits": {stumbles("AFTER DELETE", "OLD.id <> ''"), service.MessageBatch{tombstone("a", nil)}, record("c", 1), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, table)
			o := d.output(config)
			require.Empty(t, d.write(o, record("z", 0), record("a", 0)))
			d.exec(c.trigger)
			numbers, rows := d.rows(next), d.rows(stored)
			if c.waiting != nil {
				defer d.waitingBehind(o, c.waiting)()
			}
			if c.refused {
				require.Len(t, d.settled(o, c.batch), 1)
			} else {
				require.Contains(t, d.waits(o, c.batch), "MariaDB error 1146")
			}
			require.Equal(t, rows, d.rows(stored))
			require.Equal(t, numbers, d.rows(next))
		})
	}
}

// waitingBehind writes a record that waits for its turn until the returned function is
// called.
func (d *database) waitingBehind(o *sink, record any) (end func()) {
	later := newKafkaTicket()
	done := make(chan error, 1)
	ctx, stop := context.WithCancel(context.Background())
	go func() { done <- o.WriteBatch(ctx, d.ticketed(later, record)) }()
	<-later.arrived
	return func() {
		stop()
		require.Same(d.t, service.ErrNotConnected, <-done)
	}
}

// The number 0 is free in most tables. Where it is not, a probe still finds evidence.
func TestAProbeWritesBesideARowWithTheNumber0(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (n SMALLINT AUTO_INCREMENT PRIMARY KEY, id VARCHAR(9) COLLATE utf8mb4_nopad_bin NOT NULL UNIQUE)",
		"CREATE TRIGGER stumbles BEFORE INSERT ON t FOR EACH ROW IF NEW.id = 'bad' THEN INSERT INTO nowhere VALUES (1); END IF",
		"INSERT INTO t VALUES (7, 'a')", "UPDATE t SET n = 0")
	o := d.output("table: t\ncolumns: [id]\nkey: [id]\n")
	require.Len(t, d.settled(o, batchOf(map[string]any{"id": "bad"})), 1)
	require.Equal(t, []string{"0|a"}, d.rows("SELECT n, id FROM t"))
}
