package workload

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// Of the events, 30 % insert a row, 60 % update one and 10 % delete one. An event changes
// only rows of its own partition, from the values that they have.
func TestMixOfChanges(t *testing.T) {
	const n = 20_000
	w := Changes(n)
	count := map[string]int{}
	rows := make([]map[string]checker.Row, w.Sequence.Partitions)
	for e := range w.Sequence.Entries() {
		op, before := readChange(t, e.Message.Value)
		count[op]++
		if rows[e.Partition] == nil {
			rows[e.Partition] = map[string]checker.Row{}
		}
		stored := rows[e.Partition][e.OrderID]
		if !slices.Equal(before, stored) {
			t.Fatalf("%s of %s: the row before is %q, but %q is stored", op, e.OrderID, before, stored)
		}
		outcome := w.Oracle()(&kgo.Record{Value: e.Message.Value})
		switch {
		case outcome.Row != nil && outcome.Row[0] == e.OrderID && (op == "c") == (stored == nil):
			rows[e.Partition][e.OrderID] = outcome.Row
		case op == "d" && outcome.Deleted == e.OrderID && stored != nil:
			delete(rows[e.Partition], e.OrderID)
		default:
			t.Fatalf("%s of %s: %+v", op, e.OrderID, outcome)
		}
	}
	for op, share := range map[string]float64{"c": 0.3, "u": 0.6, "d": 0.1} {
		if got := float64(count[op]) / n; got < share-0.02 || got > share+0.02 {
			t.Errorf("operation %s: %.3f of the events, expected %.1f", op, got, share)
		}
	}
	left, markers := 0, 0
	for _, partition := range rows {
		left += len(partition)
		for id := range partition {
			if strings.HasPrefix(id, "mark-") {
				markers++
			}
		}
	}
	if left != count["c"]-count["d"] || markers != w.Sequence.Partitions*(Steps+1) {
		t.Errorf("%d rows are left, %d of them markers, after %v", left, markers, count)
	}
}

// readChange returns the operation of an event and the row before it.
func readChange(t *testing.T, value []byte) (op string, before checker.Row) {
	t.Helper()
	var event struct {
		Payload struct {
			Op     string
			Before map[string]any
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(value))
	decoder.UseNumber()
	if err := decoder.Decode(&event); err != nil {
		t.Fatal(err)
	}
	for _, name := range OrderColumns {
		switch v := event.Payload.Before[name].(type) {
		case string:
			before = append(before, v)
		case json.Number:
			before = append(before, v.String())
		}
	}
	return event.Payload.Op, before
}

// The events have the schema and the members of the events that a real connector wrote,
// except the columns of the row.
func TestChangesAreWrittenAsDebeziumDoes(t *testing.T) {
	recorded := recordedUpdate(t)
	for e := range Changes(4 * 500).Sequence.Entries() {
		if op, _ := readChange(t, e.Message.Value); op != "u" {
			continue
		}
		made := parse(t, e.Message.Value)
		for _, part := range []string{"schema", "payload"} {
			if got, expected := withoutValues(made[part]), withoutValues(recorded[part]); !reflect.DeepEqual(got, expected) {
				t.Errorf("%s: got\n%v\nexpected\n%v", part, got, expected)
			}
		}
		if key := parse(t, e.Message.Key); !reflect.DeepEqual(key["payload"], map[string]any{"order_id": e.OrderID}) {
			t.Errorf("the key is %v", key)
		}
		return
	}
	t.Error("no event updates a row")
}

// recordedUpdate returns an update of the events that the tests of the plugin use.
func recordedUpdate(t *testing.T) map[string]any {
	t.Helper()
	file, err := os.Open(filepath.Join(ordersinktest.Root(t), "plugins", "mariadb", "change", "testdata", "debezium.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if enveloped, _ := parse(t, lines.Bytes())["enveloped"].(string); strings.Contains(enveloped, `"op":"u"`) {
			return parse(t, []byte(enveloped))
		}
	}
	t.Fatal("no update was recorded", lines.Err())
	return nil
}

func parse(t *testing.T, text []byte) (object map[string]any) {
	t.Helper()
	if err := json.Unmarshal(text, &object); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return object
}

// withoutValues keeps of a schema everything but the columns of rows, and of a payload the
// names of its members.
func withoutValues(part any) any {
	object := part.(map[string]any)
	fields, isSchema := object["fields"].([]any)
	if !isSchema {
		source := object["source"].(map[string]any)
		return []any{slices.Sorted(maps.Keys(object)), slices.Sorted(maps.Keys(source))}
	}
	for _, field := range fields {
		if f := field.(map[string]any); f["field"] == "before" || f["field"] == "after" {
			delete(f, "fields")
		}
	}
	return object
}

func TestTablesOfTheirOwn(t *testing.T) {
	if got := Insert(12, 12).Sequence.Tables(); !slices.Equal(got, []string{"orders"}) {
		t.Errorf("one topic has the tables %q", got)
	}
	got := Tables(120, 12).Sequence.Tables()
	if slices.Sort(got); len(slices.Compact(got)) != 12 || got[0] != "orders_12_01" || got[11] != "orders_12_12" {
		t.Errorf("12 topics have the tables %q", got)
	}
}
