package offsets_test

import (
	"strings"
	"testing"

	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

func TestCommitMetadataAreReadAsTheyWereWritten(t *testing.T) {
	written := offsets.Position{TopicID: [16]byte{0xff, 0xfe, 15: 1}, Next: 10, LogEnd: 12, LogEndEpoch: 3}
	var got offsets.Position
	if !got.ReadCommitMetadata(written.CommitMetadata()) || got.TopicID != written.TopicID || got.LogEnd != 12 || got.LogEndEpoch != 3 {
		t.Errorf("got %+v", got)
	}
	for _, foreign := range []string{"", "order-sink-4f5e", "order-sink topic=short end=1 epoch=1", "order-sink topic=" + strings.Repeat("?", 22) + " end=1 epoch=1"} {
		if p := offsets.NoPosition(); p.ReadCommitMetadata(foreign) || p != offsets.NoPosition() {
			t.Errorf("%q was read: %+v", foreign, p)
		}
	}
}
