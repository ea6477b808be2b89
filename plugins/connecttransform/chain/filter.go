package chain

import (
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// filter drops every record that its predicate lets through.
var filter = transform.Type{
	Class: "org.apache.kafka.connect.transforms.Filter",
	New: func(*transform.Settings, transform.Side) (transform.Transform, error) {
		return dropping{}, nil
	},
}

type dropping struct{}

func (dropping) Apply(*transform.Record) (bool, *record.Refusal) { return true, nil }
