package ddl

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// confluent returns the type that Confluent's JDBC sink gives a column of MariaDB. The sink
// fails to create a table with a key of text: it makes the key TEXT, which no key can have
// (error 1170).
func confluent(f field) string {
	if f.key {
		return f.connect(fmt.Sprintf("VARCHAR(%d)%s", keyText, exactText))
	}
	return f.connect("TEXT")
}

// aiven returns the type that Aiven's JDBC sink gives a column of MariaDB. The collation of
// a key of text is ours: under the one of the database, ids that differ in case only are
// one row.
func aiven(f field) string {
	if f.key {
		return f.connect("VARCHAR(256)" + exactText)
	}
	return f.connect("VARCHAR(256)")
}

// connect returns the type by Kafka Connect's own types. "" is for a type without one.
func (f field) connect(text string) string {
	if f.IsConnect {
		switch f.Logical {
		case schema.Decimal:
			return fmt.Sprintf("DECIMAL(65,%d)", max(f.Scale, 0))
		case schema.Date:
			return "DATE"
		case schema.Time:
			return "TIME(3)"
		case schema.Timestamp:
			return "DATETIME(3)"
		}
	}
	if f.Logical != schema.Plain || f.Name == nameBits {
		return "" // a number or bytes to these connectors, a date, a time or an integer to order-sink
	}
	switch f.Type {
	case schema.Boolean:
		return "TINYINT"
	case schema.String:
		return text
	case schema.Bytes:
		return "VARBINARY(1024)"
	case schema.Array, schema.Map, schema.Struct:
		return ""
	}
	return number(f.Type)
}

// number returns the type of a plain number.
func number(t schema.Type) string {
	return [...]string{"TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE"}[t]
}

// positionFields are the columns of pk.mode=kafka, unless pk.fields names them.
var positionFields = []string{"__connect_topic", "__connect_partition", "__connect_offset"}

// sortAsConnect puts the columns in the order in which Confluent's and Aiven's sinks create
// them: the position of the record, the fields of the value, then the others by name.
func sortAsConnect(all []Column, value *schema.Schema) {
	place := func(c Column) int {
		if i := slices.Index(positionFields, c.field); i >= 0 && c.Key {
			return i - len(positionFields)
		}
		if i := slices.IndexFunc(value.Fields, func(f schema.Field) bool { return f.Name == c.field }); i >= 0 {
			return i
		}
		return len(value.Fields)
	}
	slices.SortStableFunc(all, func(a, b Column) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a.Name, b.Name))
	})
}

// debezium returns the type that Debezium's JDBC sink gives a column of MariaDB with
// schema.evolution=basic. The collation of a key of text is ours, as with [aiven].
func debezium(f field) string {
	switch f.Name {
	case "io.debezium.time.ZonedTime", nameVariableScale:
		return "" // the connector fails on the first, and makes a float of the second
	case "io.debezium.time.Year":
		return "YEAR"
	case "io.debezium.data.Json":
		return "JSON"
	case nameBits:
		return fmt.Sprintf("BIT(%d)", max(f.number("length"), 1))
	case "io.debezium.data.Enum", "io.debezium.data.EnumSet":
		return f.debeziumMembers()
	case geometries + "Point":
		return "POINT"
	}
	if f.isGeometry() {
		return "GEOMETRY"
	}
	digits := 6
	if n := f.number(parameterLength); n > 0 && n < digits {
		digits = n
	}
	switch f.Logical {
	case schema.Decimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", min(cmp.Or(f.Precision, 38), maxPrecision), max(f.Scale, 0))
	case schema.Date:
		return "DATE"
	case schema.Time:
		return fmt.Sprintf("TIME(%d)", digits)
	case schema.Timestamp:
		return fmt.Sprintf("DATETIME(%d)", digits)
	case schema.ZonedTime:
		return fmt.Sprintf("TIMESTAMP(%d)", digits)
	}
	return f.debeziumPlain()
}

func (f field) debeziumPlain() string {
	source, n := f.source(), f.number(parameterLength)
	switch f.Type {
	case schema.Boolean:
		return "BOOLEAN"
	case schema.String:
		return f.debeziumText(source, n)
	case schema.Bytes:
		switch {
		case slices.Contains([]string{"TINYBLOB", "BLOB", "MEDIUMBLOB"}, source):
			return source
		case n > 0 && n <= maxVarBytes:
			return fmt.Sprintf("VARBINARY(%d)", n)
		}
		return "LONGBLOB"
	case schema.Map:
		return "JSON"
	case schema.Array, schema.Struct:
		return ""
	}
	if slices.Contains([]string{"TINYINT", "MEDIUMINT", "INTEGER"}, source) {
		if n > 0 {
			return fmt.Sprintf("%s(%d)", source, n)
		}
		return source
	}
	return number(f.Type)
}

func (f field) debeziumText(source string, n int) string {
	kind := "VARCHAR"
	switch source {
	case "CHAR":
		kind = "CHAR"
	case "VARCHAR":
	default:
		n = 0
	}
	switch {
	case f.key && n == 0:
		return fmt.Sprintf("VARCHAR(%d)%s", keyText, exactText)
	case f.key:
		return fmt.Sprintf("%s(%d)%s", kind, min(n, keyText), exactText)
	case n == 0:
		return "LONGTEXT"
	case n > 65535:
		return "MEDIUMTEXT"
	case n > 16383: // of four bytes each
		return "TEXT"
	}
	return fmt.Sprintf("%s(%d)", kind, n)
}

func (f field) debeziumMembers() string {
	all := allowed(f.Parameters["allowed"])
	for i, member := range all {
		all[i] = quoteText(member)
	}
	kind := "ENUM"
	if f.Name == "io.debezium.data.EnumSet" {
		kind = "SET"
	}
	text := kind + "(" + strings.Join(all, ",") + ")"
	if f.key {
		text += exactText
	}
	return text
}
