package changes

import (
	"slices"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

func TestMain(m *testing.M) { mariadbtest.Main(m) }

func TestASeedRepeatsItsChanges(t *testing.T) {
	var runs [2][]string
	for i := range runs {
		g := NewGenerator(7)
		for range 200 {
			runs[i] = append(runs[i], g.Next(), g.AddColumns())
		}
		runs[i] = append(runs[i], g.Finish(1))
	}
	if !slices.Equal(runs[0], runs[1]) {
		t.Error("the same seed made other changes")
	}
	if g := NewGenerator(8); g.Next() == runs[0][0] {
		t.Error("another seed made the same change")
	}
}

// MariaDB takes every statement: a statement that it refuses is a change that the
// generator only believes in.
func TestMariaDBTakesEveryChange(t *testing.T) {
	server := mariadbtest.Shared(t)
	db := mariadbtest.Script(t, server.AdminDSN(server.Database(t)), nil)
	run := func(text string) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), text); err != nil {
			t.Fatalf("%v in\n%.3000s", err, text)
		}
	}
	for _, table := range Create() {
		run(table)
	}
	g := NewGenerator(1)
	kinds := map[string]int{}
	for i := range 600 {
		text := g.Next()
		run(text)
		for _, kind := range []string{"INSERT", "UPDATE", "DELETE", "TRUNCATE", "ROLLBACK"} {
			kinds[kind] += strings.Count(text, kind)
		}
		if i > 100 && i%20 == 0 {
			if add := g.AddColumns(); add != "" {
				run(add)
			}
		}
	}
	run(g.Finish(1))
	for kind, n := range kinds {
		if n < 5 {
			t.Errorf("%d times %s in 600 transactions", n, kind)
		}
	}
	for _, table := range g.tables {
		var rows, known int
		if err := db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+Identifier(table.Name)).Scan(&rows); err != nil {
			t.Fatal(err)
		}
		if known = len(table.rows); table.key != nil && rows != known {
			t.Errorf("table %s has %d rows, and the generator knows %d", table.Name, rows, known)
		}
		if rows == 0 {
			t.Errorf("table %s has no row", table.Name)
		}
	}
}
