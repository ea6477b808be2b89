package deadletter

import (
	"errors"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// A replay of a dead letter goes to the topic that the record was read from, whatever topic
// a transform has given it. It has the headers that the producer sent.
func TestADeadLetterHasWhatTheRecordHadBeforeItsTransforms(t *testing.T) {
	m := service.NewMessage([]byte("{}"))
	m.MetaSetImmut(record.Topic, &record.Routed{To: "orders", From: "lab.orders"})
	m.MetaSetMut(record.Partition, 3)
	m.MetaSetMut(record.Offset, 42)
	m.MetaSetImmut(record.Key, &record.KeyValue{Received: []byte("key"), Value: "another"})
	m.MetaSetMut("added", "by a transform")
	m.MetaSetMut(record.Headers, map[string]any{"source": "web"})
	m.SetError(errors.New("transform_bad_value: cast.qty: no number"))
	letter := deadLetters([]*service.Message{m})[0]
	metadata := map[string]any{}
	require.NoError(t, letter.MetaWalkMut(func(name string, value any) error {
		metadata[name] = value
		return nil
	}))
	require.Equal(t, "lab.orders", metadata[record.HeaderTopic])
	require.Equal(t, "3", metadata[record.HeaderPartition])
	require.Equal(t, "connect_transform", metadata[record.HeaderStage])
	require.Equal(t, "TRANSFORMATION", metadata[record.ConnectStage])
	require.Equal(t, "cast.qty", metadata[record.HeaderField])
	require.Equal(t, map[string]any{"key": []byte("key")}, metadata[" "])
	require.Equal(t, "web", metadata["source"])
	require.NotContains(t, metadata, "added")
}
