// Package translate makes a pipeline of order-sink from the configuration of a JDBC sink
// connector of Kafka Connect: the YAML text, the variables that hold its secrets, and what is
// different from the connector on a worker of Kafka Connect. It does no I/O.
package translate

import (
	"maps"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/configdef"
	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
	"github.com/order-sink/order-sink/internal/connect/translate/yamltext"
)

// Connector is what a pipeline is made from.
type Connector struct {
	Name string
	// Config is the configuration as it is stored, with the placeholders of config providers
	// such as ${file:/secrets.properties:password}.
	Config map[string]string
	// Resolved is Config with the values of the placeholders. A nil Resolved means that Config
	// has none.
	Resolved map[string]string
	// Worker has the resolved properties of the worker.
	Worker map[string]string
}

// Pipeline is what order-sink runs for a connector.
type Pipeline struct {
	// YAML has no secret but those that Config has in clear text.
	YAML        string
	Variables   []Variable // in the order of their names
	Differences []Difference
	Group       string // the consumer group
	TasksMax    int
	Topics      []string // the topics, or none with TopicsRegex
	TopicsRegex string
	DeadLetters *DeadLetters // nil without a dead letter topic
}

// Variable is a variable of the YAML text: a secret, or text with a placeholder.
type Variable struct {
	Name  string
	Key   string // the property that it comes from
	Value kafkaconf.Secret
}

// DeadLetters is the topic of the dead letters. A worker of Kafka Connect creates it with one
// partition.
type DeadLetters struct {
	Topic       string
	Replication int
}

// Lookup returns the text of a variable as the framework inserts it into the YAML text. The
// YAML text has each variable in quotes.
func (p *Pipeline) Lookup(name string) (text string, found bool) {
	i := slices.IndexFunc(p.Variables, func(v Variable) bool { return v.Name == name })
	if i < 0 {
		return "", false
	}
	return strings.ReplaceAll(string(p.Variables[i].Value), "'", "''"), true
}

// Translate makes the pipeline of a connector. The error is an [*Error] with everything that
// cannot be honoured.
func Translate(c Connector) (Pipeline, error) {
	t := &translator{Connector: c, pipeline: &Pipeline{}}
	if t.Resolved == nil {
		t.Resolved = c.Config
	}
	t.Resolved = maps.Clone(t.Resolved)
	if t.Resolved == nil {
		t.Resolved = map[string]string{}
	}
	t.Resolved["name"] = c.Name
	class, err := configdef.Find(t.Resolved["connector.class"], t.Resolved)
	if err != nil {
		return Pipeline{}, &Error{Problems: []Problem{{"connector.class", err.Error()}}}
	}
	validation, values := configdef.Validate(class, t.Resolved, c.Worker)
	for _, key := range validation.Configs {
		for _, text := range key.Value.Errors {
			t.refuse(key.Value.Name, "%s", text)
		}
	}
	if len(t.problems) > 0 {
		return Pipeline{}, &Error{t.problems}
	}
	t.v, t.class = values, class
	return t.translate()
}

// translator collects the parts of a pipeline.
type translator struct {
	Connector
	class    configdef.Class
	v        *configdef.Values
	pipeline *Pipeline
	problems []Problem
	consumer kafkaconf.Settings
}

func (t *translator) translate() (Pipeline, error) {
	input := t.input()
	processors := t.processors()
	output := t.output()
	t.settings(kafkaconf.Admin) // of the client that asks for the members of the group
	t.notes()
	if len(t.problems) > 0 {
		return Pipeline{}, &Error{t.problems}
	}
	pairs := []any{"processors", yamltext.List(processors...)}
	if t.usesRegistry() {
		pairs = append([]any{"threads", waitingPartitions}, pairs...)
	}
	pipeline := yamltext.Fields(pairs...)
	if t.usesRegistry() {
		yamltext.Comment(pipeline, "A partition whose records wait for the registry must not hold back the others.")
	}
	text, err := yamltext.Render(yamltext.Fields("input", input, "pipeline", pipeline, "output", output))
	if err != nil {
		return Pipeline{}, err
	}
	p := t.pipeline
	p.YAML = text
	p.TasksMax = t.v.Int("tasks.max")
	slices.SortFunc(p.Variables, func(a, b Variable) int { return strings.Compare(a.Name, b.Name) })
	return *p, nil
}

// waitingPartitions is how many batches can be in the processors or in the output while
// others wait there: two of each partition.
const waitingPartitions = 64
