package chain

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// A field that a transform cannot convert keeps its value: without the bytes of the
// producer, the content of the dead letter shows what is wrong.
func TestARefusedFieldKeepsItsValue(t *testing.T) {
	for class, o := range map[string]options{
		"Cast$Value":               {"spec": "f:int32"},
		"MaskField$Value":          {"fields": "f", "replacement": "1"},
		"TimestampConverter$Value": {"field": "f", "target.type": "unix", "format": "yyyy"},
	} {
		for _, in := range []*schema.Schema{nil, structOf(schema.Field{Name: "f", Schema: &schema.Schema{Type: schema.Array, Items: &schema.Schema{Type: schema.String}}})} {
			r := incoming(map[string]any{"f": []any{"a"}}, in)
			refuses(t, one(t, class, o), r)
			require.Equal(t, map[string]any{"f": []any{"a"}}, r.Value.Value, "%s with schema %v", class, in)
		}
	}
}
