package rows

import (
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
)

// accept returns v as the column will hold it. Only a nested value needs the schema of the
// record, so only for it is the field looked up.
func accept(c *column.Column, v any, its *schema.Schema, field string) (any, *record.Refusal) {
	switch v.(type) {
	case map[string]any, []any:
		return c.AcceptNested(v, its.Field(field))
	}
	return c.Accept(v)
}
