package change

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// join returns the line of each update after the pairs joined a batch. A refused document
// is an event that does nothing, as in the output.
func join(t *testing.T, p *Pairs, batch ...string) (lines []string) {
	t.Helper()
	events := make([]Event, len(batch))
	for i, document := range batch {
		events[i], _ = MaxScale(&Record{Content: decode(t, document)})
	}
	p.Join(events)
	for _, e := range events {
		if e.Op == None {
			continue
		}
		l := row(e.Before) + " -> " + row(e.After)
		if e.Alone {
			l += " alone"
		}
		lines = append(lines, l)
	}
	return lines
}

func TestTheTwoRecordsOfAnUpdateAreOneEvent(t *testing.T) {
	require.Equal(t, []string{"1,a/2 -> 1,b/2", "2,a/2 -> 3,a/2", "- -> 4/1", "4/1 -> -"}, join(t, &Pairs{},
		kafkaCDC(1, "update_before", `"id":1,"name":"a"`),
		kafkaCDC(2, "update_after", `"id":1,"name":"b"`),
		kafkaCDC(3, "update_before", `"id":2,"name":"a"`),
		`{"no":"event"}`,
		kafkaCDC(4, "update_after", `"id":3,"name":"a"`),
		kafkaCDC(5, "insert", `"id":4`),
		kafkaCDC(6, "delete", `"id":4`),
	))
}

// The batches of several partitions, and records that MaxScale sends twice, mix the pairs.
func TestARecordBelongsToItsOwnUpdate(t *testing.T) {
	require.Equal(t, []string{"1/1 -> 2/1", "3/1 -> 4/1", "1/1 -> 2/1"}, join(t, &Pairs{},
		kafkaCDC(1, "update_before", `"id":1`),
		kafkaCDC(3, "update_before", `"id":3`),
		kafkaCDC(2, "update_after", `"id":2`),
		kafkaCDC(4, "update_after", `"id":4`),
		kafkaCDC(1, "update_before", `"id":1`), // sent twice
		kafkaCDC(1, "update_before", `"id":1`),
		kafkaCDC(2, "update_after", `"id":2`),
	))
}

func TestABatchMayEndBetweenTheRecordsOfAnUpdate(t *testing.T) {
	p := &Pairs{}
	require.Empty(t, join(t, p, kafkaCDC(1, "update_before", `"id":1`)))
	for range 2 { // the framework brings a batch again after an error
		require.Equal(t, []string{"1/1 -> 2/1"}, join(t, p, kafkaCDC(2, "update_after", `"id":2`)))
	}
	require.Equal(t, []string{"- -> 4/1 alone"}, join(t, p, kafkaCDC(4, "update_after", `"id":4`)), "its old row was never read")
}

func TestOldRowsTakeNoMemoryForEver(t *testing.T) {
	p := &Pairs{}
	for number := range 10 * maxWaiting {
		join(t, p, kafkaCDC(2*number, "update_before", `"id":1`))
	}
	require.Len(t, p.waiting, maxWaiting)
	require.Len(t, p.oldest, maxWaiting)
	require.Equal(t, []string{"1/1 -> 1/1"}, join(t, p, kafkaCDC(20*maxWaiting-1, "update_after", `"id":1`)), "the newest is known")
	require.Equal(t, []string{"- -> 1/1 alone"}, join(t, p, kafkaCDC(1, "update_after", `"id":1`)), "the oldest is not")
}
