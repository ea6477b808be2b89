package mariadb

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// What only the server can refuse: each case has one bad record between two good
// ones.
func TestTheServersRefusalsNameTheirCauseWithoutAValue(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tables []string
		bad    any
		want   string
	}{
		"check":       {[]string{"ALTER TABLE t ADD CONSTRAINT positive CHECK (v > 0)"}, int64(-5), "row_check: positive: MariaDB error 4025 (23000): " + wordsCheck},
		"own check":   {[]string{"ALTER TABLE t MODIFY v INT CHECK (v > 0)"}, int64(-5), "row_check: v: MariaDB error 4025 (23000): " + wordsCheck},
		"foreign key": {[]string{"CREATE TABLE parent (id INT PRIMARY KEY)", "INSERT INTO parent VALUES (1), (2)", "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY (v) REFERENCES parent (id)"}, int64(5), "row_foreign_key: v: MariaDB error 1452 (23000): table `parent` has no parent row for the foreign key (`v`), which references its (`id`): store the parent row first, then replay this record"},
		"trigger":     {[]string{"CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW IF NEW.v > 2 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'secret for column ''v'' at row 1'; END IF"}, int64(5), "row_trigger: t: MariaDB error 1644 (45000): " + wordsTrigger},
		"partition":   {[]string{"CREATE OR REPLACE TABLE t (id INT, v INT, PRIMARY KEY (id)) PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (10))"}, int64(99), "row_partition: t: MariaDB error 1526 (HY000): " + wordsPartition},
		"generated":   {[]string{"ALTER TABLE t ADD g TINYINT AS (v) STORED"}, int64(5000), "row_out_of_range: g: MariaDB error 1264 (22003): " + wordsRange},
		"division":    {[]string{"ALTER TABLE t ADD g INT AS (10 / (v - 5)) STORED"}, int64(5), "row_bad_value: t: MariaDB error 1365 (22012): " + words[divisionByZero]},
		"unknown":     {[]string{"CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW IF NEW.v > 2 THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 9999; END IF"}, int64(5), "row_refused: t: MariaDB error 9999 (HY000): other rows were stored while this row failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := shared(t, append([]string{"CREATE TABLE t (id INT PRIMARY KEY, v INT)"}, c.tables...)...)
			o := w.output("table: t\ncolumns: [id, v]\nkey: [id]\n")
			row := func(id int, v any) any { return map[string]any{"id": int64(id), "v": v} }
			bad := row(2, c.bad)
			if name == "partition" {
				bad = row(99, int64(1))
			}
			require.Equal(t, map[int]string{1: c.want}, w.write(o, row(1, int64(1)), bad, row(3, int64(2))))
			require.Equal(t, []string{"1|1", "3|2"}, w.rows("SELECT id, v FROM t ORDER BY id"))
			require.Equal(t, map[int]string{0: c.want}, w.write(o, bad))
		})
	}
}

func TestAnUpdateThatHitsAnotherUniqueIndexIsRefused(t *testing.T) {
	t.Parallel()
	w := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, mail VARCHAR(20) COLLATE utf8mb4_bin UNIQUE)")
	o := w.output("table: t\ncolumns: [id, mail]\nkey: [id]\n")
	row := func(id int, mail string) any { return map[string]any{"id": int64(id), "mail": mail} }
	require.Empty(t, w.write(o, row(1, "a"), row(2, "b")))
	require.Equal(t, map[int]string{0: "row_duplicate: mail: MariaDB error 1062 (23000): " + wordsDuplicate}, w.write(o, row(1, "b"), row(3, "c")))
}

func TestRefusalsTakeFewStatements(t *testing.T) {
	t.Parallel()
	for bad, limit := range map[int]int64{0: 1, 1: 8, 3: 22, 1024: 1024 + 1024/2} {
		t.Run(fmt.Sprintf("%d of 1024", bad), func(t *testing.T) {
			t.Parallel()
			w := shared(t, orders, "ALTER TABLE orders ADD CONSTRAINT few CHECK (qty < 1000)")
			o := w.output(ordersConfig + "connections: 1\n")
			require.Equal(t, 1024, o.store.writer.maxRows)
			var statements atomic.Int64
			count := o.store.writer.observe.statement
			o.store.writer.observe.statement = func(d time.Duration) { statements.Add(1); count(d) }
			records := make([]any, 1024)
			want := map[int]string{}
			for i := range records {
				qty := 1
				if bad > 0 && i%(1024/bad) == 0 && len(want) < bad {
					qty, want[i] = 1000, "row_check: few: MariaDB error 4025 (23000): "+wordsCheck
				}
				records[i] = order(fmt.Sprintf("%04d", i), "x", qty, "1")
			}
			require.Equal(t, want, w.write(o, records...))
			require.LessOrEqual(t, statements.Load(), limit)
			require.Equal(t, []string{fmt.Sprint(1024 - bad)}, w.rows("SELECT COUNT(*) FROM orders"))
		})
	}
}

func TestEveryCodeIsListed(t *testing.T) {
	for number, rule := range rules {
		if rule.kind == refused {
			require.True(t, slices.ContainsFunc(Codes, func(c record.Code) bool { return c.Name == rule.code }), "error %d: %q", number, rule.code)
		}
	}
	for _, c := range Codes {
		require.Regexp(t, "^row_[a-z_]+$", c.Name)
		require.NotEmpty(t, c.Meaning)
	}
}

func TestJudgement(t *testing.T) {
	server := func(number uint16, state string) error {
		e := &mysql.MySQLError{Number: number, Message: "some 'value' for key 'PRIMARY'"}
		copy(e.SQLState[:], state)
		return fmt.Errorf("doing: %w", e)
	}
	for _, c := range []struct {
		err  error
		kind kind
		text string
	}{
		{server(1406, "22001"), refused, "MariaDB error 1406 (22001): " + words[dataTooLong]},
		{server(1062, "23000"), refused, "MariaDB error 1062 (23000): " + wordsDuplicate},
		{server(5000, "22ABC"), refused, "MariaDB error 5000 (22ABC): a value does not fit its column, or an expression over it failed: correct the value"}, // a data exception of a newer server
		{server(5000, "45000"), refused, "MariaDB error 5000 (45000): " + wordsTrigger},
		{server(5000, "40001"), retry, "MariaDB error 5000 (40001)"},
		{server(5000, "08S01"), wait, "MariaDB error 5000 (08S01)"},
		{server(5000, "42000"), misconfigured, "MariaDB error 5000 (42000)"},
		{server(5000, "HY000"), unknown, "MariaDB error 5000 (HY000)"},
		{server(1030, "HY000"), unknown, "MariaDB error 1030 (HY000)"},
		{server(1290, "45000"), refused, "MariaDB error 1290 (45000): " + wordsTrigger},
		{server(1643, "02000"), refused, "MariaDB error 1643 (02000): " + wordsTrigger},
		{server(20, "HY000"), wait, "MariaDB error 20 (HY000)"}, // of the file layer
		{server(1290, "HY000"), wait, "MariaDB error 1290 (HY000): some 'value' for key 'PRIMARY'"},
		{server(1205, "HY000"), retry, "MariaDB error 1205 (HY000): some 'value' for key 'PRIMARY'"},
		{server(1146, "42S02"), misconfigured, "MariaDB error 1146 (42S02): some 'value' for key 'PRIMARY'"},
		{mysql.ErrPktTooLarge, wait, mysql.ErrPktTooLarge.Error()},
		{mysql.ErrInvalidConn, wait, "invalid connection"},
		{context.Canceled, wait, "context canceled"},
		{mysql.ErrNoTLS, misconfigured, mysql.ErrNoTLS.Error()},
	} {
		f := judge(c.err)
		require.Equal(t, c.kind, f.kind, c.text)
		require.Equal(t, c.text, f.Error())
	}
}

// What another row can escape while one row meets it is never taken for the fault of
// that row: it would be enough that the row is larger, or locked.
func TestWhatMayBeBlamedOnALoneRow(t *testing.T) {
	for _, number := range []uint16{
		3, 20, 28, 167, cantOpenFile, diskFull, recordFileFull, errorOnWrite, getErrno, outOfMemory, outOfResources, tooManyTrx, lockTableFull,
		transCacheFull, userLimitReached, lockWaitTimeout, lockDeadlock, queryInterrupted, statementTimeout, connectionKilled,
		unknownCommand, errorDuringCommit, cantUpdateReadLock, backupLockActive, accessDenied, tableCorrupt, autoincReadFailed,
	} {
		require.False(t, judge(&mysql.MySQLError{Number: number, SQLState: [5]byte([]byte("HY000"))}).lone, number)
	}
	for number, rule := range rules {
		if rule.lone {
			require.Equal(t, CodeRefused, rule.code, number)
			require.Contains(t, []kind{unknown, wait, misconfigured}, rule.kind, number)
		}
	}
	for state, lone := range map[string]bool{"HY000": true, "42000": true, "08S01": false, "25006": false, "40001": false, "53000": false, "57000": false, "70100": false, "28000": false} {
		require.Equal(t, lone, judge(&mysql.MySQLError{Number: 9001, SQLState: [5]byte([]byte(state))}).lone, state)
	}
}

func TestAQuotedValueIsNotTakenForAName(t *testing.T) {
	for message, want := range map[string]string{
		"Data too long for column 'note' at row 7":                                                                   "note",
		"Incorrect string value: '\\xF0' for column `d`.`t`.`note` at row 1":                                         "note",
		"Incorrect datetime value: 'for column `d`.`t`.`secret` at row 1' for column `d`.`t`.`at` at row 1":          "at",
		"Truncated incorrect DOUBLE value: 'for column `d`.`t`.`secret` at row 1'":                                   "",
		"Duplicate entry 'for key 'secret'' for key 'PRIMARY'":                                                       "PRIMARY",
		"Column 'qty' cannot be null":                                                                                "qty",
		"CONSTRAINT `few` failed for `d`.`t`":                                                                        "few",
		"CONSTRAINT `t.qty` failed for `d`.`t`":                                                                      "qty",
		"Cannot add or update a child row: a foreign key constraint fails (`d`.`t`, CONSTRAINT `f` FOREIGN KEY (`a`": "a",
	} {
		require.Equal(t, want, namedIn(&mysql.MySQLError{Message: message}), message)
	}
}
