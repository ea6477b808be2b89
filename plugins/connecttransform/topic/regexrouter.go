// Package topic has the transforms that change the topic of a record.
package topic

import (
	"github.com/order-sink/order-sink/plugins/connecttransform/javaregex"
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

const (
	optionRegex       = "regex"
	optionReplacement = "replacement"
)

// RegexRouter replaces the first match in the name of a topic that matches as a whole.
var RegexRouter = transform.Type{
	Class: "org.apache.kafka.connect.transforms.RegexRouter",
	Options: []transform.Option{
		{Name: optionRegex, Required: true},
		{Name: optionReplacement, Required: true},
	},
	New: newRegexRouter,
}

type regexRouter struct {
	pattern     *javaregex.Pattern
	replacement *javaregex.Replacement
	routes      transform.Memo[string]
}

func newRegexRouter(s *transform.Settings, _ transform.Side) (transform.Transform, error) {
	pattern, err := javaregex.Compile(s.Text(optionRegex))
	if err != nil {
		return nil, transform.Invalid(optionRegex, err)
	}
	replacement, err := pattern.Replacement(s.Text(optionReplacement))
	if err != nil {
		return nil, transform.Invalid(optionReplacement, err)
	}
	t := &regexRouter{pattern: pattern, replacement: replacement}
	return transform.Func(t.apply), nil
}

func (t *regexRouter) apply(r *transform.Record) *record.Refusal {
	routed, err := t.routes.Get(r.Topic, t.route)
	if err != nil {
		return transform.Refuse(transform.BadTopic, err.Error()).At("topic")
	}
	r.Topic = routed
	return nil
}

func (t *regexRouter) route(topic string) (string, error) {
	if matches, err := t.pattern.Matches(topic); err != nil || !matches {
		return topic, err
	}
	return t.replacement.ReplaceFirst(topic)
}
