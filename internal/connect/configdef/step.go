package configdef

import (
	"fmt"
	"strings"

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
	singular   string
	java       string // the interface of the classes
	group      string
	predicates bool
}

var families = []family{
	{keys.Transforms, "Transformation", "Transformation", "Transforms: ", false},
	{keys.Predicates, "Predicate", "Predicate", "Predicates: ", true},
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
	prefix := f.key + "." + alias + "."
	var class connecttransform.Class
	var known bool
	kind := v.add(&def.Key{
		Name: prefix + "type", Kind: def.Class, Required: true, Importance: def.High, Group: f.group + alias, Width: def.Wide,
		Display: f.singular + " type for " + alias, Values: keys.Steps(f.predicates), Doc: "The Java class of the " + strings.ToLower(f.singular) + " " + alias + ".",
		Classes: func(name string) (string, bool) {
			if class, known = keys.Step(name, f.predicates); known {
				return class.Name, true
			}
			return f.other(name)
		},
	})
	version := &def.Key{
		Name: prefix + "plugin.version", Kind: def.String, Importance: def.High, Group: f.group + alias, Order: 1, Width: def.Wide,
		Display: f.singular + " version for " + alias, Doc: "The version of the class, or a range of versions.",
	}
	if known {
		text := stepVersion(class.Name)
		version.Default, version.Values = &text, []string{text}
	}
	versioned := v.add(version)
	if !known {
		f.explain(kind, v.config[prefix+"type"])
		return
	}
	if !v.checkVersion(kind, versioned) {
		return
	}
	s := Step{Alias: alias, Class: class.Name, Options: map[string]string{}}
	fine := true
	for i, k := range keys.Shown(keys.StepKeys(class)) {
		option := k.Name
		k.Bare, k.Name, k.Group, k.Order = option, prefix+option, f.group+alias, i+2
		if k.Display == "" {
			k.Display = option
		}
		r := v.add(&k)
		fine = fine && len(r.Errors) == 0
		if text, given := v.config[k.Name]; given && (f.predicates || option != negate && option != predicateKey) {
			s.Options[option] = text
		}
	}
	if !f.predicates {
		s.Predicate, s.Negate = v.String(prefix+predicateKey), v.Bool(prefix+negate)
		if v.Has(prefix+negate) && !v.Has(prefix+predicateKey) {
			kind.Fail(fmt.Sprintf("Config '%snegate' was provided but there is no config '%spredicate' defining a predicate to be negated.", prefix, prefix))
		}
		v.transforms = append(v.transforms, s)
	} else {
		v.predicates = append(v.predicates, s)
	}
	if fine && class.Name != keys.OrderPrice {
		for _, problem := range class.Check(s.Options) {
			kind.Fail(def.Invalid(kind.Key.Name, class.Name, problem.Error()))
		}
	}
}

// other returns the full name of a class that is of another kind or needs a side.
func (f family) other(name string) (string, bool) {
	if full, needsSide := keys.Sided(name); needsSide && !f.predicates {
		return full, true
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
		if last := len(kind.Errors) - 1; kind.Given && name != Null {
			kind.Errors[last] += " The class " + def.Trim(name) + " " + connecttransform.Unsupported(def.Trim(name)) + "."
		}
		return
	}
	if _, needsSide := keys.Sided(full); needsSide {
		kind.Fail(fmt.Sprintf("This class is abstract and cannot be created. Did you mean %s$Key, %s$Value?", full, full))
		return
	}
	kind.Fail(fmt.Sprintf("Class class %s does not implement the %s interface", full, f.java))
}
