package table

import (
	"regexp"
	"slices"
	"strings"
)

// ddl has the lines of SHOW CREATE TABLE. MariaDB writes each column and each key on a
// line of its own, whatever their texts contain.
type ddl []string

// definition returns a column as an ALTER TABLE ... MODIFY takes it, "" if it is not found,
// or not known for sure: MariaDB shows characters beyond U+FFFF as "?", and a statement
// must not put a "?" in their place.
func (d ddl) definition(column string) string {
	for _, line := range d {
		if rest, found := strings.CutPrefix(line, "  "+quote(column)+" "); found && !strings.Contains(rest, "?") {
			return strings.TrimSuffix(rest, ",")
		}
	}
	return ""
}

// identifier is a name in backticks, and names a list of them.
const (
	identifier  = "`(?:[^`]|``)+`"
	identifiers = identifier + "(?:, ?" + identifier + ")*"
)

var (
	foreignKeyLine = regexp.MustCompile(`^  (CONSTRAINT (` + identifier + `) FOREIGN KEY \((` + identifiers + `)\) REFERENCES ((?:` + identifier + `\.)?` + identifier + `) \((` + identifiers + `)\).*?),?$`)
	anIdentifier   = regexp.MustCompile(identifier)
)

// reference is one foreign key: columns of a table that stand for those of its parent.
type reference struct {
	name            string
	text            string // as ADD takes it
	columns         []string
	schema, parent  string // schema is "" for that of the table
	parentColumns   []string
	ownSchema, from string // of the table that has the key
}

// references returns the foreign keys of the table.
func (d ddl) references(schema, table string) []reference {
	var all []reference
	for _, line := range d {
		match := foreignKeyLine.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		parent := unquoteAll(match[4])
		r := reference{
			name: unquoteAll(match[2])[0], text: match[1], columns: unquoteAll(match[3]), parentColumns: unquoteAll(match[5]),
			schema: schema, parent: parent[len(parent)-1], ownSchema: schema, from: table,
		}
		if len(parent) == 2 {
			r.schema = parent[0]
		}
		all = append(all, r)
	}
	return all
}

func unquoteAll(list string) []string {
	names := anIdentifier.FindAllString(list, -1)
	for i, name := range names {
		names[i] = strings.ReplaceAll(name[1:len(name)-1], "``", "`")
	}
	return names
}

// collated gives a definition of a text column another collation, and keeps the rest.
func collated(definition, charset, collation string) string {
	kind, _, attributes := split(definition)
	return join(kind, []string{"CHARACTER SET " + charset + " COLLATE " + collation}, attributes)
}

// notNull makes a definition NOT NULL. A default of NULL goes. A TIMESTAMP without
// another default has no such definition, since a server may then give it one by itself,
// and ON UPDATE (explicit_defaults_for_timestamp): the result is "".
func notNull(definition string) string {
	kind, collation, attributes := split(definition)
	for i := 0; i < len(attributes); i++ {
		null := i+1 < len(attributes) && attributes[i+1] == "NULL"
		switch {
		case attributes[i] == "NOT" && null:
			return definition
		case attributes[i] == "DEFAULT" && null:
			attributes = slices.Delete(attributes, i, i+2)
			i--
		case attributes[i] == "NULL" && (i == 0 || attributes[i-1] != "SET"):
			attributes = slices.Delete(attributes, i, i+1)
			i--
		}
	}
	if strings.HasPrefix(kind[0], "timestamp") && !slices.Contains(attributes, "DEFAULT") {
		return ""
	}
	return join(kind, collation, []string{"NOT NULL"}, attributes)
}

// widened makes the definition of an integer column BIGINT UNSIGNED.
func widened(definition string) string {
	_, _, attributes := split(definition)
	return join([]string{"bigint unsigned"}, attributes)
}

// split cuts a definition into the tokens of its type, of its character set and collation,
// and of its attributes.
func split(definition string) (kind, collation, attributes []string) {
	words := tokens(definition)
	for len(words) > 0 {
		n := 1
		switch word := words[0]; {
		case len(kind) == 0, word == "unsigned", word == "zerofill", strings.HasPrefix(word, "/*"), strings.HasSuffix(word, "*/"):
			kind = append(kind, word)
		case word == "CHARACTER" && len(words) > 2: // CHARACTER SET utf8mb4
			n, collation = 3, append(collation, words[:3]...)
		case word == "COLLATE" && len(words) > 1:
			n, collation = 2, append(collation, words[:2]...)
		default:
			return kind, collation, words
		}
		words = words[n:]
	}
	return kind, collation, nil
}

func join(parts ...[]string) string { return strings.Join(slices.Concat(parts...), " ") }

// tokens cuts a definition at its spaces, except within quotes and brackets.
func tokens(definition string) []string {
	var (
		all   []string
		start int
		depth int
		quote byte
	)
	for i := 0; i < len(definition); i++ {
		switch c := definition[i]; {
		case quote == '\'' && c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0 // two in a row begin another text at once
			}
		case c == '\'' || c == '"' || c == '`':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ' ' && depth == 0:
			if i > start {
				all = append(all, definition[start:i])
			}
			start = i + 1
		}
	}
	if start < len(definition) {
		all = append(all, definition[start:])
	}
	return all
}
