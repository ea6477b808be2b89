package field

import (
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const optionField = "field"

// HoistField makes the key or the value the only field of a struct, or of a map.
var HoistField = transform.Type{
	Class:   "org.apache.kafka.connect.transforms.HoistField",
	Sides:   true,
	Options: []transform.Option{{Name: optionField, Required: true}},
	New: func(s *transform.Settings, side transform.Side) (transform.Transform, error) {
		t := &hoistField{side: side, name: s.Text(optionField)}
		return transform.Func(t.apply), nil
	},
}

type hoistField struct {
	side    transform.Side
	name    string
	schemas transform.Cache[*schema.Schema]
}

func (t *hoistField) apply(r *transform.Record) *record.Refusal {
	d, refused := t.side.Of(r)
	if refused != nil {
		return refused
	}
	var its *schema.Schema
	if d.Schema != nil {
		if its, refused = t.schemas.Get(d.Schema, t.derive); refused != nil {
			return refused
		}
		if d.Value == nil && !d.Schema.Optional {
			return transform.Refuse(transform.BadValue, "expected "+transform.TypeName(d.Schema)+", got null").At(t.side.String())
		}
	}
	d.Set(map[string]any{t.name: d.Value}, its)
	return nil
}

func (t *hoistField) derive(s *schema.Schema) (*schema.Schema, *record.Refusal) {
	result := &schema.Schema{Type: schema.Struct}
	return result, transform.AddField(result, t.name, s)
}
