package chain

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/plugins/connecttransform/javaregex"
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
)

const (
	optionPattern = "pattern"
	optionName    = "name"
	optionHeader  = "header" // in YAML, where name is the alias
)

// predicateTypes has every predicate.
var predicateTypes = []transform.PredicateType{
	{
		Class:   "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
		Options: []transform.Option{{Name: optionPattern, Required: true, NotEmpty: true}},
		New:     topicNameMatches,
	},
	{
		Class: "org.apache.kafka.connect.transforms.predicates.HasHeaderKey",
		Options: []transform.Option{
			{Name: optionName, Required: true, NotEmpty: true},
			{Name: optionHeader, NotEmpty: true, For: optionName},
		},
		New: func(s *transform.Settings) (transform.Predicate, error) {
			name := s.Text(optionName)
			return func(r *transform.Record) bool {
				_, found := r.Headers.Get(name)
				return found
			}, nil
		},
	},
	{
		Class: "org.apache.kafka.connect.transforms.predicates.RecordIsTombstone",
		New: func(*transform.Settings) (transform.Predicate, error) {
			return func(r *transform.Record) bool { return r.Value.Value == nil }, nil
		},
	},
}

// Predicates returns the types of all predicates, in the order of their names.
func Predicates() []transform.PredicateType {
	return slices.SortedFunc(slices.Values(predicateTypes), func(a, b transform.PredicateType) int { return strings.Compare(a.Class, b.Class) })
}

func topicNameMatches(s *transform.Settings) (transform.Predicate, error) {
	pattern, err := javaregex.Compile(s.Text(optionPattern))
	if err != nil {
		return nil, transform.Invalid(optionPattern, err)
	}
	topics := &transform.Memo[bool]{}
	return func(r *transform.Record) bool {
		matches, _ := topics.Get(r.Topic, pattern.Matches)
		return matches
	}, nil
}

// newPredicates makes the predicates, by their aliases.
func newPredicates(all []Named) (map[string]transform.Predicate, []error) {
	made := map[string]transform.Predicate{}
	var problems []error
	for i := range all {
		n := &all[i]
		p, err := n.predicate()
		if _, twice := made[n.Name]; twice && err == nil {
			err = errors.New("another predicate has the same name")
		}
		for _, problem := range each(err) {
			problems = append(problems, fmt.Errorf("%s: %w", n.place("predicates", i), problem))
		}
		made[n.Name] = p
	}
	return made, problems
}

func (n *Named) predicate() (transform.Predicate, error) {
	var names []string
	for i := range predicateTypes {
		t := &predicateTypes[i]
		names = append(names, t.Class)
		if t.Class != n.Type {
			continue
		}
		settings, err := transform.Read(t.Options, n.Options)
		if n.Name == "" {
			err = errors.Join(append([]error{errors.New("name is required")}, each(err)...)...)
		}
		if err != nil {
			return nil, err
		}
		return t.New(settings)
	}
	return nil, fmt.Errorf("predicate type %s is not supported%s", n.Type, transform.Suggest(n.Type, names))
}
