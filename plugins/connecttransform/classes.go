package connecttransform

import (
	"github.com/order-sink/order-sink/plugins/connecttransform/chain"
	"github.com/order-sink/order-sink/plugins/connecttransform/javaregex"
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
)

// Option is an option of a [Class].
type Option = transform.Option

// The kinds of options.
const (
	Text    = transform.Text
	List    = transform.List
	Flag    = transform.Flag
	Integer = transform.Integer
)

// Class is a Java class that connect_transform has.
type Class struct {
	Name      string
	Predicate bool // a predicate, not a transform
	Options   []Option
}

// Classes returns the classes of all transforms and predicates, in the order of their names.
// The predicate HasHeaderKey has the options of its YAML form, header, and of Kafka, name.
func Classes() []Class {
	var all []Class
	for _, name := range chain.Types() {
		all = append(all, Class{Name: name, Options: chain.Options(name)})
	}
	for _, p := range chain.Predicates() {
		all = append(all, Class{Name: p.Class, Predicate: true, Options: p.Options})
	}
	return all
}

// Check returns what is wrong with the options of a class, one error for each mistake.
func (c Class) Check(options map[string]string) []error {
	named := chain.Named{Name: "x", Type: c.Name, Options: options}
	if c.Predicate {
		return named.CheckPredicate()
	}
	return named.CheckTransform()
}

// Instead returns what does the same as a class that connect_transform does not have, such as
// "use a mapping processor", or nothing.
func Instead(class string) string { return chain.Alternative(class) }

// CheckRegex returns why connect_transform cannot match a regular expression of Java.
func CheckRegex(expression string) error {
	_, err := javaregex.Compile(expression)
	return err
}
