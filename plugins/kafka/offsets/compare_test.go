package offsets_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

func TestAPositionIsComparedWithItsLog(t *testing.T) {
	old, young := [16]byte{1}, [16]byte{2}
	read := offsets.Position{TopicID: old, Next: 100, Epoch: 3, LogEnd: 120, LogEndEpoch: 4}
	log := offsets.LogState{TopicID: old, Start: 50, StartEpoch: 1, StableEnd: 200, End: 200, Epoch: 4, EndOfEpoch: offsets.EpochEnd{true, 110, 3}, EndOfLogEndEpoch: offsets.EpochEnd{true, 200, 4}}
	for name, test := range map[string]struct {
		change   func(p *offsets.Position, l *offsets.LogState)
		resume   int64
		epoch    int32
		expected string
	}{
		"as it was":    {func(*offsets.Position, *offsets.LogState) {}, 100, 3, "nothing"},
		"at the start": {func(p *offsets.Position, _ *offsets.LogState) { p.Next = 50 }, 50, 3, "nothing"},
		"all read":     {func(p *offsets.Position, l *offsets.LogState) { p.Next, l.EndOfEpoch.Offset = 200, 200 }, 200, 3, "nothing"},
		"one deleted":  {func(p *offsets.Position, _ *offsets.LogState) { p.Next = 49 }, 50, 1, "retention 49-50"},
		"all deleted": {func(_ *offsets.Position, l *offsets.LogState) {
			l.Start, l.StartEpoch, l.End, l.StableEnd = 200, 4, 200, 200
		}, 200, 4, "retention 100-200"},
		"recreated":                   {func(_ *offsets.Position, l *offsets.LogState) { l.TopicID, l.Start = young, 0 }, 0, 1, "recreation 100-120"},
		"recreated when all was read": {func(p *offsets.Position, l *offsets.LogState) { p.Next, l.TopicID = 120, young }, 50, 1, "recreation 120-120"},
		"recreated, without IDs":      {func(_ *offsets.Position, l *offsets.LogState) { l.TopicID = [16]byte{} }, 100, 3, "nothing"},
		"cut before the position": {func(_ *offsets.Position, l *offsets.LogState) {
			l.EndOfEpoch, l.EndOfLogEndEpoch = offsets.EpochEnd{true, 80, 2}, offsets.EpochEnd{true, 80, 2}
		}, 80, 2, "truncation 80-120"},
		"cut behind the position":          {func(_ *offsets.Position, l *offsets.LogState) { l.EndOfLogEndEpoch = offsets.EpochEnd{true, 110, 3} }, 100, 3, "truncation 110-120"},
		"cut before the start":             {func(_ *offsets.Position, l *offsets.LogState) { l.EndOfEpoch = offsets.EpochEnd{true, 40, 0} }, 50, 1, "truncation 40-120"},
		"cut as the client found":          {func(p *offsets.Position, _ *offsets.LogState) { p.Cut = offsets.EpochEnd{true, 90, 3} }, 90, 3, "truncation 90-120"},
		"behind the end, without an epoch": {func(p *offsets.Position, l *offsets.LogState) { p.Epoch, p.LogEndEpoch, l.End = -1, -1, 70 }, 50, 1, "truncation 70-120"},
		"the log never had the epoch":      {func(_ *offsets.Position, l *offsets.LogState) { l.EndOfEpoch.Offset = -1 }, 50, 1, "truncation 120-120"},
		"never had it and ends before":     {func(_ *offsets.Position, l *offsets.LogState) { l.EndOfEpoch.Offset, l.End = -1, 70 }, 50, 1, "truncation 70-120"},
		"an offset that an operator has set": {func(p *offsets.Position, l *offsets.LogState) {
			*p = offsets.NoPosition()
			p.Next = 60
			l.EndOfEpoch.Known, l.EndOfLogEndEpoch.Known = false, false
		}, 60, -1, "nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			p, l := read, log
			test.change(&p, &l)
			resume, epoch, lost := offsets.Compare(p, l)
			got := "nothing"
			if lost != nil {
				got = fmt.Sprintf("%s %d-%d", lost.Cause, lost.First, lost.End)
				require.Equal(t, resume, lost.Resume, "the loss is %+v", lost)
				require.Equal(t, p.Next, lost.Acknowledged, "the loss is %+v", lost)
			}
			require.Equal(t, test.expected, got, "the loss")
			require.Equal(t, test.resume, resume, "the offset to resume at")
			require.Equal(t, test.epoch, epoch, "the epoch to resume with")
		})
	}
}
