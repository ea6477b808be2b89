// Package chain applies a list of transforms to records, in order, as a sink of Kafka
// Connect does between its converters and the connector.
package chain

import (
	"errors"
	"fmt"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// Config is a chain, with the options as text, as Kafka has them.
type Config struct {
	Transforms []Step
	Predicates []Named
}

// Step is a transform of the chain.
type Step struct {
	Named
	Predicate string // the alias of a predicate, "" for none
	Negate    bool   // the transform works on the records that the predicate does not match
}

// Named is a transform or a predicate: the alias, the Java class, and the options by name.
type Named struct {
	Name    string
	Type    string
	Options map[string]string
}

// Chain is a list of transforms. It is safe for concurrent use.
type Chain struct{ links []link }

type link struct {
	alias     string
	transform transform.Transform
	predicate transform.Predicate // nil for none
	negate    bool
}

// New makes a chain. The error joins all problems of the configuration; each one begins
// with the place.
func New(c Config) (*Chain, error) {
	predicates, problems := newPredicates(c.Predicates)
	chain, aliases := &Chain{}, map[string]bool{}
	for i, step := range c.Transforms {
		l, err := step.link(predicates)
		if err == nil && aliases[step.Name] {
			err = errors.New("another transform has the same name")
		}
		aliases[step.Name] = true
		for _, problem := range each(err) {
			problems = append(problems, fmt.Errorf("%s: %w", step.place("transforms", i), problem))
		}
		chain.links = append(chain.links, l)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return chain, nil
}

func (n *Named) place(list string, i int) string {
	if n.Name == "" {
		return fmt.Sprintf("%s[%d]", list, i)
	}
	return fmt.Sprintf("%s[%d] (%s)", list, i, n.Name)
}

// each returns the problems of a joined error.
func each(err error) []error {
	if err == nil {
		return nil
	}
	if joined, isJoined := err.(interface{ Unwrap() []error }); isJoined {
		return joined.Unwrap()
	}
	return []error{err}
}

// Problems returns the problems in an error of New, one for each mistake.
func Problems(err error) []error { return each(err) }

func (s *Step) link(predicates map[string]transform.Predicate) (link, error) {
	l := link{alias: s.Name, negate: s.Negate}
	var problems []error
	if s.Name == "" {
		problems = append(problems, errors.New("name is required"))
	}
	if s.Predicate != "" {
		predicate, known := predicates[s.Predicate]
		l.predicate = predicate
		if !known {
			problems = append(problems, fmt.Errorf("predicate %s is not in predicates", s.Predicate))
		}
	} else if s.Negate {
		problems = append(problems, errors.New("negate needs a predicate"))
	}
	t, side, err := find(s.Type)
	if err != nil {
		return l, errors.Join(append(problems, err)...)
	}
	settings, err := transform.Read(t.Options, s.Options)
	if err == nil {
		l.transform, err = t.New(settings, side)
	}
	return l, errors.Join(append(problems, each(err)...)...)
}

// CheckTransform returns what is wrong with a transform, one error for each mistake.
func (n *Named) CheckTransform() []error {
	_, err := (&Step{Named: *n}).link(nil)
	return each(err)
}

// CheckPredicate returns what is wrong with a predicate, one error for each mistake.
func (n *Named) CheckPredicate() []error {
	_, err := n.predicate()
	return each(err)
}

// Outcome is what became of a record. Dropped is the alias of the transform that dropped
// it, "" for a record that the chain has kept. Refusal is why a transform refused it.
type Outcome struct {
	Dropped string
	Refusal *record.Refusal
}

// Apply changes a record in place. The path of a refusal begins with the alias of the
// transform. A refused record may have the changes of the transforms before.
func (c *Chain) Apply(r *transform.Record) Outcome {
	for i := range c.links {
		l := &c.links[i]
		if l.predicate != nil && l.predicate(r) == l.negate {
			continue
		}
		dropped, refused := l.transform.Apply(r)
		switch {
		case refused != nil:
			return Outcome{Refusal: refused.At(transform.Name(l.alias))}
		case dropped:
			return Outcome{Dropped: l.alias}
		}
	}
	return Outcome{}
}
