package transform

import "github.com/order-sink/order-sink/plugins/internal/record"

// Transform changes records. It is safe for concurrent use.
type Transform interface {
	// Apply changes a record in place. dropped says that the chain ends and the record is
	// gone. A refusal has the path of a field, or "key" or "value", without the alias. A
	// transform that refuses a record may have changed it.
	Apply(r *Record) (dropped bool, _ *record.Refusal)
}

// Func is a Transform that never drops a record.
type Func func(r *Record) *record.Refusal

// Apply implements Transform.
func (f Func) Apply(r *Record) (bool, *record.Refusal) { return false, f(r) }

// Type is a type of transforms. The chain knows it by the name of its Java class.
type Type struct {
	// Class is the name of the Java class. A type with sides has two classes: Class+"$Key"
	// and Class+"$Value".
	Class   string
	Sides   bool
	Options []Option
	// New makes a transform. side is Value for a type without sides. The error names an
	// option and what is wrong with its value.
	New func(s *Settings, side Side) (Transform, error)
}

// Classes returns the names of the Java classes, and the side of each.
func (t *Type) Classes() map[string]Side {
	if !t.Sides {
		return map[string]Side{t.Class: Value}
	}
	return map[string]Side{t.Class + "$Key": Key, t.Class + "$Value": Value}
}

// Predicate decides about a record for the options predicate and negate.
type Predicate func(r *Record) bool

// PredicateType is a type of predicates.
type PredicateType struct {
	Class   string
	Options []Option
	New     func(s *Settings) (Predicate, error)
}
