package offsets_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

func TestCommitMetadataAreReadAsTheyWereWritten(t *testing.T) {
	written := offsets.Position{TopicID: [16]byte{0xff, 0xfe, 15: 1}, Next: 10, LogEnd: 12, LogEndEpoch: 3}
	var got offsets.Position
	require.True(t, got.ReadCommitMetadata(written.CommitMetadata()))
	require.Equal(t, written.TopicID, got.TopicID)
	require.EqualValues(t, 12, got.LogEnd)
	require.EqualValues(t, 3, got.LogEndEpoch)
	for _, foreign := range []string{"", "order-sink-4f5e", "order-sink topic=short end=1 epoch=1", "order-sink topic=" + strings.Repeat("?", 22) + " end=1 epoch=1"} {
		p := offsets.NoPosition()
		assert.False(t, p.ReadCommitMetadata(foreign), foreign)
		assert.Equal(t, offsets.NoPosition(), p, foreign)
	}
}
