package mariadb

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// A trigger may SIGNAL with a number and a class of the server, and with a row value as
// its text. The output waits, but neither its state nor its log shows that text.
func TestATriggersTextIsNotShownForANumberOfTheServer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		state   string
		number  int
		message string // an expression
	}{
		"a missing table":              {"42S02", 1146, "CONCAT('no customer ', NEW.product)"},
		"a missing table, nearly":      {"42S02", 1146, "CONCAT('Table ', NEW.product, ' doesn''t exist')"},
		"a missing table, and more":    {"42S02", 1146, "CONCAT('Table ''shop.t'' doesn''t exist: ', NEW.product)"},
		"a missing table, after lines": {"42S02", 1146, "CONCAT(NEW.product, '\nTable ''shop.t'' doesn''t exist')"},
		"a missing procedure":          {"42000", 1305, "CONCAT('order ', NEW.product, ' does not exist')"},
		"a missing column":             {"42S22", 1054, "NEW.product"},
		"a missing privilege":          {"42000", 1142, "CONCAT(NEW.product, ' command denied to user ''a''@''b'' for table `c`.`d`')"},
		"read-only":                    {"HY000", 1290, "CONCAT('locked order ', NEW.product)"},
		"a lock wait":                  {"HY000", 1205, "CONCAT('locked order ', NEW.product)"},
		"a deadlock":                   {"40001", 1213, "NEW.product"},
		"a full disk":                  {"HY000", 1021, "CONCAT('no room for ', NEW.product)"},
		"an internal error":            {"HY000", 1815, "CONCAT('Internal error: ', NEW.product)"},
		"a federated table":            {"HY000", 1430, "CONCAT('There was a problem processing the query on the foreign data source. Data source error: ', NEW.product)"},
		"a missing default":            {"HY000", 1364, "CONCAT('no default for ', NEW.product)"},
		"no number left":               {"HY000", 1467, "NEW.product"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, orders, fmt.Sprintf("CREATE TRIGGER says BEFORE INSERT ON orders FOR EACH ROW BEGIN DECLARE text VARCHAR(200) DEFAULT %s; SIGNAL SQLSTATE '%s' SET MYSQL_ERRNO = %d, MESSAGE_TEXT = text; END", c.message, c.state, c.number))
			o := d.output(ordersConfig)
			said := d.waits(o, batchOf(order("a", "s3cr3t", 1, "1")))
			require.Contains(t, said, fmt.Sprintf("MariaDB error %d (%s): the sink does not show the server's message, because the message may contain a row value", c.number, c.state))
			for _, text := range append(o.log.all(), said) {
				require.NotContains(t, text, "s3cr3t")
			}
		})
	}
}

// The server's own text is shown: it names what an operator has to change.
func TestTheServersOwnTextIsShown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		setUp     []string
		statement string // of a trigger
		want      string
	}{
		"a missing table":     {nil, "INSERT INTO nowhere VALUES (1)", `MariaDB error 1146 \(42S02\): Table 'test_\d+\.nowhere' doesn't exist`},
		"a missing procedure": {nil, "CALL nothing()", `MariaDB error 1305 \(42000\): PROCEDURE test_\d+\.nothing does not exist`},
		"a missing function":  {nil, "SET NEW.qty = nothing()", `MariaDB error 1305 \(42000\): FUNCTION test_\d+\.nothing does not exist`},
		"a missing column":    {[]string{"CREATE TABLE audit (a INT)"}, "INSERT INTO audit (b) VALUES (1)", `MariaDB error 1054 \(42S22\): Unknown column 'b' in '[A-Za-z ]+'`},
		"a missing database":  {nil, "INSERT INTO nowhere.t VALUES (1)", `MariaDB error (1146 \(42S02\): Table 'nowhere.t' doesn't exist|1049 \(42000\): Unknown database 'nowhere')`},
		"a missing value":     {[]string{"CREATE TABLE audit (a INT)"}, "INSERT INTO audit VALUES (1, 2)", `MariaDB error 1136 \(21S01\): Column count doesn't match value count at row 1`},
		"a missing default":   {[]string{"CREATE TABLE audit (a INT, b INT NOT NULL)"}, "INSERT INTO audit (a) VALUES (1)", `MariaDB error 1364 \(HY000\): Field 'b' doesn't have a default value`},
		"an invalid view":     {[]string{"CREATE TABLE audit (a INT, b INT)", "CREATE VIEW v AS SELECT a, b FROM audit", "ALTER TABLE audit DROP b"}, "INSERT INTO v VALUES (1, 2)", `MariaDB error 1356 \(HY000\): View 'test_\d+\.v' references invalid table`},
		"a missing definer":   {[]string{"CREATE DEFINER = gone@localhost FUNCTION f() RETURNS INT RETURN 1"}, "SET NEW.qty = f()", `MariaDB error 1449 \(HY000\): The user specified as a definer \('gone'@'localhost'\) does not exist`},
	} {
		// The language that an administrator has set decides nothing.
		for language, more := range map[string]string{"": "", ", German": "init_statement: SET lc_messages = 'de_DE'\n"} {
			t.Run(name+language, func(t *testing.T) {
				t.Parallel()
				d := shared(t, append([]string{orders}, c.setUp...)...)
				d.exec("CREATE TRIGGER stumbles BEFORE INSERT ON orders FOR EACH ROW " + c.statement)
				o := d.output(ordersConfig + more)
				require.Regexp(t, c.want, d.waits(o, batchOf(order("a", "x", 1, "1"))))
			})
		}
	}
}

// The same for a number that refuses a row: a dead letter names a column, a constraint or
// an index only where the whole message is the server's own.
func TestATriggersTextNamesNoColumn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		state   string
		number  int
		message string // an expression
		want    string
	}{
		"too long":     {"22001", 1406, "CONCAT('no stock for column ''', NEW.product, ''' at row 1')", "row_too_long: orders: MariaDB error 1406 (22001): a value is longer than the column: widen the column, or shorten the value"},
		"out of range": {"22003", 1264, "CONCAT('no room for column `a`.`b`.`', NEW.product, '` at row 1')", "row_out_of_range: orders: MariaDB error 1264 (22003): a number is beyond the range of the column: widen the column, or correct the value"},
		"a duplicate":  {"23000", 1062, "CONCAT('Duplicate entry of this day for key ''', NEW.product, '''')", "row_duplicate: orders: MariaDB error 1062 (23000): another row has the same value in a unique index: correct the value, or drop the index if the table may have such rows"},
		"no parent":    {"23000", 1452, "CONCAT('Cannot add or update a child row: a foreign key constraint fails for FOREIGN KEY (`', NEW.product, '`')", "row_foreign_key: orders: MariaDB error 1452 (23000): the parent row of a foreign key is missing: store the parent row first, then replay this record"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, orders, fmt.Sprintf("CREATE TRIGGER says BEFORE INSERT ON orders FOR EACH ROW BEGIN DECLARE text VARCHAR(200) DEFAULT %s; SIGNAL SQLSTATE '%s' SET MYSQL_ERRNO = %d, MESSAGE_TEXT = text; END", c.message, c.state, c.number))
			require.Equal(t, map[int]string{0: c.want}, d.write(d.output(ordersConfig), order("a", "s3cr3t", 1, "1")))
		})
	}
}
