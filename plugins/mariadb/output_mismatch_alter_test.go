package mariadb

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// mismatches are what the table lacks, one by one.
func mismatches(t *testing.T, o *sink) []string {
	t.Helper()
	err := o.ConnectionTest(t.Context())[0].Err
	if err == nil {
		return nil
	}
	text, found := strings.CutPrefix(err.Error(), "the table does not fit the configuration: ")
	require.True(t, found, err)
	var all []string
	for _, part := range strings.Split(text, "; ") {
		if strings.HasPrefix(part, "ALTER TABLE ") { // the next statement of one mismatch
			all[len(all)-1] += "; " + part
		} else {
			all = append(all, part)
		}
	}
	return all
}

// statement is the ALTER TABLE of a mismatch, with a type and a value put in where
// only an operator knows them.
func statement(t *testing.T, mismatch string) string {
	t.Helper()
	_, after, found := strings.Cut(mismatch, "ALTER TABLE ")
	require.True(t, found, mismatch)
	after, _, _ = strings.Cut(after, ", or leave it out of columns")
	return "ALTER TABLE " + strings.NewReplacer("(its type)", "INT", "(a value)", "7").Replace(after)
}

// definitions are the lines of SHOW CREATE TABLE of all tables, but for commas.
func (d *database) definitions() []string {
	d.t.Helper()
	var lines []string
	for _, table := range d.rows("SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1") {
		_, text, _ := strings.Cut(d.rows("SHOW CREATE TABLE " + "`" + table + "`")[0], "|")
		for _, line := range strings.Split(text, "\n") {
			lines = append(lines, strings.TrimSuffix(line, ","))
		}
	}
	return lines
}

// without are the lines of a that b lacks.
func without(a, b []string) []string {
	left := map[string]int{}
	for _, line := range b {
		left[line]++
	}
	var only []string
	for _, line := range a {
		if left[line]--; left[line] < 0 {
			only = append(only, strings.TrimSpace(line))
		}
	}
	return only
}

// No statement is given where it would change what it does not name, or where it does
// not help.
func TestNoAlterTableWhereItWouldHarm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tables []string
		want   string
	}{
		"a letter that SHOW CREATE TABLE does not show": {
			[]string{"CREATE TABLE t (id ENUM('a','🍜') PRIMARY KEY, v INT) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"},
			"key column `id`: collation utf8mb4_general_ci makes one row of ids that differ in case or accent only: give it CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin and keep the rest of its definition, which order-sink cannot read: SHOW CREATE TABLE `t` as an account that may, and mind that it shows letters beyond U+FFFF as ?",
		},
		"of a child table": {
			[]string{"CREATE TABLE t (id VARCHAR(9) PRIMARY KEY, v INT) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "CREATE TABLE c (n INT PRIMARY KEY, id VARCHAR(9) COMMENT 'why?', CONSTRAINT f FOREIGN KEY (id) REFERENCES t (id)) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"},
			"key column `id`: collation utf8mb4_general_ci makes one row of ids that differ in case or accent only, and so do the columns that are tied to it by foreign keys (`f` of table `c`), which have to change with it: give it CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin and keep the rest of its definition, which order-sink cannot read: SHOW CREATE TABLE `t` as an account that may, and mind that it shows letters beyond U+FFFF as ?",
		},
		"a timestamp, which may get ON UPDATE": {
			[]string{"CREATE TABLE t (id TIMESTAMP NULL, v INT, UNIQUE (id))"},
			"key: the unique index `id` has a column that may be NULL, and NULLs are never equal: declare its columns NOT NULL",
		},
		"a view": {
			[]string{"CREATE TABLE b (id VARCHAR(9), v INT, more INT NOT NULL)", "CREATE VIEW t AS SELECT * FROM b"},
			"`t` is a view: rows can be kept unique by key in a table only: set table to the base table, and key to its primary key or a unique index",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, c.tables...)
			require.Equal(t, []string{c.want}, mismatches(t, d.unconnected("table: t\ncolumns: [id, v]\nkey: [id]\n")))
		})
	}
}

// An account that sees one table only is told of the foreign keys that it cannot see.
func TestAMismatchNamesWhatTheAccountCannotSee(t *testing.T) {
	t.Parallel()
	d := closedDatabase(t, "CREATE TABLE t (id VARCHAR(9) PRIMARY KEY, v INT) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "CREATE TABLE c (n INT PRIMARY KEY, id VARCHAR(9), CONSTRAINT f FOREIGN KEY (id) REFERENCES t (id)) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
	const what = "key column `id`: collation utf8mb4_general_ci makes one row of ids that differ in case or accent only"
	const unseen = what + " (if a foreign key of a table that this account does not see references the column, MariaDB refuses the change with error 1833: drop that key, change both columns, and add it again): "
	o := d.as("table", true, "SELECT, INSERT, UPDATE ON t", "table: t\ncolumns: [id, v]\nkey: [id]\n")
	require.Equal(t, []string{unseen + "ALTER TABLE `t` MODIFY `id` varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL"}, mismatches(t, o))
	o = d.as("columns", true, "SELECT (id, v), INSERT (id, v), UPDATE (id, v) ON t", "table: t\ncolumns: [id, v]\nkey: [id]\n")
	require.Equal(t, []string{unseen + "give it CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin and keep the rest of its definition, which order-sink cannot read: SHOW CREATE TABLE `t` as an account that may, and mind that it shows letters beyond U+FFFF as ?"}, mismatches(t, o))
}

// alteration is a table with a mismatch, and the lines of the definitions that the ALTER
// TABLE of the output changes.
type alteration struct {
	tables           []string // the target is the last one, or t
	config           string
	changes, becomes []string
}

const idAndValue = "columns: [id, v]\nkey: [id]\n"

var alterations = map[string]alteration{
	"comment, default and the rest": {
		[]string{"CREATE TABLE t (v INT COMMENT 'a, b', id VARCHAR(36) NOT NULL DEFAULT 'x''y\\\\z\n' COMMENT 'the ''id'', COLLATE x NOT NULL\nmore' CHECK (id <> 'a,b\n)'), more INT INVISIBLE DEFAULT (1 + 2), g VARCHAR(40) AS (CONCAT(id, ',x')) VIRTUAL, PRIMARY KEY (id), KEY (v), KEY (g)) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci COMMENT 'x' AUTO_INCREMENT=9"},
		idAndValue,
		[]string{"`id` varchar(36) NOT NULL DEFAULT 'x''y\\\\z\\n' COMMENT 'the ''id'', COLLATE x NOT NULL\\nmore' CHECK (`id` <> 'a,b\\n)')"},
		[]string{"`id` varchar(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL DEFAULT 'x''y\\\\z\\n' COMMENT 'the ''id'', COLLATE x NOT NULL\\nmore' CHECK (`id` <> 'a,b\\n)')"},
	},
	"a character set of its own": {
		[]string{"CREATE TABLE t (id CHAR(9) CHARACTER SET latin1 COLLATE latin1_german1_ci PRIMARY KEY COMMENT 'n', v INT) CHARACTER SET utf8mb4"}, idAndValue,
		[]string{"`id` char(9) CHARACTER SET latin1 COLLATE latin1_german1_ci NOT NULL COMMENT 'n'"},
		[]string{"`id` char(9) CHARACTER SET latin1 COLLATE latin1_nopad_bin NOT NULL COMMENT 'n'"},
	},
	"an enum": {
		[]string{"CREATE TABLE t (id ENUM('a b','c)','d''\\\\') NOT NULL DEFAULT 'a b' PRIMARY KEY, v INT) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"}, idAndValue,
		[]string{"`id` enum('a b','c)','d''\\\\') NOT NULL DEFAULT 'a b'"},
		[]string{"`id` enum('a b','c)','d''\\\\') CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL DEFAULT 'a b'"},
	},
	"a partitioned table": {
		[]string{"CREATE TABLE t (id VARCHAR(9) PRIMARY KEY, v INT) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci PARTITION BY KEY (id) PARTITIONS 2"}, idAndValue,
		[]string{"`id` varchar(9) NOT NULL"}, []string{"`id` varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL"},
	},
	"a child table": {
		[]string{"CREATE TABLE t (id VARCHAR(9) PRIMARY KEY COMMENT 'p', v INT) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "CREATE TABLE c (n INT PRIMARY KEY, id VARCHAR(9) DEFAULT 'x' COMMENT 'c', CONSTRAINT `f``k` FOREIGN KEY (id) REFERENCES t (id) ON DELETE SET NULL ON UPDATE CASCADE) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"}, idAndValue,
		[]string{"`id` varchar(9) DEFAULT 'x' COMMENT 'c'", "`id` varchar(9) NOT NULL COMMENT 'p'"},
		[]string{"`id` varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin DEFAULT 'x' COMMENT 'c'", "`id` varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL COMMENT 'p'"},
	},
	"a parent, a grandchild and itself": {
		[]string{
			"CREATE TABLE p (id VARCHAR(9) PRIMARY KEY) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
			"CREATE TABLE t (id VARCHAR(9) PRIMARY KEY, v INT, up VARCHAR(9), KEY (up), FOREIGN KEY (id) REFERENCES p (id), FOREIGN KEY (up) REFERENCES t (id)) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
			"CREATE TABLE g (id VARCHAR(9) PRIMARY KEY, FOREIGN KEY (id) REFERENCES t (up)) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
		}, idAndValue,
		[]string{"`id` varchar(9) NOT NULL", "`id` varchar(9) NOT NULL", "`id` varchar(9) NOT NULL", "`up` varchar(9) DEFAULT NULL"},
		[]string{"`id` varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL", "`id` varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL", "`id` varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL", "`up` varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin DEFAULT NULL"},
	},
	"a key of two columns": {
		[]string{"CREATE TABLE t (id VARCHAR(9), v VARCHAR(9), PRIMARY KEY (v, id)) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", "CREATE TABLE c (a VARCHAR(9), b VARCHAR(9), CONSTRAINT f FOREIGN KEY (a, b) REFERENCES t (v, id)) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"},
		"columns: [id, v]\nkey: [id, v]\n",
		[]string{"`a` varchar(9) DEFAULT NULL", "`b` varchar(9) DEFAULT NULL", "`id` varchar(9) NOT NULL", "`v` varchar(9) NOT NULL"},
		[]string{"`a` varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin DEFAULT NULL", "`b` varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin DEFAULT NULL", "`id` varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL", "`v` varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL"},
	},
	"no key":    {[]string{"CREATE TABLE t (id INT NOT NULL COMMENT 'x', v INT)"}, idAndValue, nil, []string{"PRIMARY KEY (`id`)"}},
	"other key": {[]string{"CREATE TABLE t (id INT DEFAULT NULL COMMENT 'x', v INT, n INT AUTO_INCREMENT PRIMARY KEY)"}, idAndValue, []string{"`id` int(11) DEFAULT NULL COMMENT 'x'"}, []string{"`id` int(11) NOT NULL COMMENT 'x'", "UNIQUE KEY `id` (`id`)"}},
	"long key":  {[]string{"CREATE TABLE t (id TEXT COLLATE utf8mb4_bin, v INT)"}, idAndValue, []string{"`id` text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL"}, []string{"`id` text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL", "UNIQUE KEY `id` (`id`) USING HASH"}},
	"no key, and a collation": {[]string{"CREATE TABLE t (id VARCHAR(3000) COMMENT 'x', v INT) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"}, idAndValue,
		[]string{"`id` varchar(3000) DEFAULT NULL COMMENT 'x'"}, []string{"`id` varchar(3000) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL COMMENT 'x'", "UNIQUE KEY `id` (`id`) USING HASH"}},
	"nullable key": {[]string{"CREATE TABLE t (id DATETIME NULL DEFAULT NULL COMMENT 'x', v INT UNSIGNED NULL DEFAULT 3, UNIQUE by_id (id, v))"}, "columns: [id, v]\nkey: [id, v]\n",
		[]string{"`id` datetime DEFAULT NULL COMMENT 'x'", "`v` int(10) unsigned DEFAULT 3"}, []string{"`id` datetime NOT NULL COMMENT 'x'", "`v` int(10) unsigned NOT NULL DEFAULT 3"}},
	"engine":     {[]string{"CREATE TABLE t (id INT PRIMARY KEY, v INT) ENGINE=MyISAM COMMENT 'x'"}, idAndValue, []string{") ENGINE=MyISAM DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci COMMENT='x'"}, []string{") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci COMMENT='x'"}},
	"versioned":  {[]string{"CREATE TABLE t (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING"}, idAndValue, []string{") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci WITH SYSTEM VERSIONING"}, []string{") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci"}},
	"no column":  {[]string{"CREATE TABLE t (id INT PRIMARY KEY)"}, idAndValue, nil, []string{"`v` int(11) DEFAULT NULL"}},
	"no default": {[]string{"CREATE TABLE t (id INT PRIMARY KEY, v INT, more INT NOT NULL COMMENT 'x')"}, idAndValue, []string{"`more` int(11) NOT NULL COMMENT 'x'"}, []string{"`more` int(11) NOT NULL DEFAULT 7 COMMENT 'x'"}},
}

// TestEveryAlterTableEndsItsMismatch runs what the output advises, as it stands. The
// mismatch is gone then, and every line of every table that it does not concern is the
// same.
func TestEveryAlterTableEndsItsMismatch(t *testing.T) {
	t.Parallel()
	for name, a := range alterations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, a.tables...)
			a.requireEnd(d, "t", d.name)
		})
		t.Run(name+", from another database", func(t *testing.T) {
			t.Parallel()
			d := shared(t, a.tables...)
			a.requireEnd(d, d.name+".t", "mysql")
		})
	}
}

// requireEnd runs the statements of the mismatches of a table from a database.
func (a *alteration) requireEnd(d *database, table, from string) {
	t := d.t.(*testing.T)
	o := d.unconnected("table: " + table + "\n" + a.config)
	const order = "SELECT TABLE_NAME, COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND COLUMN_NAME <> 'v' ORDER BY TABLE_NAME, ORDINAL_POSITION"
	before, columns, found := d.definitions(), d.rows(order), mismatches(t, o)
	require.NotEmpty(t, found)
	for _, mismatch := range found {
		d.run(from, statement(t, mismatch))
	}
	require.Empty(t, mismatches(t, o))
	after := d.definitions()
	require.Equal(t, a.changes, without(before, after))
	require.Equal(t, a.becomes, without(after, before))
	require.Equal(t, columns, d.rows(order))
	require.NoError(t, o.Connect(t.Context()))
}
