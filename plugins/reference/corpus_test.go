package reference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// question is a case: a chain of transforms, and the record that enters it.
type question struct {
	Chain     configuration `json:"chain"`
	Topic     string        `json:"topic"`
	Partition int           `json:"partition"`
	Offset    int           `json:"offset"`
	Timestamp *int64        `json:"timestamp"`
	Headers   []header      `json:"headers"`
	Key       *string       `json:"key"` // JSON: an envelope of exactly schema and payload, or plain
	Value     *string       `json:"value"`
}

// configuration is the configuration of connect_transform.
type configuration struct {
	Transforms []options `json:"transforms"`
	Predicates []options `json:"predicates,omitempty"`
}

type options map[string]string

type header [2]*string // name and value

// The prefixes of the names of classes.
const (
	kafka     = "org.apache.kafka.connect.transforms."
	predicate = kafka + "predicates."
	unwrap    = "io.debezium.transforms.ExtractNewRecordState"
	oldUnwrap = "io.debezium.transforms.UnwrapFromEnvelope"
)

// one returns a chain of one transform.
func one(class string, pairs ...string) configuration {
	return configuration{Transforms: []options{named("t", class, pairs...)}}
}

// named returns the options of a transform or of a predicate.
func named(alias, class string, pairs ...string) options {
	o := options{"name": alias, "type": class}
	for i := 0; i < len(pairs); i += 2 {
		o[pairs[i]] = pairs[i+1]
	}
	return o
}

// with returns a copy of a chain whose last transform has more options.
func (c configuration) with(pairs ...string) configuration {
	c.Transforms = slices.Clone(c.Transforms)
	last := maps.Clone(c.Transforms[len(c.Transforms)-1])
	for i := 0; i < len(pairs); i += 2 {
		last[pairs[i]] = pairs[i+1]
	}
	c.Transforms[len(c.Transforms)-1] = last
	return c
}

// rec is a record with the position, the timestamp and the headers that most cases have.
func rec(key, value *string) question {
	return question{
		Topic: "shop.orders", Partition: 3, Offset: 42, Timestamp: at(1709210096789),
		Headers: []header{head("source", "web"), head("count", "007")}, Key: key, Value: value,
	}
}

func of(value *string) question { return rec(text(`{"schema":{"type":"int32"},"payload":7}`), value) }

func at(ms int64) *int64      { return &ms }
func text(s string) *string   { return &s }
func head(n, v string) header { return header{&n, &v} }

func (q question) under(c configuration) question { q.Chain = c; return q }
func (q question) on(topic string) question       { q.Topic = topic; return q }
func (q question) stamped(ms *int64) question     { q.Timestamp = ms; return q }
func (q question) headed(h ...header) question    { q.Headers = append([]header{}, h...); return q }
func (q question) keyed(key *string) question     { q.Key = key; return q }

// inKey returns the record with its value as the key.
func (q question) inKey() question {
	q.Key, q.Value = q.Value, text(`{"schema":{"type":"string"},"payload":"v"}`)
	return q
}

// cross returns each record under each chain.
func cross(chains []configuration, records []question) (all []question) {
	for _, c := range chains {
		for _, r := range records {
			all = append(all, r.under(c))
		}
	}
	return all
}

// both returns each chain for values and for keys: the class ends in $Value.
func both(values []configuration, records []question) (all []question) {
	all = cross(values, records)
	for _, c := range values {
		last := len(c.Transforms) - 1
		c = c.with("type", strings.Replace(c.Transforms[last]["type"], "$Value", "$Key", 1))
		for _, r := range records {
			all = append(all, r.inKey().under(c))
		}
	}
	return all
}

// Schemas and documents.

func env(schema, payload string) *string {
	return text(`{"schema":` + schema + `,"payload":` + payload + `}`)
}

// attr adds members to the object of a schema.
func attr(schema string, members ...string) string {
	return strings.TrimSuffix(schema, "}") + "," + strings.Join(members, ",") + "}"
}

func kind(name string) string      { return `{"type":"` + name + `"}` }
func optional(s string) string     { return attr(s, `"optional":true`) }
func nameOf(s, name string) string { return attr(s, `"name":"`+name+`"`) }

// structOf returns a struct's schema of pairs of a name and a schema.
func structOf(pairs ...string) string {
	var fields []string
	for i := 0; i < len(pairs); i += 2 {
		fields = append(fields, attr(pairs[i+1], `"field":"`+pairs[i]+`"`))
	}
	return `{"type":"struct","fields":[` + strings.Join(fields, ",") + `]}`
}

// corpus returns the questions as JSON, one a line.
func corpus() ([]question, []byte) {
	var all []question
	for _, some := range [][]question{
		routing(), fieldNames(), insertions(), masks(), casts(), timestamps(), shapes(), headers(), predicates(), changeEvents(), realEvents(), chains(),
	} {
		all = append(all, some...)
	}
	if *random > 0 {
		all = mixed(all, *random, *seed)
	}
	var out bytes.Buffer
	seen := map[string]bool{}
	questions := all[:0]
	for _, q := range all {
		line, err := json.Marshal(q)
		if err != nil {
			panic(fmt.Sprintf("encoding a case: %v", err))
		}
		if !seen[string(line)] {
			seen[string(line)] = true
			questions = append(questions, q)
			out.Write(append(line, '\n'))
		}
	}
	return questions, out.Bytes()
}
