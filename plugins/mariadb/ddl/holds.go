package ddl

import (
	"fmt"
	"strings"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// CheckTypes returns a mismatch when a column of the table can hold no value at all of its
// field, whose type has changed. A column that holds a part of the values refuses the
// others one by one.
func CheckTypes(m Mapping, t *table.Table, s Schemas) error {
	var found table.Mismatch
	for i := range t.Columns {
		c, source := &t.Columns[i], t.Sources[i]
		its, field, err := schemaOf(t.Target, s, t.Target.Columns[i])
		if err != nil || source.Origin == table.FromMetadata || holds(c, source.Origin, its) {
			continue
		}
		text := fmt.Sprintf("column %s has type %s, which holds no value of field %q, whose type is %s now: exclude the field (%s)",
			table.Quote(c.Name), c.ColumnType, field, typeName(its), table.FieldExclude)
		if all, err := Columns(m, t.Target, s); err == nil && !c.Key {
			for _, wanted := range all {
				if strings.EqualFold(wanted.Name, c.Name) {
					text += ", or run ALTER TABLE " + t.Target.Name() + " MODIFY COLUMN " + wanted.definition()
				}
			}
		}
		found = append(found, table.Reason{Text: text})
	}
	if len(found) > 0 {
		return found
	}
	return nil
}

// holds says whether a column may hold a value of a schema. It asks the column itself,
// about a value of each form that the schema can have.
func holds(c *column.Column, from table.Origin, s *schema.Schema) bool {
	for _, v := range samples(s) {
		var refused *record.Refusal
		if from == table.FromKey {
			v, refused = c.FromMetadata(v)
		}
		if refused == nil {
			_, refused = c.Accept(v)
		}
		if refused == nil || refused.Code != refusal.Type {
			return true
		}
	}
	return false
}

// samples returns values of a schema, as a decoder makes them.
func samples(s *schema.Schema) []any {
	switch s.Logical {
	case schema.Decimal, schema.VariableDecimal:
		return []any{"1"}
	case schema.Bits:
		return []any{int64(1), []byte("1"), make([]byte, 16)}
	case schema.Date, schema.Timestamp, schema.ZonedTime:
		return []any{time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	case schema.Time:
		return []any{"00:00:01"}
	}
	switch s.Type {
	case schema.Float32, schema.Float64:
		return []any{1.0}
	case schema.Boolean:
		return []any{true}
	case schema.String:
		return []any{"1", "2000-01-01", "00:00:01"}
	case schema.Bytes:
		return []any{[]byte("1"), make([]byte, 16)}
	case schema.Array:
		return []any{[]any{}}
	case schema.Struct:
		v := make(map[string]any, len(s.Fields)) // a column of geometries asks for its members
		for i := range s.Fields {
			v[s.Fields[i].Name] = samples(s.Fields[i].Schema)[0]
		}
		return []any{v}
	case schema.Map:
		return []any{map[string]any{}, []any{}}
	}
	return []any{int64(1)}
}
