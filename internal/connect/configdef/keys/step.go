package keys

import (
	"cmp"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
	"github.com/order-sink/order-sink/plugins/connecttransform"
)

// OrderPrice is the class under which connectors have the processor order_price.
const OrderPrice = "com.order-sink.transforms.OrderPrice"

// steps has the classes of the transforms and predicates, by their full names.
var steps = func() map[string]connecttransform.Class {
	all := map[string]connecttransform.Class{OrderPrice: {Name: OrderPrice, Options: orderPriceOptions()}}
	for _, class := range connecttransform.Classes() {
		all[class.Name] = class
	}
	return all
}()

// orderPriceOptions has the options of order_price.
func orderPriceOptions() []connecttransform.Option {
	return []connecttransform.Option{
		{Name: "field.order.id", Default: "order_id"}, {Name: "field.user.id", Default: "user_id"}, {Name: "field.product.id", Default: "product_id"},
		{Name: "field.quantity", Default: "qty"}, {Name: "field.unit.price", Default: "unit_price"}, {Name: "field.total.price", Default: "total_price"},
		{Name: "max.quantity"}, {Name: "max.unit.price"}, {Name: "max.total.price"},
		{Name: "total.mismatch", Default: "correct"}, {Name: "tombstone", Default: "pass"},
	}
}

// Steps returns the classes of the transforms, or of the predicates, in the order of their names.
func Steps(predicates bool) []string {
	var names []string
	for name, class := range steps {
		if class.Predicate == predicates {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Step returns a transform or a predicate by its full or its simple name. It does not know
// ReplaceField without $Key or $Value.
func Step(name string, predicate bool) (connecttransform.Class, bool) {
	for _, full := range Steps(predicate) {
		if name == full || name == simple(full) && !strings.Contains(name, "$") {
			return steps[full], true
		}
	}
	return connecttransform.Class{}, false
}

// NeedsSide reports whether a name is that of a class with $Key or $Value behind it.
func NeedsSide(name string) bool {
	_, sided := steps[name+"$Key"]
	return sided
}

// StepKeys returns the keys of a transform or a predicate, without their prefix, in the order
// in which Kafka Connect shows them: transforms have negate and predicate as well.
func StepKeys(class connecttransform.Class) []def.Key {
	var all []def.Key
	for i := range class.Options {
		o := &class.Options[i]
		if class.Predicate && o.Name == "header" { // the name that HasHeaderKey has in YAML
			continue
		}
		all = append(all, optionKey(class.Name, o))
	}
	if !class.Predicate {
		all = append(all,
			def.Key{Name: "negate", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Medium, Order: -1, Doc: "Whether the transform works on the records that the predicate does not match."},
			def.Key{Name: "predicate", Kind: def.String, Importance: def.Medium, Order: -1, Doc: "The alias of the predicate of the records that the transform works on."},
		)
	}
	return all
}

// Shown sorts the keys of a step as a validation shows them, with the hidden ones behind.
func Shown(all []def.Key) []def.Key {
	rank := map[string]int{def.High: 0, def.Medium: 1, def.Low: 2}
	return slices.SortedStableFunc(slices.Values(all), func(a, b def.Key) int {
		return cmp.Or(compareBool(a.Hides, b.Hides), cmp.Compare(a.Order, b.Order), compareBool(b.Required, a.Required),
			cmp.Compare(rank[a.Importance], rank[b.Importance]), strings.Compare(a.Name, b.Name))
	})
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

var kinds = map[any]def.Kind{
	connecttransform.Text: def.String, connecttransform.List: def.List, connecttransform.Flag: def.Boolean, connecttransform.Integer: def.Int,
}

// optionKey returns an option as a key.
func optionKey(class string, o *connecttransform.Option) def.Key {
	name, _, _ := strings.Cut(simple(class), "$")
	l, special := looks[name+"."+o.Name]
	if !special {
		l = looks["."+o.Name]
	}
	k := def.Key{
		Name: o.Name, Kind: kinds[o.Kind], Required: o.Required, Importance: cmp.Or(l.importance, def.Medium), Width: l.width, Order: cmp.Or(l.order, -1),
		Display: l.display, Checks: l.checks, Doc: "An option of " + name + ": see the reference of connect_transform.",
		Alias: o.For, Hides: o.For != "" || l.hides,
	}
	if l.isList {
		k.Kind = def.List
	}
	if !o.Required && !l.isNull {
		k.Default = &o.Default
	}
	return k
}
