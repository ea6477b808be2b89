package offsets_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

func TestWhatIsRecalledOfAPosition(t *testing.T) {
	old, young := [16]byte{1}, [16]byte{2}
	tp := offsets.TopicPartition{Topic: "orders"}
	known := offsets.Position{TopicID: old, Next: 50, Epoch: 1, LogEnd: 90, LogEndEpoch: 1}
	m := offsets.NewMemory()
	p, ok, _ := m.Recall(tp, offsets.NoPosition(), false, old)
	require.False(t, ok, "recalled %+v", p)
	m.Keep(tp, known, false)
	for name, test := range map[string]struct {
		committed offsets.Position
		ours      bool
		now       [16]byte
		next      int64
		logEnd    int64
	}{
		"the broker forgot the offset":     {offsets.NoPosition(), false, young, 50, 90},
		"an operator has set it":           {offsets.Position{Next: 7, LogEnd: offsets.Unknown}, false, old, 7, offsets.Unknown},
		"our last commit has failed":       {offsets.Position{TopicID: old, Next: 40, LogEnd: 80, LogEndEpoch: 1}, true, old, 50, 90},
		"another member went on":           {offsets.Position{TopicID: old, Next: 70, LogEnd: 80, LogEndEpoch: 1}, true, old, 70, 90},
		"another member has checked since": {offsets.Position{TopicID: old, Next: 30, LogEnd: 60, LogEndEpoch: 2}, true, old, 30, 60},
		"another member has the new topic": {offsets.Position{TopicID: young, Next: 3, LogEnd: 5, LogEndEpoch: 0}, true, young, 3, 5},
	} {
		p, ok, recreated := m.Recall(tp, test.committed, test.ours, test.now)
		assert.True(t, ok, name)
		assert.Equal(t, test.next, p.Next, name)
		assert.Equal(t, test.logEnd, p.LogEnd, name)
		assert.Equal(t, test.now == young, recreated, name)
	}
}
