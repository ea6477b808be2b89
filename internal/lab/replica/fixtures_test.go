package replica

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

var update = flag.Bool("update", false, "write the records of the connector to the fixtures of the change events")

// fixture is a record as a line of a file. The members of key and value are the bytes of
// the record; null is an absent key or value.
type fixture struct {
	Topic   string          `json:"topic"`
	Key     json.RawMessage `json:"key"`
	Value   json.RawMessage `json:"value"`
	Headers []header        `json:"headers"`
}

type header struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func newFixtures(records []*kgo.Record) (all []fixture) {
	for _, record := range records {
		f := fixture{Topic: record.Topic, Key: orNull(record.Key), Value: orNull(record.Value), Headers: []header{}}
		for _, h := range record.Headers {
			f.Headers = append(f.Headers, header{h.Key, string(h.Value)})
		}
		all = append(all, f)
	}
	return all
}

func orNull(text []byte) json.RawMessage {
	if text == nil {
		return json.RawMessage("null")
	}
	return text
}

// lines returns fixtures as JSON, one on a line.
func lines(all []fixture) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	for _, f := range all {
		if err := encoder.Encode(f); err != nil {
			return nil, err
		}
		for _, part := range []json.RawMessage{f.Key, f.Value} {
			if !bytes.Contains(text.Bytes(), part) {
				return nil, fmt.Errorf("a record of topic %s changes when it is written as JSON", f.Topic)
			}
		}
	}
	return text.Bytes(), nil
}

// fixtures returns the records of a prefix by the name of their table.
func (s *source) fixtures(prefix string) map[string][]fixture {
	s.Helper()
	topics, err := s.topics(s.Context(), prefix)
	s.must(err)
	files := map[string][]fixture{}
	for _, topic := range topics {
		records, err := s.read(s.Context(), topic)
		s.must(err)
		files[strings.TrimPrefix(topic, prefix+"."+s.database+".")] = newFixtures(records)
	}
	return files
}

// last returns the last n records of a topic.
func (s *source) last(topic string, n int) []fixture {
	s.Helper()
	records, err := s.read(s.Context(), topic)
	s.must(err)
	if len(records) < n {
		s.Fatalf("topic %s has %d records, expected at least %d", topic, len(records), n)
	}
	return newFixtures(records[len(records)-n:])
}

// compareFixtures compares the records with the files, or writes the files.
func compareFixtures(t *testing.T, files map[string][]fixture) {
	t.Helper()
	dir := filepath.Join(ordersinktest.Root(t), "plugins", "mariadb", "change", "testdata", "debezium")
	if *update {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, all := range files {
			text, err := lines(all)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name+".jsonl"), text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		stored, err := os.ReadFile(filepath.Join(dir, name+".jsonl"))
		if err != nil {
			t.Fatalf("reading a fixture: %v; run this test with -update", err)
		}
		got, want := stable(t, files[name]), stable(t, parse(t, stored))
		for i := range max(len(got), len(want)) {
			if i >= len(got) || i >= len(want) || got[i] != want[i] {
				t.Errorf("record %d of %s differs from the fixture:\ngot  %s\nwant %s", i, name, at(got, i), at(want, i))
				break
			}
		}
	}
}

func at(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return "nothing"
}

func parse(t *testing.T, text []byte) (all []fixture) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(text))
	for decoder.More() {
		var f fixture
		if err := decoder.Decode(&f); err != nil {
			t.Fatalf("reading a fixture: %v", err)
		}
		all = append(all, f)
	}
	return all
}

// stable returns the parts of records that are the same in each run: the topic, the key,
// the schemas, and the rows. Each run has its own times and positions.
func stable(t *testing.T, all []fixture) (kept []string) {
	t.Helper()
	for _, f := range all {
		if string(f.Value) == "null" { // a tombstone
			kept = append(kept, fmt.Sprintf("%s %s null", f.Topic, f.Key))
			continue
		}
		var value struct{ Schema, Payload json.RawMessage }
		if err := json.Unmarshal(f.Value, &value); err != nil {
			t.Fatal(err)
		}
		if value.Payload == nil { // without schemas
			value.Payload = f.Value
		}
		var row struct {
			Op            string
			Before, After json.RawMessage
		}
		if err := json.Unmarshal(value.Payload, &row); err != nil {
			t.Fatal(err)
		}
		key := f.Key
		if row.Op == "" {
			key = nil // of a transaction
		}
		kept = append(kept, fmt.Sprintf("%s %s %s %s %s %s", f.Topic, key, row.Op, row.Before, row.After, value.Schema))
	}
	return kept
}
