package table

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ParseName reads "table" or "database.table". A name with dots stands in backticks:
// "`shop.orders`", "shop.`eu.orders`". A backtick inside of backticks is written twice.
func ParseName(name string) (database, table string, err error) {
	first, rest, err := cutIdentifier(name)
	if err == nil && rest != "" {
		database = first
		if first, rest, err = cutIdentifier(rest[1:]); err == nil && (rest != "" || database == "") {
			err = errName
		}
	}
	if err != nil || first == "" && database != "" {
		return "", "", fmt.Errorf("%s %q is neither a table nor database.table (a name with dots stands in backticks)", FieldTable, name)
	}
	return database, first, nil
}

var errName = errors.New("not a name")

// cutIdentifier returns the identifier before the first dot, and the rest from the dot on.
func cutIdentifier(name string) (identifier, rest string, err error) {
	quoted, isQuoted := strings.CutPrefix(name, "`")
	if !isQuoted {
		if i := strings.IndexByte(name, '.'); i >= 0 {
			return name[:i], name[i:], nil
		}
		return name, "", nil
	}
	for i := 0; i < len(quoted); i++ {
		if quoted[i] != '`' {
			continue
		}
		if strings.HasPrefix(quoted[i+1:], "`") {
			i++
			continue
		}
		identifier, rest = strings.ReplaceAll(quoted[:i], "``", "`"), quoted[i+1:]
		if identifier == "" || rest != "" && rest[0] != '.' {
			return "", "", errName
		}
		return identifier, rest, nil
	}
	return "", "", errName
}

// PlainName returns the form of a table's name that people read: `table` or `database.table`,
// with backticks only around a part that needs them. It returns any other text as it is.
func PlainName(name string) string {
	if !strings.Contains(name, "`") {
		return name
	}
	database, table, err := ParseName(name)
	if err != nil {
		return name
	}
	return plainName(database, table)
}

func plainName(database, table string) string {
	if database == "" {
		return quoteIfNeeded(table)
	}
	return quoteIfNeeded(database) + "." + quoteIfNeeded(table)
}

func quoteIfNeeded(name string) string {
	if strings.ContainsAny(name, ".`") {
		return quote(name)
	}
	return name
}

// CheckName returns an error when no table can have the name of the target.
func (t *Target) CheckName() error {
	if t.Database != "" {
		if err := checkName(t.Database); err != nil {
			return err
		}
	}
	return checkName(t.Table)
}

// checkName returns an error when nothing in MariaDB can have the name.
func checkName(name string) error {
	switch {
	case name == "":
		return errors.New("the name is empty")
	case utf8.RuneCountInString(name) > maxName:
		return fmt.Errorf("the name has %d characters, MariaDB allows %d", utf8.RuneCountInString(name), maxName)
	case strings.HasSuffix(name, " "):
		return errors.New("the name ends with a space")
	case strings.ContainsFunc(name, func(r rune) bool { return r == 0 || r > 0xFFFF || r == utf8.RuneError }):
		return errors.New("the name has a character that MariaDB does not allow")
	}
	return nil
}

// quoted returns the table's name for a statement.
func (t *Target) quoted() string {
	if t.Database == "" {
		return quote(t.Table)
	}
	return quote(t.Database) + "." + quote(t.Table)
}

// Name returns the name of the table as a statement takes it.
func (t *Target) Name() string { return t.quoted() }

// PlainName returns [PlainName] of the table.
func (t *Target) PlainName() string { return plainName(t.Database, t.Table) }

// Quote makes any name an identifier.
func Quote(name string) string { return quote(name) }

// quote makes any name an identifier.
func quote(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = quote(name)
	}
	return strings.Join(quoted, ", ")
}
