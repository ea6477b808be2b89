package record

import (
	"maps"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

type metadata map[string]any

func (m metadata) MetaSetMut(name string, value any) { m[name] = value }

func described(headers ...kgo.RecordHeader) metadata {
	m := metadata{}
	From("orders", 3).Describe(m, &kgo.Record{Key: []byte("k"), Value: []byte("v"), Offset: 42, Headers: headers}, int64(7))
	return m
}

// A message has exactly these names, and no header of a producer can set them.
func TestEveryNameIsReserved(t *testing.T) {
	if got := slices.Sorted(maps.Keys(described())); !slices.Equal(got, slices.Sorted(slices.Values(Set))) {
		t.Errorf("a message has %q, the documentation says %q", got, Set)
	}
	for name := range reserved {
		if !mayBeReserved(name) {
			t.Errorf("mayBeReserved excludes %s", name)
		}
	}
	for _, name := range append(Set, Batch, Headers, DecodedKey) {
		if !reserved[name] {
			t.Errorf("%s is not reserved", name)
		}
	}
	for name := range numbers {
		if !reserved[name] {
			t.Errorf("%s is not reserved", name)
		}
	}
}

// Describe copies the headers of a record only when a header needs it.
func TestHeadersAreCopiedOnlyWhenOneIsHidden(t *testing.T) {
	if m := described(kgo.RecordHeader{Key: "kafka_replyTopic", Value: []byte("r")}, kgo.RecordHeader{Key: "null"}); len(m) != len(Set)+2 || m["null"] != nil {
		t.Errorf("got %v", m)
	}
	m := described(kgo.RecordHeader{Key: Offset, Value: []byte("mine")}, kgo.RecordHeader{Key: "other", Value: []byte("o")})
	if m[Offset] != 42 {
		t.Errorf("a header hides the offset: %v", m[Offset])
	}
	m["order_sink_original"], m["fallback_error"] = []byte("v"), "by the framework"
	if got := ProducerHeaders(m); len(got) != 2 || got[Offset] != "mine" || got["other"] != "o" {
		t.Errorf("got %v", got)
	}
}

func TestWhatIsNoHeaderOfTheProducer(t *testing.T) {
	m := described(kgo.RecordHeader{Key: "a", Value: []byte("1")}, kgo.RecordHeader{Key: "null"}, kgo.RecordHeader{Key: HeaderCode, Value: []byte("c")})
	m["order_sink_original"], m["kafka_timestamp_unix"], m["fallback_error"] = []byte("v"), int64(7), "code: path: why"
	if got := ProducerHeaders(m); len(got) != 2 || got["a"] != "1" || got["null"] != "" {
		t.Errorf("got %v", got)
	}
	// A text of this name comes from another input and is no copy of headers.
	m[Headers] = "text"
	if got := ProducerHeaders(m); len(got) != 2 {
		t.Errorf("got %v", got)
	}
}
