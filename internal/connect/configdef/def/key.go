// Package def is Kafka's ConfigDef: the definition of a configuration key, the rules by which
// its text becomes a value, and the texts of the errors, which clients compare.
package def

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/internal/connect"
)

// Kind is the type of a key's value.
type Kind string

// The kinds. A value of Boolean is a bool, of Int, Long and Short an int64, of List a
// []string, and of the others a string.
const (
	Boolean  Kind = "BOOLEAN"
	Class    Kind = "CLASS"
	Int      Kind = "INT"
	List     Kind = "LIST"
	Long     Kind = "LONG"
	Password Kind = "PASSWORD"
	Short    Kind = "SHORT"
	String   Kind = "STRING"
)

// The importances of keys.
const (
	High   = "HIGH"
	Medium = "MEDIUM"
	Low    = "LOW"
)

// The widths of the fields in which consoles show keys. "" is NONE.
const (
	Wide   = "LONG"
	Middle = "MEDIUM"
	Narrow = "SHORT"
)

// Hidden is how a password is shown.
const Hidden = "[hidden]"

// Key is the definition of a configuration key, and what the worker does with it. A key with
// neither Ignored nor Refused has its effect.
type Key struct {
	Name       string
	Kind       Kind
	Default    *string // of a key that is not Required; nil for none
	Required   bool
	Importance string
	Width      string
	Group      string // "" for none
	Order      int    // in the group; -1 for none
	Display    string // "" for the name
	Doc        string
	Checks     []Check
	Values     []string // that consoles offer
	// Classes returns the full name of a class. It is set for a key of the kind Class.
	Classes func(name string) (full string, known bool)

	// Ignored says why the key has no effect.
	Ignored string
	// Same is the value with which an ignored key changes nothing, in any case of letters.
	Same string
	// Refused says why the worker refuses the key when it has another value than Default.
	Refused string
	// Bare is the name without the prefix of a transform, which the texts of Checks have.
	Bare string
	// Alias is the newer name of the same key.
	Alias string
	// Hides is set for a key that the answers do not show: an old or an internal one.
	Hides bool
}

// Check returns what is wrong with a value, or nothing. The value is nil when there is none.
type Check func(key string, value any) string

// Text returns a default.
func Text(value string) *string { return &value }

// Definition returns the key as the REST API shows it.
func (k *Key) Definition() *connect.KeyDefinition {
	d := &connect.KeyDefinition{
		Name: k.Name, Type: string(k.Kind), Required: k.Required, DefaultValue: k.Default,
		Importance: k.Importance, Documentation: k.Doc, Width: k.Width, DisplayName: k.Display,
		Dependents: []string{}, Order: k.Order,
	}
	if k.Group != "" {
		d.Group = &k.Group
	}
	if k.Width == "" {
		d.Width = "NONE"
	}
	if k.Display == "" {
		d.DisplayName = k.Name
	}
	return d
}

// Result is the value of a key. Value is nil when there is none, or when it cannot be read.
type Result struct {
	Key    *Key
	Given  bool // the configuration has the key
	Value  any
	Errors []string
	// Invisible tells consoles that nothing can be chosen.
	Invisible bool
}

// Read returns the value of a key. text is nil when the configuration does not have the key.
func (k *Key) Read(text *string) *Result {
	r := &Result{Key: k}
	switch {
	case text != nil:
		r.Given = true
		value, problem := k.parse(*text)
		r.Value = value
		r.Fail(problem)
	case k.Required:
		r.Fail(Missing(k.Name))
	case k.Default != nil:
		r.Value, _ = k.parse(*k.Default)
	}
	r.check()
	return r
}

func (r *Result) check() {
	for _, check := range r.Key.Checks {
		r.Fail(check(cmp.Or(r.Key.Bare, r.Key.Name), r.Value))
	}
}

// Null returns the value of a key that is null in the JSON text. The caller adds [NullValue],
// which is the last error.
func (k *Key) Null() *Result {
	r := &Result{Key: k, Given: true}
	r.check()
	return r
}

// Fail adds an error, unless it is "".
func (r *Result) Fail(problem string) {
	if problem != "" {
		r.Errors = append(r.Errors, problem)
	}
}

// Unsupported returns why the worker refuses the value, or nothing.
func (r *Result) Unsupported() string {
	k := r.Key
	if k.Refused == "" || !r.Given || r.Value == nil || k.Default != nil && *r.Text() == *k.Default {
		return ""
	}
	return Invalid(k.Name, r.Shown(), "order-sink does not support it: "+k.Refused)
}

// Result returns the key and its value as the REST API shows them.
func (r *Result) Result() connect.KeyResult {
	return connect.KeyResult{Definition: r.Key.Definition(), Value: connect.KeyValue{
		Name: r.Key.Name, Value: r.Text(), RecommendedValues: orEmpty(r.Key.Values), Errors: orEmpty(r.Errors), Visible: !r.Invisible,
	}}
}

// Text returns the value as the REST API shows it: nil for none, and a password hidden.
func (r *Result) Text() *string {
	text := ""
	switch v := r.Value.(type) {
	case nil:
		return nil
	case string:
		text = v
		if r.Key.Kind == Password {
			text = Hidden
		}
	case bool:
		text = strconv.FormatBool(v)
	case int64:
		text = strconv.FormatInt(v, 10)
	case []string:
		text = strings.Join(v, ",")
	}
	return &text
}

// Shown returns the value for the text of an error: "null" for none, and a password hidden.
func (r *Result) Shown() string {
	if text := r.Text(); text != nil {
		return *text
	}
	return "null"
}

func orEmpty(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return slices.Clone(texts)
}
