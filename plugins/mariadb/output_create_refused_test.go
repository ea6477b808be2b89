package mariadb

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

var plainSchema = recordOf("id", required(of(schema.Int32, "")), "a", of(schema.Int32, ""))

const (
	createT = "CREATE TABLE IF NOT EXISTS `t` (`id` INT NOT NULL, `a` INT NULL, PRIMARY KEY (`id`)) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4"
	addA    = "ALTER TABLE `t` WAIT 2 ADD COLUMN IF NOT EXISTS `a` INT NULL, ALGORITHM=INSTANT"
	absent  = "table `t` does not exist, or the account has no privilege on it"
)

func TestADryRunWaitsForAPerson(t *testing.T) {
	t.Parallel()
	d := shared(t)
	o := d.output(createConfig + "dry_run: true\n")
	batch := func() service.MessageBatch {
		return service.MessageBatch{typed(plainSchema, object{"id": int64(1), "a": int64(2)})}
	}
	require.Contains(t, d.waits(o, batch()), absent+": dry_run is on: an operator runs the statement, which is in the log too: "+createT)
	require.Equal(t, []string{"INFO t: dry_run: would run " + createT}, o.log.matching("would run"))
	d.exec("CREATE TABLE t (id INT PRIMARY KEY)")
	require.Contains(t, d.waits(o, batch()), "column `a` does not exist: dry_run is on: an operator runs the statement, which is in the log too: "+addA)
	require.Equal(t, []string{"INFO t: dry_run: would run " + addA}, o.log.matching("would run ALTER"))
	d.exec(addA)
	require.Empty(t, d.settled(o, batch()))
	require.Equal(t, []string{"1|2"}, d.rows("SELECT * FROM t"))
}

// An administrator finds the statement in the reason of the wait.
func TestAnAccountThatMayNotCreateOrAlter(t *testing.T) {
	t.Parallel()
	d := closedDatabase(t)
	o := d.as("limited", false, "SELECT, INSERT, UPDATE ON "+d.name+".*", createConfig)
	batch := func() service.MessageBatch {
		return service.MessageBatch{typed(plainSchema, object{"id": int64(1), "a": int64(2)})}
	}
	said := d.waits(o, batch())
	require.Contains(t, said, absent+": MariaDB error 1142 (42000): CREATE command denied to user")
	require.Contains(t, said, ": grant the account the privilege, or let an administrator run the statement. The statement is "+createT)
	d.exec("CREATE TABLE t (id INT PRIMARY KEY)")
	said = d.waits(o, batch())
	require.Contains(t, said, "column `a` does not exist: MariaDB error 1142 (42000): ALTER command denied to user")
	require.Contains(t, said, "The statement is "+addA)
	d.exec(addA)
	require.Empty(t, d.settled(o, batch()))
	require.Equal(t, []string{"1|2"}, d.rows("SELECT * FROM t"))
}

// A tombstone for a table that only seems to be missing waits.
func TestATombstoneForATableThatIsHiddenWaits(t *testing.T) {
	t.Parallel()
	d := closedDatabase(t, "CREATE TABLE t (id INT PRIMARY KEY)", "CREATE TABLE other (id INT PRIMARY KEY)")
	o := d.as("hidden", false, "SELECT ON "+d.name+".other", createConfig)
	require.Contains(t, d.waits(o, service.MessageBatch{tombstone("1", nil)}), absent)
}

// DDL that waits for a transaction gives up soon, and tries again later.
func TestAnAlterWaitsForATransaction(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY)")
	o := d.output(createConfig)
	reader, err := d.db.Begin()
	require.NoError(t, err)
	_, err = reader.Exec("SELECT * FROM t")
	require.NoError(t, err)
	batch := service.MessageBatch{typed(plainSchema, object{"id": int64(1), "a": int64(2)})}
	require.Same(t, service.ErrNotConnected, o.WriteBatch(context.Background(), batch))
	require.Contains(t, o.says(), "MariaDB error 1205 (HY000): Lock wait timeout exceeded; try restarting transaction: while running "+addA)
	require.NoError(t, reader.Rollback())
	require.Empty(t, d.settled(o, batch))
	require.Equal(t, []string{"INFO t: running " + addA}, o.log.matching("running"))
}

// Each table that cannot be created or extended has one mismatch, and another table goes on.
func TestTablesThatCannotBeCreatedOrExtended(t *testing.T) {
	t.Parallel()
	id := required(of(schema.Int32, ""))
	long := func(n int) *schema.Schema {
		fields := []any{"id", required(of(schema.String, ""))}
		for i := range n {
			fields = append(fields, fmt.Sprintf("f%d", i), sourced(schema.String, "", "VARCHAR", "1000"))
		}
		return recordOf(fields...)
	}
	for name, c := range map[string]struct {
		table, config string
		schema        *schema.Schema
		says          string
	}{
		"no schema":        {"", "", nil, absent + ", and create_tables cannot create it: a record without a schema creates no table and no column"},
		"required":         {"id INT PRIMARY KEY", "", recordOf("id", id, "v", required(of(schema.Int8, ""))), "column `v` does not exist, and its field is required and has no default, so that the stored rows would have no value for it: make the field optional or give it a default, or run ALTER TABLE `t` WAIT 2 ADD COLUMN IF NOT EXISTS `v` TINYINT NULL, ALGORITHM=INSTANT"},
		"changed type":     {"id INT PRIMARY KEY, v INT", "", recordOf("id", id, "v", of(schema.Struct, "")), "column `v` has type int(11), which holds no value of field \"v\", whose type is struct now: exclude the field (exclude_fields), or run ALTER TABLE `t` MODIFY COLUMN `v` JSON NULL"},
		"other mismatch":   {"id INT", "", recordOf("id", id, "v", of(schema.Int8, "")), "column `v` does not exist: the output adds it when the table fits otherwise; key (id) is neither the primary key nor a unique index"},
		"bad default":      {"", "", recordOf("id", id, "v", withDefault(of(schema.Int8, ""), int64(1000))), absent + ": MariaDB error 1067 (42000): Invalid default value for 'v': the default in the schema does not fit the type: correct the default, or run the statement without it. The statement is CREATE TABLE"},
		"too many columns": {"", "", long(1100), absent + ": MariaDB error 1005 (HY000): Can't create table `"},
		"too long a row":   {"", "type_mapping: aiven\n", long(70), absent + ": MariaDB error 1118 (42000): Row size too large"},
		"nested":           {"", "type_mapping: aiven\n", recordOf("id", id, "v", of(schema.Struct, "")), absent + ", and create_tables cannot create it: column `v`: type_mapping aiven has no column type that takes the field's type struct: exclude the field, or set type_mapping: native"},
		"float key":        {"", "type_mapping: debezium\n", recordOf("id", of(schema.Float64, "")), absent + ", and create_tables cannot create it: key column `id`: type_mapping debezium gives it the type DOUBLE, which is no exact key"},
		"text version":     {"", "version: v\n", recordOf("id", id, "v", of(schema.String, "")), absent + ", and create_tables cannot create it: version column `v` gets the type LONGTEXT CHARACTER SET utf8mb4: versions are integers, decimals, dates or timestamps"},
		"no database":      {"", "table: missing.t\n", plainSchema, "table `missing`.`t` does not exist, or the account has no privilege on it: MariaDB error "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t)
			if c.table != "" {
				d.exec("CREATE TABLE t (" + c.table + ")")
			}
			config := strings.Replace(createConfig, "table: t\n", "table: ${! @table }\n", 1)
			name := "t"
			if rest, found := strings.CutPrefix(c.config, "table: "); found {
				name, c.config = strings.TrimSpace(rest), ""
			}
			o := d.output(config + c.config)
			bad := typed(c.schema, object{"id": int64(1), "v": nil})
			bad.MetaSetMut("table", name)
			good := typed(recordOf("id", id), object{"id": int64(1)})
			if c.config != "" && strings.HasPrefix(c.config, "version") {
				good = typed(recordOf("id", id, "v", id), object{"id": int64(1), "v": int64(1)})
			}
			good.MetaSetMut("table", "good")
			before := d.columns("t")
			require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), service.MessageBatch{bad, good}))
			require.Contains(t, o.says(), "the table does not fit the configuration: "+c.says)
			require.Contains(t, o.says(), "Nothing is dropped: an operator must correct this")
			require.Equal(t, before, d.columns("t"))
			require.Equal(t, []string{"1"}, d.rows("SELECT id FROM good"))
		})
	}
}

// Texts of the source become LONGTEXT before the row is too long for MariaDB, or for a page
// of InnoDB.
func TestANativeRowIsNeverTooLong(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ columns, length, short, long int }{{30, 1000, 16, 14}, {300, 50, 7, 293}, {350, 5, 350, 0}} {
		t.Run(fmt.Sprint(c.columns), func(t *testing.T) {
			t.Parallel()
			d := shared(t)
			o := d.output(createConfig)
			fields, content := []any{"id", required(of(schema.Int32, ""))}, object{"id": int64(1)}
			for i := range c.columns {
				name := fmt.Sprintf("f%02d", i)
				fields, content[name] = append(fields, name, sourced(schema.String, "", "VARCHAR", fmt.Sprint(c.length))), "x"
			}
			require.Empty(t, d.put(o, service.MessageBatch{typed(recordOf(fields...), content)}).refused)
			require.Equal(t, []string{fmt.Sprintf("%d|%d", c.short, c.long)}, d.rows("SELECT SUM(DATA_TYPE = 'varchar'), SUM(DATA_TYPE = 'longtext') FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 't'"))
		})
	}
}
