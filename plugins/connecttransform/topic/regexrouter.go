// Package topic has the transforms that change the topic of a record.
package topic

import (
	"sync"
	"sync/atomic"

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
	routes      routes
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
	routed, err := t.routes.get(r.Topic, t.route)
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

// maxRoutes is how many topics a transform remembers.
const maxRoutes = 10_000

// routes remembers what becomes of a topic: a pipeline sees few topics, and a match costs
// microseconds.
type routes struct {
	last  atomic.Pointer[route] // a batch has one topic
	mutex sync.Mutex
	known map[string]*route
}

type route struct{ from, to string }

func (m *routes) get(topic string, find func(string) (string, error)) (string, error) {
	if last := m.last.Load(); last != nil && last.from == topic {
		return last.to, nil
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	found := m.known[topic]
	if found == nil {
		to, err := find(topic)
		if err != nil {
			return "", err
		}
		if m.known == nil || len(m.known) >= maxRoutes {
			m.known = map[string]*route{}
		}
		found = &route{topic, to}
		m.known[topic] = found
	}
	m.last.Store(found)
	return found.to, nil
}
