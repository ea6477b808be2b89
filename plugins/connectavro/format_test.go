package connectavro

import (
	"context"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// TestAnotherProcessorDecodesTheKey: this one leaves a decoded key alone, and its own key is
// decoded again from the received bytes.
func TestAnotherProcessorDecodesTheKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seed(8, text)
	decoded := &record.KeyValue{Received: w.message(8, text, "k"), Value: "another processor's"}
	for yaml, want := range map[string]any{"key_format: ''": "another processor's", "key_format: avro": "k"} {
		m := service.NewMessage(w.message(8, text, "v"))
		m.MetaSetImmut(record.Key, decoded)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := w.processor(yaml).ProcessBatch(ctx, service.MessageBatch{m})
		require.NoError(t, err)
		require.NoError(t, m.GetError())
		require.Equal(t, want, key(t, m).Value, yaml)
		require.Equal(t, decoded.Received, key(t, m).Received)
	}
}
