package mariadb

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// source is a table with another unique index, and the events of its changes.
type source struct {
	rows   map[int]string // the unique value by key
	events []func() *service.Message
}

// change makes a change if the unique index allows it, and reports the event. The new row
// has a column less if it is short, as before an ADD COLUMN.
func (s *source) change(old, id int, value string, isShort bool) {
	pos, before, stored := len(s.events)+1, any(nil), s.rows[old] != ""
	if stored {
		before = item(old, s.rows[old], 0)
	}
	for other, taken := range s.rows {
		if value != "" && other != old && (taken == value || other == id) {
			return
		}
	}
	op, after := "c", item(id, value, pos)
	if isShort {
		after = object{"id": int64(id), "s": value}
	}
	switch {
	case value == "" && !stored:
		return
	case value == "":
		op, after = "d", nil
	case stored:
		op = "u"
	default:
		delete(s.rows, id)
	}
	delete(s.rows, old)
	if value != "" {
		s.rows[id] = value
	}
	s.events = append(s.events, func() *service.Message { return event(op, before, after, pos) })
}

func (s *source) lines() []string {
	lines := []string{}
	for _, id := range slices.Sorted(maps.Keys(s.rows)) {
		lines = append(lines, fmt.Sprint(id, "|", s.rows[id]))
	}
	return lines
}

// The target has the rows of the source after each batch, also when batches come again. No
// change of a batch is refused, also when this batch comes again.
func TestPropertyAReplicaFollowsAUniqueIndex(t *testing.T) {
	t.Parallel()
	d := shared(t, clashing)
	for _, version := range []string{"", "version: source_position\n"} {
		o := d.output("table: t\nkey: [id]\nmetadata_columns: [source_position]\nchange_events: debezium\n" + version)
		rapid.Check(t, func(rt *rapid.T) {
			d.exec("DELETE FROM t")
			s := &source{rows: map[int]string{}}
			key, value := rapid.IntRange(1, 4), rapid.SampledFrom([]string{"", "a", "b", "c", "d", "e"})
			var sent [][2]int
			for range rapid.IntRange(1, 4).Draw(rt, "batches") {
				start := len(s.events)
				for range rapid.IntRange(1, 12).Draw(rt, "changes") {
					old := key.Draw(rt, "old")
					id := old
					if rapid.IntRange(0, 3).Draw(rt, "moves") == 0 {
						id = key.Draw(rt, "id")
					}
					s.change(old, id, value.Draw(rt, "value"), rapid.Bool().Draw(rt, "short"))
				}
				sent = append(sent, [2]int{start, len(s.events)})
				from := len(sent) - 1
				if version != "" { // only a version makes older batches harmless
					from = rapid.IntRange(0, from).Draw(rt, "from")
				}
				last := len(sent) - 1
				for again, batches := range [][][2]int{sent[last:], sent[last:], sent[from:]} {
					for _, part := range batches {
						batch := service.MessageBatch{}
						for _, message := range s.events[part[0]:part[1]] {
							batch = append(batch, message())
						}
						if len(batch) > 0 {
							refused := d.put(o, batch).refused
							if again < 2 { // else a deleted row is there again, and keeps its value
								require.Empty(rt, refused, strings.Join(s.lines(), " "))
							}
						}
					}
					require.Equal(rt, s.lines(), d.rows("SELECT id, s FROM t ORDER BY id"))
				}
			}
		})
	}
}
