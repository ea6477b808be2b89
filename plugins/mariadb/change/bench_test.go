package change

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func update(t testing.TB) *Record {
	t.Helper()
	for _, one := range recorded(t) {
		content, _ := decode(t, one.Value).(map[string]any)
		if content["op"] == "u" {
			return &Record{Content: content, Topic: one.Topic}
		}
	}
	t.Fatal("no update")
	return nil
}

// Every record of a stream passes here, so an event without placeholders takes no memory.
func TestAnEventOfDebeziumTakesNoMemory(t *testing.T) {
	r := update(t)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		if _, refused := Debezium(r); refused != nil {
			t.Fatal(refused)
		}
	}))
}

func BenchmarkDebezium(b *testing.B) {
	r := update(b)
	for b.Loop() {
		e, _ := Debezium(r)
		_, _ = e.Position(SourcePosition)
	}
}
