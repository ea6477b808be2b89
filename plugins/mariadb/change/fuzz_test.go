package change

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// FuzzEvents feeds any JSON to both formats, with the schema of its own members. The record
// is an event or has a whole refusal, and stays as it is.
func FuzzEvents(f *testing.F) {
	for _, one := range recorded(f) {
		f.Add(one.Value, one.Key, one.Topic)
	}
	for _, seed := range []string{
		description,
		kafkaCDC(1, "insert", `"id":1,"v":19.989999999999998`),
		kafkaCDC(1, "update_before", `"id":1`),
		kafkaCDC(2, "update_after", `"id":2`),
		`{"op":"u","before":{"a":[null]},"after":{"a":"__debezium_unavailable_value","b":["__debezium_unavailable_value"]},"source":{"snapshot":true,"file":".","pos":1e400}}`,
		`{"op":7,"after":[]}`, `[]`, `null`, `"text"`, `1`,
	} {
		f.Add(seed, "0-3000-20:1", "lab")
	}
	f.Fuzz(func(t *testing.T, document, key, topic string) {
		content, before := parse(document), parse(document)
		r := &Record{Content: content, Topic: topic, Key: key}
		p := &Pairs{}
		for name, read := range map[string]func(*Record) (Event, *record.Refusal){"Debezium": Debezium, "MaxScale": MaxScale} {
			e, refused := read(r)
			if refused != nil {
				if refused.Code != "row_event" || refused.Path == "" || refused.Detail == "" {
					t.Fatalf("%s: not a whole refusal: %v", name, refused)
				}
				continue
			}
			needsRow := e.Op == Create || e.Op == Read || e.Op == Update
			if needsRow != (e.After != nil) {
				t.Fatalf("%s: %s with the row %v", name, opNames[e.Op], e.After)
			}
			for _, position := range Positions {
				v, refused := e.Position(position)
				switch v.(type) {
				case int64, uint64:
				default:
					if v != nil || refused == nil {
						t.Fatalf("%s: %s is %v", name, position, v)
					}
				}
			}
			events := []Event{e, e}
			p.Join(events)
		}
		if !reflect.DeepEqual(content, before) {
			t.Fatal("the record was changed")
		}
	})
}

// parse returns JSON as decoders do, nil if it is none.
func parse(document string) (v any) {
	decoder := json.NewDecoder(strings.NewReader(document))
	decoder.UseNumber()
	if decoder.Decode(&v) != nil {
		return nil
	}
	return integers(v)
}
