package group

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// A Kafka client refuses a client id of more than 256 bytes.
func TestALongNameHasAShortClientID(t *testing.T) {
	long := strings.Repeat("ü", 300)
	id := ClientID(long, 999)
	require.LessOrEqual(t, len(id), 256)
	require.True(t, utf8.ValidString(id))
	require.True(t, Own(long)(id))
	require.False(t, Own(long+"x")(id), "the ids of two long names differ")
	require.NotEqual(t, id, ClientID(long+"x", 999))
	require.Equal(t, "connector-consumer-orders-order-sink-0", ClientID("orders", 0))
}
