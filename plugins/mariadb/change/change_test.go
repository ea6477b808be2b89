package change

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// decode returns JSON as connect_json_decode does without a schema: integers are int64,
// other numbers keep their text.
func decode(t testing.TB, document string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(document))
	decoder.UseNumber()
	var v any
	require.NoError(t, decoder.Decode(&v), document)
	return integers(v)
}

func integers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
	case map[string]any:
		for name, member := range v {
			v[name] = integers(member)
		}
	case []any:
		for i, element := range v {
			v[i] = integers(element)
		}
	}
	return v
}

// sent is a record as a connector has sent it.
type sent struct {
	Topic, Key, Value, Enveloped string
}

// recorded returns records of debezium-connector-mariadb 3.4.0.Final, which has read the
// binary log of MariaDB 10.11.
func recorded(t testing.TB) (all []sent) {
	t.Helper()
	content, err := os.ReadFile("testdata/debezium.jsonl")
	require.NoError(t, err)
	lines := bufio.NewScanner(bytes.NewReader(content))
	lines.Buffer(nil, len(content))
	for lines.Scan() {
		var one sent
		require.NoError(t, json.Unmarshal(lines.Bytes(), &one))
		all = append(all, one)
	}
	require.NoError(t, lines.Err())
	return all
}

var opNames = [...]string{"none", "create", "read", "update", "delete", "truncate"}

// summary is an event in one line: what it does to which row, and where the source has it.
func summary(e Event) string {
	if e.Op == None {
		return "none"
	}
	positions := make([]string, len(Positions))
	for i, name := range Positions {
		v, refused := e.Position(name)
		positions[i] = fmt.Sprint(v)
		if refused != nil {
			positions[i] = "-"
		}
	}
	return fmt.Sprintf("%s %s -> %s at %s", opNames[e.Op], row(e.Before), row(e.After), strings.Join(positions, " "))
}

// row is the first two values of a row in the order of their names, and the number of its
// values.
func row(row map[string]any) string {
	if row == nil {
		return "-"
	}
	var text []string
	for _, name := range slices.Sorted(maps.Keys(row)) {
		if name == "id" || name == "name" || name == "a" || name == "b" {
			text = append(text, fmt.Sprint(row[name]))
		}
	}
	return fmt.Sprintf("%s/%d", strings.Join(text, ","), len(row))
}

// summaries returns the line of each document, or its refusal.
func summaries(t testing.TB, read func(*Record) (Event, *record.Refusal), documents ...string) (lines []string) {
	t.Helper()
	for _, document := range documents {
		lines = append(lines, line(read(&Record{Content: decode(t, document)})))
	}
	return lines
}

func line(e Event, refused *record.Refusal) string {
	if refused != nil {
		return refused.Error()
	}
	return summary(e)
}
