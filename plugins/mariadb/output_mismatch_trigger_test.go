package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

const (
	unfilledTable  = "CREATE TABLE t (id INT PRIMARY KEY, v INT, who VARCHAR(9) NOT NULL, more INT NOT NULL)"
	unfilledConfig = "table: t\ncolumns: [id, v]\nkey: [id]\n"
)

func idRow(id, v int) any { return map[string]any{"id": int64(id), "v": int64(v)} }

// A BEFORE INSERT trigger may fill a column that has no default. The output sees its
// triggers only if its account has the privilege TRIGGER.
func TestATriggerFillsAColumnWithoutADefault(t *testing.T) {
	t.Parallel()
	const trigger = "CREATE TRIGGER fill BEFORE INSERT ON t FOR EACH ROW SET NEW.who = 'tr', NEW.more = NEW.v"
	for name, c := range map[string]struct {
		byRole bool
		rights string
	}{
		"no privilege TRIGGER": {true, "SELECT, INSERT, UPDATE ON t"},
		"TRIGGER by a role":    {true, "SELECT, INSERT, UPDATE, TRIGGER ON t"},
		"TRIGGER of its own":   {false, "SELECT, INSERT, UPDATE, TRIGGER ON t"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := closedDatabase(t, unfilledTable, trigger)
			o := d.as("fills", c.byRole, c.rights, unfilledConfig)
			require.NoError(t, o.Connect(t.Context()))
			require.Empty(t, d.write(o, idRow(1, 1), idRow(2, 2)))
			require.Empty(t, d.write(o, idRow(2, 3)))
			require.Equal(t, []string{"1|1|tr|1", "2|3|tr|2"}, d.rows("SELECT id, v, who, more FROM t ORDER BY id"))
			if name != "no privilege TRIGGER" {
				require.Empty(t, o.log.matching("column `who`"))
			}
		})
	}
}

func TestNothingFillsAColumnWithoutADefault(t *testing.T) {
	t.Parallel()
	t.Run("no trigger, and the account would see it", func(t *testing.T) {
		t.Parallel()
		d := closedDatabase(t, unfilledTable)
		o := d.as("sees", false, "SELECT, INSERT, UPDATE, TRIGGER ON t", unfilledConfig)
		require.Equal(t, []string{
			"column `who` is NOT NULL without a default and is not among columns: add it there, or ALTER TABLE `t` ALTER COLUMN `who` SET DEFAULT (a value)",
			"column `more` is NOT NULL without a default and is not among columns: add it there, or ALTER TABLE `t` ALTER COLUMN `more` SET DEFAULT (a value)",
		}, mismatches(t, o))
	})
	t.Run("an AFTER or UPDATE trigger fills nothing", func(t *testing.T) {
		t.Parallel()
		d := closedDatabase(t, unfilledTable, "CREATE TRIGGER a AFTER INSERT ON t FOR EACH ROW SET @x = 1", "CREATE TRIGGER u BEFORE UPDATE ON t FOR EACH ROW SET NEW.who = 'x'")
		require.Len(t, mismatches(t, d.as("other", false, "SELECT, INSERT, UPDATE, TRIGGER ON t", unfilledConfig)), 2)
	})
	t.Run("an ENUM has its first member for a default", func(t *testing.T) {
		t.Parallel()
		d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, v INT, kind ENUM('new','old') NOT NULL)")
		require.Empty(t, d.write(d.output(unfilledConfig), idRow(1, 1)))
		require.Equal(t, []string{"1|new"}, d.rows("SELECT id, kind FROM t"))
	})
}

// No row is lost, none becomes a dead letter, and the state says what to do.
func TestRowsWaitForADefault(t *testing.T) {
	t.Parallel()
	const warning = "WARN column `who` is NOT NULL without a default and is not among columns: only a BEFORE INSERT trigger can fill it, and this account may not see triggers. If there is no such trigger, new rows wait until an operator runs ALTER TABLE `t` ALTER COLUMN `who` SET DEFAULT (a value)"
	for name, tables := range map[string][]string{
		"no trigger, unseen":        {unfilledTable},
		"a trigger of another kind": {unfilledTable, "CREATE TRIGGER fill BEFORE INSERT ON t FOR EACH ROW SET NEW.more = 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := closedDatabase(t, tables...)
			o := d.as("waits", true, "SELECT, INSERT, UPDATE ON t", unfilledConfig)
			require.NoError(t, o.Connect(t.Context()))
			if len(tables) == 1 { // newer servers list a trigger, without its text, to accounts without the privilege too
				require.Equal(t, []string{warning}, o.log.matching("column `who`"))
			}
			batch := batchOf(idRow(1, 1))
			require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batch))
			require.Regexp(t, "MariaDB error 1364 \\(HY000\\): Field 'who' doesn't have a default value: column `who` is NOT NULL without a default and is not among columns: add it there, or ALTER TABLE `t` ALTER COLUMN `who` SET DEFAULT \\(a value\\): no other record could be stored to compare with\\. Nothing is dropped: an operator must correct this", o.says())
			d.exec("ALTER TABLE t ALTER COLUMN who SET DEFAULT 'd', ALTER COLUMN more SET DEFAULT 9")
			require.NoError(t, o.WriteBatch(t.Context(), batch))
			require.Equal(t, []string{"1|1|d"}, d.rows("SELECT id, v, who FROM t"))
		})
	}
}

// The defaults of columns that are not written are the table's own affair: MariaDB
// stores them under its default sql_mode.
func TestDefaultsThatAreNoDatesAreStored(t *testing.T) {
	t.Parallel()
	d := shared(t)
	conn, err := d.db.Conn(t.Context())
	require.NoError(t, err)
	defer conn.Close()
	for _, statement := range []string{
		"SET sql_mode = 'ALLOW_INVALID_DATES'",
		`CREATE TABLE t (id INT PRIMARY KEY, v INT, a DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', b DATE NOT NULL DEFAULT '2023-00-15', c DATE DEFAULT '2023-02-31',
			d TIMESTAMP NOT NULL DEFAULT '0000-00-00 00:00:00', e TIMESTAMP(3) NULL DEFAULT 0, f YEAR NOT NULL DEFAULT 0, g DATE AS (a) STORED)`,
	} {
		_, err := conn.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	o := d.output("table: t\ncolumns: [id, v]\nkey: [id]\n")
	require.Empty(t, d.write(o, idRow(1, 1), idRow(2, 1)))
	require.Empty(t, d.write(o, idRow(2, 2)))
	const stored = "|0000-00-00 00:00:00|2023-00-15|2023-02-31|0000-00-00 00:00:00|0000-00-00 00:00:00.000|0|0000-00-00"
	require.Equal(t, []string{"1|1" + stored, "2|2" + stored}, d.rows("SELECT id, v, a, b, c, d, e, f, g FROM t ORDER BY id"))
}

// A trigger keeps the sql_mode of its making, which may refuse a default of another
// table: no row is at fault.
func TestADefaultThatATriggersModeRefusesIsWaitedFor(t *testing.T) {
	t.Parallel()
	d := shared(t, "SET STATEMENT sql_mode = '' FOR CREATE TABLE audit (id INT, at DATETIME NOT NULL DEFAULT '0000-00-00')", "CREATE TABLE t (id INT PRIMARY KEY, v INT)",
		"SET STATEMENT sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE' FOR CREATE TRIGGER a AFTER INSERT ON t FOR EACH ROW INSERT INTO audit (id) VALUES (NEW.id)")
	o := d.output("table: t\ncolumns: [id, v]\nkey: [id]\n")
	require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batchOf(map[string]any{"id": int64(1), "v": int64(1)})))
	require.Regexp(t, `MariaDB error 1978 \(22007\): a column has a date for its default that the sql_mode of a trigger does not allow: .*an operator must correct this`, o.says())
}
