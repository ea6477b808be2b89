package record

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
	require.Equal(t, slices.Sorted(slices.Values(Set)), slices.Sorted(maps.Keys(described())), "a message has the names of the documentation")
	for name := range reserved {
		assert.True(t, mayBeReserved(name), "mayBeReserved excludes %s", name)
	}
	for _, name := range append(Set, Batch, Headers) {
		assert.True(t, reserved[name], "%s is not reserved", name)
	}
	for name := range numbers {
		assert.True(t, reserved[name], "%s is not reserved", name)
	}
}

// Describe copies the headers of a record only when a header needs it.
func TestHeadersAreCopiedOnlyWhenOneIsHidden(t *testing.T) {
	m := described(kgo.RecordHeader{Key: "kafka_replyTopic", Value: []byte("r")}, kgo.RecordHeader{Key: "null"})
	require.Len(t, m, len(Set)+2)
	require.Equal(t, nil, m["null"])
	m = described(kgo.RecordHeader{Key: Offset, Value: []byte("mine")}, kgo.RecordHeader{Key: "other", Value: []byte("o")})
	require.Equal(t, 42, m[Offset], "a header hides the offset")
	m["order_sink_original"], m["fallback_error"] = []byte("v"), "by the framework"
	require.Equal(t, map[string]any{Offset: "mine", "other": "o"}, ProducerHeaders(m))
}

func TestWhatIsNoHeaderOfTheProducer(t *testing.T) {
	m := described(kgo.RecordHeader{Key: "a", Value: []byte("1")}, kgo.RecordHeader{Key: "null"}, kgo.RecordHeader{Key: HeaderCode, Value: []byte("c")})
	m["order_sink_original"], m["kafka_timestamp_unix"], m["fallback_error"] = []byte("v"), int64(7), "code: path: why"
	require.Equal(t, map[string]any{"a": "1", "null": ""}, ProducerHeaders(m))
	// A text of this name comes from another input and is no copy of headers.
	m[Headers] = "text"
	require.Len(t, ProducerHeaders(m), 2)
}
