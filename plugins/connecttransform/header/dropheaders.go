package header

import (
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// DropHeaders removes headers.
var DropHeaders = transform.Type{
	Class:   "org.apache.kafka.connect.transforms.DropHeaders",
	Options: []transform.Option{{Name: optionHeaders, Kind: transform.List, Required: true, NotEmpty: true}},
	New: func(s *transform.Settings, _ transform.Side) (transform.Transform, error) {
		names := s.Names(optionHeaders)
		for _, name := range names {
			if err := transform.CheckHeader(name); err != nil {
				return nil, transform.Invalid(optionHeaders, err)
			}
		}
		return transform.Func(func(r *transform.Record) *record.Refusal {
			for _, name := range names {
				r.Headers.Drop(name)
			}
			return nil
		}), nil
	},
}
