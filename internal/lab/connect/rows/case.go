package rows

import (
	"bytes"
	"embed"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/twmb/avro"
	"github.com/twmb/franz-go/pkg/kgo"
	"gopkg.in/yaml.v3"
)

//go:embed cases
var files embed.FS

// testCase is one connector with its records. In all texts, TOPIC stands for the name of the
// case, which is the name of its topic, and SIDE for one of the two workers.
type testCase struct {
	Name    string
	Config  map[string]string // beside what all cases have: see config
	Create  string            // SQL that makes tables, beforehand
	Topics  map[string]int32  // with their partitions; by default TOPIC with one
	Schemas map[string]string // see structOf
	Avro    map[string]string // schemas of Avro, in JSON
	Records []record
	Fails   bool // on both sides
	Differs *difference
}

// difference is what may differ, and why.
type difference struct {
	// Lines is the expected difference of the two descriptions: "- " for the real worker.
	Lines string
	// Says is what connect-import prints about it. When order-sink refuses the connector, it
	// is a part of the refusal.
	Says string
	// Waits is a part of the reason for which order-sink waits, and never comes to the end.
	Waits string
}

type record struct {
	Topic     string
	Partition int32
	Key       part
	Value     part
	Event     []any // of Debezium: the name of the schema, the operation, the row before, the row after
	Headers   map[string]string
	Timestamp int64
}

// part is a key or a value: text, nothing, or the name of a schema with a value.
type part struct {
	text   *string
	schema string
	value  any
}

// UnmarshalYAML reads null, a text, or [SCHEMA, VALUE].
func (p *part) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		return node.Decode(&p.text)
	}
	var pair []any
	if err := node.Decode(&pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return fmt.Errorf("line %d: expected [SCHEMA, VALUE]", node.Line)
	}
	p.schema, p.value = fmt.Sprint(pair[0]), pair[1]
	return nil
}

// read returns the cases of all files.
func read() (all []testCase, err error) {
	names, err := fs.Glob(files, "cases/*.yaml")
	if err != nil {
		return nil, err
	}
	slices.Sort(names)
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var found []testCase
		decoder := yaml.NewDecoder(bytes.NewReader(text))
		decoder.KnownFields(true)
		if err := decoder.Decode(&found); err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// topics returns the topics with their partitions.
func (c *testCase) topics() map[string]int32 {
	if len(c.Topics) == 0 {
		return map[string]int32{c.Name: 1}
	}
	named := map[string]int32{}
	for topic, partitions := range c.Topics {
		named[c.text(topic)] = partitions
	}
	return named
}

func (c *testCase) text(text string) string { return strings.ReplaceAll(text, "TOPIC", c.Name) }

// config is the configuration for one worker. The converters are explicit, because the
// defaults of the two workers may differ. The pool of the JVM connector begins small, because
// all connectors share one MariaDB.
func (c *testCase) config(of map[string]string) map[string]string {
	config := map[string]string{
		"connector.class":                   "io.debezium.connector.jdbc.JdbcSinkConnector",
		"tasks.max":                         "1",
		"key.converter":                     "org.apache.kafka.connect.json.JsonConverter",
		"value.converter":                   "org.apache.kafka.connect.json.JsonConverter",
		"connection.pool.min_size":          "1",
		"connection.pool.acquire_increment": "1",
		"connection.pool.max_size":          "2",
		"consumer.override.isolation.level": "read_committed",
	}
	if len(c.Topics) == 0 {
		config["topics"] = c.Name
	}
	maps.Copy(config, c.Config)
	maps.Copy(config, of)
	for key, value := range config {
		config[key] = strings.ReplaceAll(c.text(value), "SIDE", of["SIDE"])
	}
	delete(config, "SIDE")
	return config
}

// register gives an id to a schema of Avro.
type register func(subject, schema string) int

func (c *testCase) records(ids register) (all []*kgo.Record, err error) {
	for i, r := range c.Records {
		sent := &kgo.Record{Topic: c.Name, Partition: r.Partition, Timestamp: time.UnixMilli(max(r.Timestamp, 1_700_000_000_000+int64(i)))}
		if r.Topic != "" {
			sent.Topic = c.text(r.Topic)
		}
		if sent.Key, err = c.bytes(r.Key, ids); err == nil {
			sent.Value, err = c.bytes(r.Value, ids)
		}
		if err == nil && r.Event != nil {
			sent.Value, err = c.event(r.Event)
		}
		if err != nil {
			return nil, fmt.Errorf("record %d of %s: %w", i, c.Name, err)
		}
		for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
			sent.Headers = append(sent.Headers, kgo.RecordHeader{Key: name, Value: []byte(r.Headers[name])})
		}
		all = append(all, sent)
	}
	return all, nil
}

func (c *testCase) bytes(p part, ids register) ([]byte, error) {
	switch {
	case p.text != nil:
		return []byte(*p.text), nil
	case p.schema == "":
		return nil, nil
	case c.Avro[p.schema] != "":
		s, err := avro.Parse(c.Avro[p.schema])
		if err != nil {
			return nil, err
		}
		head := binary.BigEndian.AppendUint32([]byte{0}, uint32(ids(c.Name+"-"+p.schema, c.Avro[p.schema])))
		return s.AppendEncode(head, p.value)
	}
	s, err := c.typeOf(p.schema, "")
	if err != nil {
		return nil, err
	}
	if s["optional"] == nil {
		s["optional"] = false
	}
	return json.Marshal(map[string]any{"schema": s, "payload": encoded(s, p.value)})
}

func (c *testCase) event(parts []any) ([]byte, error) {
	row, err := c.structOf(fmt.Sprint(parts[0]))
	if err != nil {
		return nil, err
	}
	for len(parts) < 4 {
		parts = append(parts, nil)
	}
	s, value := envelope(row, fmt.Sprint(parts[1]), parts[2], parts[3])
	return json.Marshal(map[string]any{"schema": s, "payload": value})
}
