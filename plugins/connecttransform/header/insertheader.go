package header

import (
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

const (
	optionHeader = "header"
	optionValue  = "value.literal"
)

// InsertHeader adds a header with a text of the configuration.
var InsertHeader = transform.Type{
	Class: "org.apache.kafka.connect.transforms.InsertHeader",
	Options: []transform.Option{
		{Name: optionHeader, Required: true, NotEmpty: true},
		{Name: optionValue, Required: true},
	},
	New: func(s *transform.Settings, _ transform.Side) (transform.Transform, error) {
		name, value := s.Text(optionHeader), s.Text(optionValue)
		if err := transform.CheckHeader(name); err != nil {
			return nil, transform.Invalid(optionHeader, err)
		}
		return transform.Func(func(r *transform.Record) *record.Refusal {
			r.Headers.Set(name, value)
			return nil
		}), nil
	},
}
