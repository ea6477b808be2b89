package table

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// fitAmbiguous adds the key columns whose collation takes different ids as equal.
func (t *Table) fitAmbiguous(ctx context.Context, r *remedies, found *Mismatch) error {
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
			found.add("%s: give it CHARACTER SET %s COLLATE %s and keep the rest of its definition, which order-sink cannot read: SHOW CREATE TABLE %s as an account that may, and mind that it shows letters beyond U+FFFF as ?", what, c.Charset, collation, t.Target.quoted())
			continue
		}
		found.add("%s: %s", what, statements)
	}
	return nil
}

// maxIndexBytes is how long InnoDB's keys may be. A longer column can have a unique
// index only, which MariaDB keeps by hash, and so its columns are declared NOT NULL.
const maxIndexBytes = 3072

// addKey returns the statement that makes the configured key a key of the table.
func (t *Table) addKey(ctx context.Context, r *remedies, hasPrimary bool) (string, error) {
	alter := "ALTER TABLE " + t.Target.quoted()
	size := 0
	for _, i := range t.Key {
		size += t.Columns[i].IndexBytes
	}
	if !hasPrimary && size <= maxIndexBytes {
		return fmt.Sprintf("%s ADD PRIMARY KEY (%s)", alter, quoteAll(t.Target.Key)), nil
	}
	var changes []string
	for _, i := range t.Key {
		if c := t.Columns[i]; c.Nullable {
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
	return alter + " " + strings.Join(append(changes, "ADD UNIQUE KEY ("+quoteAll(t.Target.Key)+")"), ", "), nil
}

// declareNotNull returns the statement for the columns of a key, after a colon.
func (t *Table) declareNotNull(ctx context.Context, r *remedies, columns []string) (string, error) {
	var changes []string
	for _, i := range t.Key {
		c := t.Columns[i]
		if !c.Nullable || !slices.ContainsFunc(columns, func(name string) bool { return strings.EqualFold(name, c.Name) }) {
			continue
		}
		definition, err := t.notNull(ctx, r, c.Name)
		if err != nil || definition == "" {
			return "", err
		}
		changes = append(changes, definition)
	}
	return ": ALTER TABLE " + t.Target.quoted() + " " + strings.Join(changes, ", "), nil
}

// notNull declares a key column NOT NULL; its collation changes with it if it must.
func (t *Table) notNull(ctx context.Context, r *remedies, column string) (string, error) {
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
