package chain

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/order-sink/order-sink/plugins/connecttransform/debezium"
	"github.com/order-sink/order-sink/plugins/connecttransform/field"
	"github.com/order-sink/order-sink/plugins/connecttransform/header"
	"github.com/order-sink/order-sink/plugins/connecttransform/topic"
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
)

// types has every transform.
var types = []*transform.Type{
	&debezium.ExtractNewRecordState,
	&debezium.UnwrapFromEnvelope,
	&field.Cast,
	&field.ExtractField,
	&field.Flatten,
	&field.HoistField,
	&field.InsertField,
	&field.MaskField,
	&field.ReplaceField,
	&field.SetSchemaMetadata,
	&field.TimestampConverter,
	&field.ValueToKey,
	&filter,
	&header.DropHeaders,
	&header.HeaderFrom,
	&header.InsertHeader,
	&topic.RegexRouter,
	&topic.TimestampRouter,
}

// class is a Java class of a transform.
type class struct {
	*transform.Type
	side transform.Side
}

// classes has the transforms by the names of their Java classes.
var classes = func() map[string]class {
	all := map[string]class{}
	for _, t := range types {
		for name, side := range t.Classes() {
			all[name] = class{t, side}
		}
	}
	return all
}()

// Types returns the names of the Java classes of all transforms, in order.
func Types() []string { return slices.Sorted(maps.Keys(classes)) }

// Options returns the options of a transform, by the name of its Java class.
func Options(class string) []transform.Option { return classes[class].Options }

func find(name string) (*transform.Type, transform.Side, error) {
	if name == "" {
		return nil, 0, errors.New("type is required")
	}
	if c, known := classes[name]; known {
		return c.Type, c.side, nil
	}
	if _, needsSide := classes[name+"$Value"]; needsSide {
		return nil, 0, fmt.Errorf("type %s needs a side: write %s$Key or %s$Value", name, name, name)
	}
	hint := transform.Suggest(name, Types())
	if instead := Alternative(name); instead != "" && hint == "" {
		hint = ": " + instead
	}
	return nil, 0, fmt.Errorf("type %s is not supported%s", name, hint)
}
