package ddl

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// named returns a schema as a decoder makes it, with the meaning of its name.
func named(name string, s *schema.Schema) *schema.Schema {
	s.Name, s.Meaning = name, schema.Meanings[name]
	return s
}

// The members of a struct make it a geometry, as for a value: its name does not, since a
// transformation may have changed it.
func TestAColumnHoldsAFieldWhenItTakesOneOfItsValues(t *testing.T) {
	bytes, number := &schema.Schema{Type: schema.Bytes}, &schema.Schema{Type: schema.Int32}
	shape := func() *schema.Schema { return structOf("wkb", bytes, "srid", number) }
	fields := map[string]*schema.Schema{
		"Geometry":  named("io.debezium.data.geometry.Geometry", shape()),
		"Point":     named("io.debezium.data.geometry.Point", structOf("x", number, "y", number, "wkb", bytes, "srid", number)),
		"renamed":   shape(),
		"in text":   structOf("wkb", text(), "srid", number),
		"no wkb":    structOf("x", number, "srid", number),
		"a number":  structOf("wkb", number, "srid", number),
		"Uuid":      named("io.debezium.data.Uuid", text()),
		"Year":      named("io.debezium.time.Year", &schema.Schema{Type: schema.Int32}),
		"Bits":      named("io.debezium.data.Bits", &schema.Schema{Type: schema.Bytes}),
		"variable":  named("io.debezium.data.VariableScaleDecimal", structOf("scale", number, "value", bytes)),
		"ZonedTime": named("io.debezium.time.ZonedTime", text()),
	}
	for dataType, want := range map[string][]string{
		"point":      {"Geometry", "Point", "renamed", "in text"},
		"geometry":   {"Geometry", "Point", "renamed", "in text"},
		"int":        {"Uuid", "Year", "Bits", "variable", "ZonedTime"},
		"bit":        {"Uuid", "Year", "Bits", "variable", "ZonedTime"},
		"year":       {"Uuid", "Year", "Bits", "variable", "ZonedTime"},
		"decimal":    {"Uuid", "Year", "Bits", "variable", "ZonedTime"},
		"time":       {"Uuid", "variable", "ZonedTime"},
		"varbinary":  {"Uuid", "Bits", "variable", "ZonedTime"},
		"uuid":       {"Uuid", "Bits", "variable", "ZonedTime"},
		"longtext":   {"Geometry", "Point", "renamed", "in text", "no wkb", "a number", "Uuid", "Bits", "variable", "ZonedTime"},
		"enum":       {"Uuid", "variable", "ZonedTime"},
		"tinyint":    {"Uuid", "Year", "Bits", "variable", "ZonedTime"},
		"multipoint": {"Geometry", "Point", "renamed", "in text"},
	} {
		for _, isNullable := range []bool{false, true} {
			c := &column.Column{Name: "c", DataType: dataType, ColumnType: dataType, Nullable: isNullable}
			c.Classify(1000, 1000)
			var held []string
			for name, s := range fields {
				if holds(c, table.FromValue, s) {
					held = append(held, name)
				}
			}
			require.ElementsMatch(t, want, held, "%s, nullable %t", dataType, isNullable)
		}
	}
}
