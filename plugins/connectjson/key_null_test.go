package connectjson

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// A null member of a key is not the default of its schema when the setting says so: the key
// would name the row that has the default.
func TestANullMemberOfAKey(t *testing.T) {
	t.Parallel()
	for setting, want := range map[string]any{"true": int64(7), "false": nil} {
		m := service.NewMessage([]byte(envelope(structOf(field("a", `{"type":"int32"}`)), `{"a":1}`)))
		m.MetaSetMut(record.Key, []byte(envelope(structOf(field("id", `{"type":"int32","optional":true,"default":7}`)), `{"id":null}`)))
		out := process(t, "key_format: json\nreplace_null_with_default: "+setting, service.MessageBatch{m})
		require.NoError(t, out[0].GetError())
		key, _ := out[0].MetaGetImmut(record.Key)
		require.Equal(t, map[string]any{"id": want}, key.(*record.KeyValue).Value, setting)
	}
}
