package compare

import (
	"database/sql"
	"fmt"
	"slices"
	"testing"

	"github.com/order-sink/order-sink/internal/lab/replica/changes"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

func TestMain(m *testing.M) { mariadbtest.Main(m) }

// Databases with the same changes are equal, and a changed value, row, column and table is
// a difference.
func TestDatabases(t *testing.T) {
	source, target := database(t), database(t)
	g := changes.NewGenerator(3)
	var script []string
	script = append(script, changes.Create()...)
	for range 60 {
		script = append(script, g.Next())
	}
	script = append(script, g.Finish(1))
	for _, text := range script {
		run(t, source, text)
		run(t, target, text)
	}
	expect(t, source, target)

	run(t, target, "INSERT INTO markers VALUES (2)")
	run(t, target, "DELETE FROM tags")
	run(t, source, "DELETE FROM tags; INSERT INTO tags VALUES ('한 😀', NULL)")
	run(t, target, "DROP TABLE drafts")
	run(t, target, "ALTER TABLE uuids DROP COLUMN c_uuid")
	expect(t, source, target,
		"table drafts: missing in the target",
		"table markers, row (2): only in the target",
		`table tags, row ("한 😀"): only in the source`,
		"table uuids, column c_uuid: missing in the target")
}

// The same value in another type is no difference.
func TestTypes(t *testing.T) {
	source, target := database(t), database(t)
	for _, c := range []struct{ is, becomes, value, same, other string }{
		{"BIGINT UNSIGNED", "DECIMAL(20,0)", "18446744073709551615", "18446744073709551615", "18446744073709551614"},
		{"INT(8) ZEROFILL", "BIGINT", "7", "7", "8"},
		{"DECIMAL(10,2)", "DECIMAL(65,30)", "1.50", "1.5", "1.500000000000000000000000000001"},
		{"FLOAT", "FLOAT", "16777215", "16777215", "16777216"},
		{"DOUBLE", "DOUBLE", "0.1", "0.1", "0.10000000000000002"},
		{"BIT(9)", "BIGINT UNSIGNED", "b'100000001'", "257", "256"},
		{"BIT(9)", "VARBINARY(2)", "b'100000001'", "X'0101'", "X'0100'"},
		{"CHAR(5)", "VARCHAR(5)", "'a'", "'a'", "'a '"},
		{"ENUM('a','b')", "TEXT", "'a'", "'a'", "'A'"},
		{"VARCHAR(5) CHARACTER SET latin1", "LONGTEXT", "'é'", "'é'", "'e'"},
		{"JSON", "LONGTEXT", `'{"a": 1}'`, `'{"a": 1}'`, `'{"a":1}'`},
		{"BINARY(4)", "LONGBLOB", "X'01'", "X'01000000'", "X'01'"},
		{"DATE", "DATE", "'0001-01-01'", "'0001-01-01'", "'2001-01-01'"},
		{"TIME(3)", "TIME(6)", "'-838:59:59.999'", "'-838:59:59.999'", "'-838:59:59.998'"},
		{"DATETIME", "DATETIME(6)", "'9999-12-31 23:59:59'", "'9999-12-31 23:59:59'", "'9999-12-31 23:59:59.000001'"},
		{"TIMESTAMP(6) NULL", "DATETIME(6)", "'2020-01-01 00:00:00.000001'", "'2020-01-01 00:00:00.000001'", "'2020-01-01 00:00:00'"},
		{"YEAR", "INT", "1901", "1901", "1902"},
		{"UUID", "BINARY(16)", "'123e4567-e89b-12d3-a456-426655440001'", "X'123E4567E89B12D3A456426655440001'", "X'123E4567E89B12D3A456426655440002'"},
		{"UUID", "CHAR(36)", "'123e4567-e89b-12d3-a456-426655440001'", "'123E4567-E89B-12D3-A456-426655440001'", "'x'"},
		{"INET4", "VARCHAR(15)", "'10.0.0.1'", "'10.0.0.1'", "'10.0.0.2'"},
		{"INET6", "VARBINARY(16)", "'2001:db8::1'", "INET6_ATON('2001:db8::1')", "INET6_ATON('2001:db8::2')"},
		{"POINT", "GEOMETRY", "ST_GeomFromText('POINT(1 2)', 4326)", "ST_GeomFromText('POINT(1 2)', 4326)", "ST_GeomFromText('POINT(1 2)')"},
	} {
		for other, stored := range []string{c.same, c.other, "NULL"} {
			run(t, source, "CREATE OR REPLACE TABLE t (id INT PRIMARY KEY, v "+c.is+"); INSERT INTO t VALUES (1, "+c.value+")")
			run(t, target, "CREATE OR REPLACE TABLE t (id INT PRIMARY KEY, v "+c.becomes+"); INSERT INTO t VALUES (1, "+stored+")")
			found, err := Databases(t.Context(), source, target)
			if err != nil {
				t.Fatal(err)
			}
			if want := min(other, 1); len(found) != want {
				t.Errorf("%s %s as %s %s: %v, expected %d differences", c.is, c.value, c.becomes, stored, found, want)
			}
		}
	}
}

func expect(t *testing.T, source, target *sql.DB, want ...string) {
	t.Helper()
	found, err := Databases(t.Context(), source, target)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range found {
		got = append(got, fmt.Sprint(d))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, expected %q", got, want)
	}
}

// database returns a connection to an empty database.
func database(t *testing.T) *sql.DB {
	t.Helper()
	server := mariadbtest.Shared(t)
	// The same changes at the same time: columns with the current time are equal.
	return mariadbtest.Script(t, server.AdminDSN(server.Database(t)), map[string]string{"timestamp": "1577836800.5"})
}

func run(t *testing.T, db *sql.DB, text string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatalf("%v in\n%.2000s", err, text)
	}
}
