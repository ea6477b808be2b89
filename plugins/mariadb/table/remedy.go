package table

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
)

// remedies finds the statements that end a mismatch. It asks the server only when
// there is one.
type remedies struct {
	db    *sql.DB
	t     *Table
	known map[string]ddl // by the table's name in statements
}

func newRemedies(db *sql.DB, t *Table) *remedies {
	return &remedies{db: db, t: t, known: map[string]ddl{}}
}

// tiedColumn is one column of one table.
type tiedColumn struct{ schema, table, column string }

// quoted is the name of a table for a statement that runs in the configured database.
func (r *remedies) quoted(schema, table string) string {
	if schema == r.t.database && r.t.Target.Database == "" {
		return quote(table)
	}
	return quote(schema) + "." + quote(table)
}

// ddl returns the definition of a table, nil if the account may not see it.
func (r *remedies) ddl(ctx context.Context, schema, table string) (ddl, error) {
	name := quote(schema) + "." + quote(table)
	if found, asked := r.known[name]; asked {
		return found, nil
	}
	var ignored, text string
	err := r.db.QueryRowContext(ctx, "SHOW CREATE TABLE "+name).Scan(&ignored, &text)
	if server, ok := errors.AsType[*mysql.MySQLError](err); ok && slices.Contains([]uint16{fault.TableAccessDenied, fault.ColumnAccessDenied, fault.DBAccessDenied, fault.SpecificAccessDenied}, server.Number) {
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the definition of %s: %w", name, err)
	}
	r.known[name] = strings.Split(text, "\n")
	return r.known[name], nil
}

// modify returns the statements, in order, that change a column and the columns that
// foreign keys tie to it, and these keys. The tied columns must all have one type, so that
// the statements drop the keys and add them again (errors 1832 and 1833). It returns no
// statement when the account may not see the definition of a table.
func (r *remedies) modify(ctx context.Context, column string, change func(definition string) string) (statements string, tied []string, err error) {
	columns, keys, err := r.tied(ctx, tiedColumn{r.t.database, r.t.Target.Table, column})
	if err != nil {
		return "", nil, err
	}
	var drop, modify, add []string
	for _, key := range keys {
		table := "ALTER TABLE " + r.quoted(key.ownSchema, key.from)
		drop = append(drop, table+" DROP FOREIGN KEY "+quote(key.name))
		add = append(add, table+" ADD "+key.text)
		tied = append(tied, fmt.Sprintf("%s of table %s", quote(key.name), r.quoted(key.ownSchema, key.from)))
	}
	for _, p := range columns {
		d, err := r.ddl(ctx, p.schema, p.table)
		if err != nil {
			return "", nil, err
		}
		definition := d.definition(p.column)
		if definition == "" {
			return "", tied, nil
		}
		modify = append(modify, fmt.Sprintf("ALTER TABLE %s MODIFY %s %s", r.quoted(p.schema, p.table), quote(p.column), change(definition)))
	}
	return strings.Join(slices.Concat(drop, modify, add), "; "), tied, nil
}

// tied returns the columns that foreign keys tie to one, itself included, and the keys.
func (r *remedies) tied(ctx context.Context, start tiedColumn) (columns []tiedColumn, keys []reference, err error) {
	columns = []tiedColumn{start}
	for i := 0; i < len(columns); i++ {
		p := columns[i]
		d, err := r.ddl(ctx, p.schema, p.table)
		if err != nil {
			return nil, nil, err
		}
		children, err := r.children(ctx, p)
		if err != nil {
			return nil, nil, err
		}
		for _, key := range append(children, d.references(p.schema, p.table)...) {
			pair := key.tie(p)
			for _, other := range pair {
				columns = appendNew(columns, other, same)
			}
			if pair != nil {
				keys = appendNew(keys, key, sameKey)
			}
		}
	}
	return columns, keys, nil
}

func appendNew[T any](all []T, one T, same func(a, b T) bool) []T {
	if slices.ContainsFunc(all, func(other T) bool { return same(other, one) }) {
		return all
	}
	return append(all, one)
}

// tie returns the column of the child and the column of the parent that a key ties, if one
// of them is p.
func (k *reference) tie(p tiedColumn) []tiedColumn {
	for n := range min(len(k.columns), len(k.parentColumns)) {
		child, parent := tiedColumn{k.ownSchema, k.from, k.columns[n]}, tiedColumn{k.schema, k.parent, k.parentColumns[n]}
		if same(child, p) || same(parent, p) {
			return []tiedColumn{child, parent}
		}
	}
	return nil
}

func same(a, b tiedColumn) bool {
	return strings.EqualFold(a.schema, b.schema) && strings.EqualFold(a.table, b.table) && strings.EqualFold(a.column, b.column)
}

func sameKey(a, b reference) bool {
	return a.ownSchema == b.ownSchema && a.from == b.from && a.name == b.name
}

// children returns the foreign keys that reference a column, of the tables that the
// account may see.
func (r *remedies) children(ctx context.Context, p tiedColumn) ([]reference, error) {
	rows, err := r.db.QueryContext(ctx, `SELECT DISTINCT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE
		WHERE REFERENCED_TABLE_SCHEMA = ? AND REFERENCED_TABLE_NAME = ? AND REFERENCED_COLUMN_NAME = ?`, p.schema, p.table, p.column)
	if err != nil {
		return nil, fmt.Errorf("reading the foreign keys that reference %s: %w", p.table, err)
	}
	defer rows.Close()
	var found []reference
	for rows.Next() {
		var key reference
		var column string
		if err := rows.Scan(&key.ownSchema, &key.from, &key.name, &column); err != nil {
			return nil, err
		}
		key.schema, key.parent, key.columns, key.parentColumns = p.schema, p.table, []string{column}, []string{p.column}
		found = append(found, key)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i, key := range found {
		d, err := r.ddl(ctx, key.ownSchema, key.from)
		if err != nil {
			return nil, err
		}
		for _, full := range d.references(key.ownSchema, key.from) {
			if full.name == key.name {
				found[i] = full
			}
		}
	}
	return found, nil
}

// may says whether the account itself was granted a privilege on the table. MariaDB does
// not list the privileges of a role, so the account may have the privilege all the same.
func (r *remedies) may(ctx context.Context, privilege string) (bool, error) {
	var granted bool
	err := r.db.QueryRowContext(ctx, `SELECT COUNT(*) > 0 FROM (
			SELECT GRANTEE FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = ?
			UNION ALL SELECT GRANTEE FROM information_schema.SCHEMA_PRIVILEGES WHERE PRIVILEGE_TYPE = ? AND ? LIKE TABLE_SCHEMA
			UNION ALL SELECT GRANTEE FROM information_schema.TABLE_PRIVILEGES WHERE PRIVILEGE_TYPE = ? AND TABLE_SCHEMA = ? AND TABLE_NAME = ?
		) g WHERE g.GRANTEE = CONCAT('''', LEFT(CURRENT_USER(), CHAR_LENGTH(CURRENT_USER()) - CHAR_LENGTH(SUBSTRING_INDEX(CURRENT_USER(), '@', -1)) - 1),
			'''@''', SUBSTRING_INDEX(CURRENT_USER(), '@', -1), '''')`,
		privilege, privilege, r.t.database, privilege, r.t.database, r.t.Target.Table).Scan(&granted)
	if err != nil {
		return false, fmt.Errorf("reading the account's privileges: %w", err)
	}
	return granted, nil
}
