package configdef

import (
	"fmt"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
	"github.com/order-sink/order-sink/internal/connect/configdef/keys"
	"github.com/order-sink/order-sink/plugins/connecttransform"
)

// The keys of a transform that say on which records it works.
const (
	negate       = "negate"
	predicateKey = "predicate"
)

// Step is a transform or a predicate: its alias, its Java class and its own options, without
// the prefix. Predicate and Negate are of transforms only. Options has the options that the
// configuration sets.
type Step struct {
	Alias     string
	Class     string
	Options   map[string]string
	Predicate string
	Negate    bool
}

// family is transforms or predicates.
type family struct {
	key        string // also the prefix
	java       string // the interface of the classes
	group      string
	predicates bool
}

var families = []family{
	{keys.Transforms, "Transformation", "Transforms: ", false},
	{keys.Predicates, "Predicate", "Predicates: ", true},
}

// steps reads the keys of the transforms and predicates.
func (v *Values) steps() {
	for _, f := range families {
		aliases, _ := v.rows[f.key].Value.([]string)
		seen := map[string]bool{}
		for _, alias := range aliases {
			if !seen[alias] {
				seen[alias] = true
				v.groups = append(v.groups, f.group+alias)
				v.step(f, alias)
			}
		}
	}
}

// step reads the keys of a transform or a predicate.
func (v *Values) step(f family, alias string) {
	prefix, group := f.key+"."+alias+".", f.group+alias
	var class connecttransform.Class
	var known bool
	kind := v.add(&def.Key{
		Name: prefix + "type", Kind: def.Class, Required: true, Importance: def.High, Group: group, Width: def.Wide,
		Display: f.java + " type for " + alias, Values: keys.Steps(f.predicates), Doc: "The Java class of " + alias + ".",
		Classes: func(name string) (string, bool) {
			if class, known = keys.Step(name, f.predicates); known {
				return class.Name, true
			}
			return f.other(name)
		},
	})
	version := &def.Key{
		Name: prefix + "plugin.version", Kind: def.String, Importance: def.High, Group: group, Order: 1, Width: def.Wide,
		Display: f.java + " version for " + alias, Doc: "The version of the class, or a range of versions.",
	}
	if known {
		text := stepVersion(class.Name)
		version.Default, version.Values = &text, []string{text}
	}
	versioned := v.add(version)
	alone := !f.predicates && v.isAlone(prefix)
	further := []*def.Result{kind}
	switch {
	case alone: // Kafka Connect looks no further
		kind.Fail(fmt.Sprintf("Config '%snegate' was provided but there is no config '%spredicate' defining a predicate to be negated.", prefix, prefix))
		further = nil
	case !known:
		f.explain(kind, v.config[prefix+"type"])
	}
	if known && checkVersion(class.Name, versioned, further...) {
		v.addStep(f, alias, class, kind)
	}
}

// isAlone reports whether a transform has negate and no predicate.
func (v *Values) isAlone(prefix string) bool {
	_, hasNegate := v.config[prefix+negate]
	_, hasPredicate := v.config[prefix+predicateKey]
	return hasNegate && !hasPredicate
}

// addStep reads the options of a transform or a predicate, and keeps it for the translation.
func (v *Values) addStep(f family, alias string, class connecttransform.Class, kind *def.Result) {
	prefix := f.key + "." + alias + "."
	options, fine := v.options(f, prefix, f.group+alias, class)
	s := Step{Alias: alias, Class: class.Name, Options: options}
	if f.predicates {
		v.predicates = append(v.predicates, s)
	} else {
		s.Predicate, s.Negate = v.String(prefix+predicateKey), v.Bool(prefix+negate)
		v.transforms = append(v.transforms, s)
	}
	if !fine || class.Name == keys.OrderPrice {
		return
	}
	for _, problem := range class.Check(options) {
		kind.Fail(def.Invalid(kind.Key.Name, class.Name, problem.Error()))
	}
}

// options reads the options of a transform or a predicate. It returns those that the
// configuration sets, and whether nothing is wrong with them.
func (v *Values) options(f family, prefix, group string, class connecttransform.Class) (set map[string]string, fine bool) {
	set, fine = map[string]string{}, true
	for i, k := range keys.Shown(keys.StepKeys(class)) {
		option := k.Name
		k.Bare, k.Name, k.Group, k.Order = option, prefix+option, group, i+2
		if k.Display == "" {
			k.Display = option
		}
		r := v.add(&k)
		fine = fine && len(r.Errors) == 0
		if v.Has(k.Name) && (f.predicates || option != negate && option != predicateKey) {
			set[option] = v.config[k.Name]
		}
	}
	return set, fine
}

// other returns the full name of a class that is of another kind or needs a side.
func (f family) other(name string) (string, bool) {
	if keys.NeedsSide(name) && !f.predicates {
		return name, true
	}
	if class, known := keys.Step(name, !f.predicates); known {
		return class.Name, true
	}
	return keys.ConverterClass("value")(name)
}

// explain says what is wrong with a class that is no transform or no predicate.
func (f family) explain(kind *def.Result, name string) {
	full, isText := kind.Value.(string)
	if !isText {
		instead(kind, connecttransform.Instead(def.Trim(name)))
		return
	}
	if keys.NeedsSide(full) {
		kind.Fail(fmt.Sprintf("This class is abstract and cannot be created. Did you mean %s$Key, %s$Value?", full, full))
		return
	}
	kind.Fail(fmt.Sprintf("Class class %s does not implement the %s interface", full, f.java))
}
