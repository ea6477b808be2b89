package compare

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

type table struct {
	name    string
	columns []column
	key     []string // names of columns
}

type column struct {
	name     string
	dataType string
	meaning  meaning
}

// inspect returns the tables of the connection's database, in the order of their names.
func inspect(ctx context.Context, db *sql.DB) ([]table, error) {
	var all []table
	err := query(ctx, db, `SELECT c.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE FROM information_schema.COLUMNS c
		JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
		WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION`,
		func(values []*string) error {
			name, c := *values[0], column{name: *values[1], dataType: *values[2]}
			var known bool
			if c.meaning, known = meanings[c.dataType]; !known {
				return fmt.Errorf("table %s has a column of the unknown type %s", name, c.dataType)
			}
			if len(all) == 0 || all[len(all)-1].name != name {
				all = append(all, table{name: name})
			}
			last := &all[len(all)-1]
			last.columns = append(last.columns, c)
			return nil
		})
	if err != nil {
		return nil, err
	}
	// The primary key sorts before the others.
	index := map[string]string{}
	err = query(ctx, db, `SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME FROM information_schema.STATISTICS
		WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0 ORDER BY TABLE_NAME, INDEX_NAME <> 'PRIMARY', INDEX_NAME, SEQ_IN_INDEX`,
		func(values []*string) error {
			at := slices.IndexFunc(all, func(t table) bool { return t.name == *values[0] })
			if at < 0 { // a sequence
				return nil
			}
			if name, has := index[all[at].name]; has && name != *values[1] {
				return nil
			}
			index[all[at].name] = *values[1]
			all[at].key = append(all[at].key, *values[2])
			return nil
		})
	return all, err
}

// read returns the rows of a table. common are the columns in the source, side are the
// same columns in the database that is read.
func read(ctx context.Context, db *sql.DB, of table, common, side []column) (content, error) {
	var expressions []string
	for i, c := range side {
		expressions = append(expressions, exact(common[i].meaning, c.dataType, identifier(c.name)))
	}
	rows := content{}
	err := query(ctx, db, "SELECT "+strings.Join(expressions, ", ")+" FROM "+identifier(of.name), func(values []*string) error {
		var key []string
		for i, c := range common {
			if values[i] != nil {
				*values[i] = c.meaning.same(*values[i])
			}
			if slices.Contains(of.key, c.name) {
				key = append(key, c.meaning.plain(values[i]))
			}
		}
		text := "(" + strings.Join(key, ", ") + ")"
		rows[text] = append(rows[text], values)
		return nil
	})
	return rows, err
}

// query calls visit with each row. The values of a row are the callee's.
func query(ctx context.Context, db *sql.DB, text string, visit func(values []*string) error) error {
	result, err := db.QueryContext(ctx, text)
	if err != nil {
		return err
	}
	defer result.Close()
	names, err := result.Columns()
	if err != nil {
		return err
	}
	for result.Next() {
		values, targets := make([]*string, len(names)), make([]any, len(names))
		for i := range values {
			targets[i] = &values[i]
		}
		if err := result.Scan(targets...); err != nil {
			return err
		}
		if err := visit(values); err != nil {
			return err
		}
	}
	return result.Err()
}
