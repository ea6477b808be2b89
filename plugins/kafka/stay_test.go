package kafka

import (
	"context"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
)

// A partition comes back, and what another member has left to read is a marker. It is
// passed, whatever becomes of the batch of the stay before that is still being written.
func TestAMarkerIsPassedBehindABatchOfAnEarlierStay(t *testing.T) {
	for _, v := range []verdict{written, returned} {
		l := newLog(10_000, 200)
		l.fetched(0, 0, 2)
		b := l.given(t, "0: 0-1")
		over, done := context.WithCancel(t.Context())
		done()
		l.leave(over, map[string][]int32{"orders": {0}})
		found := finding{position: nowhere()}
		found.next, found.seen = 2, 2
		l.assign(place{"orders", 0}, found)
		marker := &kgo.Record{Topic: "orders", Offset: 2, Attrs: kgo.NewRecordAttrs(kgo.RecordAttrsOpts{Control: true})}
		l.add(kgo.Fetches{{Topics: []kgo.FetchTopic{{Topic: "orders", Partitions: []kgo.FetchPartition{{Records: []*kgo.Record{marker}}}}}}})
		l.expect(t, "the batch is being written", 200)
		l.settle(b, v)
		l.expect(t, "the marker is passed", 0, "0/2")
		if l.lags[0] != 0 {
			t.Errorf("the lag is %d", l.lags[0])
		}
	}
}
