// Package ddl has the columns that a table needs for the records of a schema, and the
// statements that create them.
package ddl

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/change"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// FieldMapping is the setting with the [Mapping].
const FieldMapping = "type_mapping"

// Mapping says which column type a type of a schema gets.
type Mapping string

// The mappings: order-sink's own, and those of the JDBC sinks of Kafka Connect.
const (
	Native    Mapping = "native"
	Confluent Mapping = "confluent"
	Debezium  Mapping = "debezium"
	Aiven     Mapping = "aiven"
)

// Schemas are the schemas of a record. Key is the schema of the record key, and nil if no
// column takes the key.
type Schemas struct{ Value, Key *schema.Schema }

// Column is a column that a statement creates.
type Column struct {
	Name    string
	Type    string // with the character set and collation, if the column has its own
	Null    bool
	Default string // as a literal; "" for none
	Key     bool
	field   string // that gives the values
}

// field is what the type of a column depends on.
type field struct {
	*schema.Schema
	key  bool // the column belongs to the key
	room int  // how many characters or bytes a column of the key may have
}

// mappings return the type of a column. The type is "" if the mapping has none.
var mappings = map[Mapping]func(field) string{
	Native: native, Confluent: confluent, Debezium: debezium, Aiven: aiven,
}

// IsMapping says whether there is a mapping of this name.
func IsMapping(m Mapping) bool { return mappings[m] != nil }

// Columns returns the columns of a target, in the order of a new table. The error says
// which column cannot be created, and what to do.
func Columns(m Mapping, t *table.Target, s Schemas) ([]Column, error) {
	if s.Value == nil || s.Value.Type != schema.Struct {
		return nil, fmt.Errorf("a record without a schema creates no table and no column")
	}
	room := keyRoom(t, s)
	var all []Column
	for _, name := range t.Columns {
		its, source, err := schemaOf(t, s, name)
		if err != nil {
			return nil, err
		}
		f := field{its, isIn(t.Key, name), room}
		c := Column{Name: name, Type: mappings[m](f), Key: f.key, Null: its.Optional && !f.key, field: source}
		if err := check(m, t, &c, its); err != nil {
			return nil, err
		}
		setDefault(m, &c, its)
		all = append(all, c)
	}
	if m == Native {
		shorten(all)
	}
	if m == Confluent || m == Aiven {
		sortAsConnect(all, s.Value)
	}
	return all, nil
}

// setDefault sets the default of a column, as far as the mapping has it.
func setDefault(m Mapping, c *Column, its *schema.Schema) {
	text := defaultOf(its, c.Type)
	switch {
	case text == "":
	case m == Native && !c.Key:
		c.Default = text
	case m == Confluent || m == Aiven:
		c.Default, c.Null = text, !c.Key // they write DEFAULT in place of NOT NULL
	case m == Debezium && !strings.HasSuffix(c.Type, "TEXT") && !strings.HasSuffix(c.Type, "BLOB") && c.Type != "JSON":
		c.Default = text
	}
	c.Name = m.columnName(c.Name)
}

// columnName returns the name of a column in a statement: the connector of Debezium writes
// names in lower case without quote.identifiers. A name such as İD stays as it is: to
// [strings.EqualFold], by which the output finds its columns, the lower case is another name.
func (m Mapping) columnName(name string) string {
	if lower := strings.ToLower(name); m == Debezium && strings.EqualFold(lower, name) {
		return lower
	}
	return name
}

// schemaOf returns the schema of a column's values, and the name of their field.
func schemaOf(t *table.Target, s Schemas, name string) (its *schema.Schema, field string, err error) {
	source := t.Source(name)
	switch source.Origin {
	case table.FromMetadata:
		return metadata(source.Name), source.Name, nil
	case table.FromKey:
		if s.Key == nil {
			return nil, "", fmt.Errorf("column %s takes the record key, which has no schema: set key_format of connect_json_decode, or create the column yourself", table.Quote(name))
		}
		if s.Key.Type != schema.Struct {
			return s.Key, source.Name, nil
		}
		its = member(s.Key, source.Name)
	default:
		its = member(s.Value, source.Name)
	}
	if its == nil {
		return nil, "", fmt.Errorf("column %s: the schema has no field %q", table.Quote(name), source.Name)
	}
	return its, source.Name, nil
}

// member returns the schema of a struct's field, nil if there is none.
func member(s *schema.Schema, name string) *schema.Schema {
	for _, same := range []func(a, b string) bool{func(a, b string) bool { return a == b }, strings.EqualFold} {
		if i := slices.IndexFunc(s.Fields, func(f schema.Field) bool { return same(f.Name, name) }); i >= 0 {
			return s.Fields[i].Schema
		}
	}
	return nil
}

// MetadataColumn returns the column of metadata.
func MetadataColumn(m Mapping, name string) Column {
	return Column{Name: m.columnName(name), Type: mappings[m](field{Schema: metadata(name)}), Null: true}
}

// metadata returns the schema of metadata: the position of a record or of an event is
// numbers, a header is text. A message may lack each of them.
func metadata(name string) *schema.Schema {
	s := &schema.Schema{Type: schema.String, Optional: true}
	switch name {
	case record.Key:
		s.Type = schema.Bytes
	case record.Partition:
		s.Type = schema.Int32
	case record.Tombstone:
		s.Type = schema.Boolean
	default:
		if record.IsNumber(name) || slices.Contains(change.Positions, name) {
			s.Type = schema.Int64
		}
	}
	return s
}

func isIn(names []string, name string) bool {
	return slices.ContainsFunc(names, func(other string) bool { return strings.EqualFold(other, name) })
}

// typeName returns the name of a logical type, else that of the type.
func typeName(s *schema.Schema) string { return cmp.Or(s.Name, s.Type.String()) }

// check returns an error when the table would not take the records, though MariaDB might
// create it.
func check(m Mapping, t *table.Target, c *Column, its *schema.Schema) error {
	kind := c.Type
	if i := strings.IndexAny(kind, "( "); i >= 0 {
		kind = kind[:i]
	}
	switch {
	case c.Type == "":
		return fmt.Errorf("column %s: %s %s has no column type that takes the field's type %s: exclude the field, or set %s: %s",
			table.Quote(c.Name), FieldMapping, m, typeName(its), FieldMapping, Native)
	case (kind == "POINT" || kind == "GEOMETRY") && !column.Writes(strings.ToLower(kind)):
		return fmt.Errorf("column %s: %s %s gives it the type %s, which this output does not write: exclude the field, or set %s: %s",
			table.Quote(c.Name), FieldMapping, m, kind, FieldMapping, Native)
	case c.Key && (strings.HasSuffix(kind, "TEXT") || strings.HasSuffix(kind, "BLOB")):
		return fmt.Errorf("key column %s: %s %s gives it the type %s, which MariaDB allows in no key (error 1170): set %s: %s, or create the table yourself",
			table.Quote(c.Name), FieldMapping, m, c.Type, FieldMapping, Native)
	case c.Key && slices.Contains([]string{"FLOAT", "DOUBLE", "TIME", "SET", "JSON", "GEOMETRY"}, kind):
		return fmt.Errorf("key column %s: %s %s gives it the type %s, which is no exact key: set %s: %s, or choose another %s",
			table.Quote(c.Name), FieldMapping, m, c.Type, FieldMapping, Native, table.FieldKey)
	case strings.EqualFold(c.Name, t.Version) && !slices.ContainsFunc([]string{"INT", "DEC", "DATE", "TIMESTAMP"}, func(part string) bool { return strings.Contains(kind, part) }):
		return fmt.Errorf("%s column %s gets the type %s: versions are integers, decimals, dates or timestamps: choose another %s",
			table.FieldVersion, table.Quote(c.Name), c.Type, table.FieldVersion)
	}
	return nil
}
