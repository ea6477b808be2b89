package rows

import (
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// accept returns v as the column will hold it. Only a nested value needs the schema of the
// record, so only for it is the field looked up.
func accept(c *column.Column, v any, its *schema.Schema, field string) (any, *record.Refusal) {
	switch v.(type) {
	case map[string]any, []any:
		return c.AcceptNested(v, fieldOf(its, field))
	}
	return c.Accept(v)
}

// schemaOf returns the schema of a member of the record or of its key, nil if it has none.
func schemaOf(m *Message, name string, origin table.Origin) *schema.Schema {
	switch origin {
	case table.FromValue:
		return fieldOf(m.Schema, name)
	case table.FromKey:
		k, isDecoded := m.Key.(*record.KeyValue)
		switch {
		case !isDecoded || k.Schema == nil:
			return nil
		case k.Schema.Type != schema.Struct:
			return k.Schema // the key is one value
		}
		return fieldOf(k.Schema, name)
	}
	return nil
}

// fieldOf returns the schema of a field, whose name may differ in case, see [table.Member].
func fieldOf(its *schema.Schema, name string) *schema.Schema {
	if field := its.Field(name); field != nil || its == nil {
		return field
	}
	for _, field := range its.Fields {
		if strings.EqualFold(field.Name, name) {
			return field.Schema
		}
	}
	return nil
}
