package mariadb

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// fitAmbiguous adds the key columns to whose collation different ids are one.
func (t *table) fitAmbiguous(ctx context.Context, r *remedies, found *misfits) error {
	for _, c := range t.ambiguous {
		collation := c.Charset + "_nopad_bin"
		statements, tied, err := r.modify(ctx, c.Name, func(definition string) string {
			return collated(definition, c.Charset, collation)
		})
		if err != nil {
			return err
		}
		what := fmt.Sprintf("key column %s: collation %s makes one row of ids that differ in case or accent only", quote(c.Name), c.Collation)
		seesAll := false
		if len(tied) == 0 {
			if seesAll, err = r.may(ctx, "SELECT"); err != nil {
				return err
			}
		}
		switch {
		case len(tied) > 0:
			what += fmt.Sprintf(", and so do the columns that are tied to it by foreign keys (%s), which have to change with it", strings.Join(tied, ", "))
		case !seesAll:
			what += " (should a foreign key of a table that this account does not see reference the column, MariaDB refuses the change with error 1833: drop that key, change both columns, and add it again)"
		}
		if statements == "" {
			found.add("%s: give it CHARACTER SET %s COLLATE %s and keep the rest of its definition, which order-sink cannot read: SHOW CREATE TABLE %s as an account that may, and mind that it shows letters beyond U+FFFF as ?", what, c.Charset, collation, t.target.quoted())
			continue
		}
		found.add("%s: %s", what, statements)
	}
	return nil
}

// fitUnfilled adds the columns that MariaDB has no value for, unless a trigger may
// fill them. Only who has the privilege TRIGGER on a table sees its triggers.
func (t *table) fitUnfilled(ctx context.Context, r *remedies, found *misfits) error {
	if len(t.unfilled) == 0 {
		return nil
	}
	var triggers int
	if err := r.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM information_schema.TRIGGERS
		WHERE EVENT_OBJECT_SCHEMA = ? AND EVENT_OBJECT_TABLE = ? AND EVENT_MANIPULATION = 'INSERT' AND ACTION_TIMING = 'BEFORE'`,
		t.database, t.target.table).Scan(&triggers); err != nil {
		return fmt.Errorf("reading the triggers of %s: %w", t.target.table, err)
	}
	if triggers > 0 {
		return nil // should none of them fill the column, error 1364 says so
	}
	seen, err := r.may(ctx, "TRIGGER")
	if err != nil {
		return err
	}
	for _, name := range t.unfilled {
		if seen {
			found.add("%s: add it there, or %s", t.unfilledText(name), t.fill(name))
			continue
		}
		t.warnings = append(t.warnings, fmt.Sprintf("%s: only a BEFORE INSERT trigger can fill it, and this account may not see triggers. If there is no such trigger, new rows wait until somebody runs %s", t.unfilledText(name), t.fill(name)))
	}
	return nil
}

func (t *table) unfilledText(column string) string {
	return fmt.Sprintf("column %s is NOT NULL without a default and is not among %s", quote(column), fieldColumns)
}

func (t *table) fill(column string) string {
	return fmt.Sprintf("ALTER TABLE %s ALTER COLUMN %s SET DEFAULT (a value)", t.target.quoted(), quote(column))
}

// maxIndexBytes is how long InnoDB's keys may be. A longer column can have a unique
// index only, which MariaDB keeps by hash, and so its columns are declared NOT NULL.
const maxIndexBytes = 3072

// addKey is the statement that makes the configured key one.
func (t *table) addKey(ctx context.Context, r *remedies, hasPrimary bool) (string, error) {
	alter := "ALTER TABLE " + t.target.quoted()
	size := 0
	for _, i := range t.key {
		size += t.columns[i].IndexBytes
	}
	if !hasPrimary && size <= maxIndexBytes {
		return fmt.Sprintf("%s ADD PRIMARY KEY (%s)", alter, quoteAll(t.target.key)), nil
	}
	var changes []string
	for _, i := range t.key {
		if c := t.columns[i]; c.Nullable {
			definition, err := t.notNull(ctx, r, c.Name)
			if err != nil {
				return "", err
			}
			if definition == "" {
				return "declare its columns NOT NULL and add a unique index over them", nil
			}
			changes = append(changes, definition)
		}
	}
	return alter + " " + strings.Join(append(changes, "ADD UNIQUE KEY ("+quoteAll(t.target.key)+")"), ", "), nil
}

// declareNotNull is the statement for the columns of a key, behind a colon.
func (t *table) declareNotNull(ctx context.Context, r *remedies, columns []string) (string, error) {
	var changes []string
	for _, i := range t.key {
		c := t.columns[i]
		if !c.Nullable || !slices.ContainsFunc(columns, func(name string) bool { return strings.EqualFold(name, c.Name) }) {
			continue
		}
		definition, err := t.notNull(ctx, r, c.Name)
		if err != nil || definition == "" {
			return "", err
		}
		changes = append(changes, definition)
	}
	return ": ALTER TABLE " + t.target.quoted() + " " + strings.Join(changes, ", "), nil
}

// notNull declares a key column NOT NULL; its collation changes with it if it must.
func (t *table) notNull(ctx context.Context, r *remedies, column string) (string, error) {
	definition, err := r.own(ctx, column)
	if err != nil || definition == "" {
		return "", err
	}
	for _, c := range t.ambiguous {
		if strings.EqualFold(c.Name, column) {
			definition = collated(definition, c.Charset, c.Charset+"_nopad_bin")
		}
	}
	if definition = notNull(definition); definition == "" {
		return "", nil
	}
	return "MODIFY " + quote(column) + " " + definition, nil
}
