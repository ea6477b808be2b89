package plugins

import (
	"context"
	"errors"
	"os"
	"regexp"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// The pipeline of the documentation for JsonSchemaConverter reads values and tombstones, and
// keeps the bytes of the producer for dead letters.
func TestTheDocumentationReadsJSONSchema(t *testing.T) {
	page, err := os.ReadFile("../docs/kafka-connect.md")
	require.NoError(t, err)
	example := regexp.MustCompile("(?s)### JSON Schema and Protobuf.*?```yaml\npipeline:\n  processors:\n(.*?)```").FindSubmatch(page)
	require.NotNil(t, example)
	b := service.NewStreamBuilder()
	require.NoError(t, b.SetLoggerYAML("level: off"))
	require.NoError(t, b.AddProcessorYAML("for_each:\n"+string(example[1])))
	send, err := b.AddProducerFunc()
	require.NoError(t, err)
	var got []*service.Message
	require.NoError(t, b.AddConsumerFunc(func(_ context.Context, m *service.Message) error {
		got = append(got, m)
		return nil
	}))
	stream, err := b.Build()
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- stream.Run(context.Background()) }()
	for _, value := range [][]byte{[]byte("\x00\x00\x00\x00\x01{\"id\":1}"), nil} {
		require.NoError(t, send(t.Context(), service.NewMessage(value)))
	}
	require.NoError(t, errors.Join(stream.StopWithin(time.Minute), <-ended))
	require.Len(t, got, 2)
	for _, m := range got {
		require.NoError(t, m.GetError())
	}
	value, err := got[0].AsStructured()
	require.NoError(t, err)
	require.Equal(t, map[string]any{"id": int64(1)}, value)
	original, _ := got[0].MetaGetMut("order_sink_original")
	require.Equal(t, []byte("\x00\x00\x00\x00\x01{\"id\":1}"), original)
	tombstone, err := got[1].AsStructured()
	require.NoError(t, err)
	require.Nil(t, tombstone)
	_, found := got[1].MetaGetMut("order_sink_original")
	require.False(t, found)
}
