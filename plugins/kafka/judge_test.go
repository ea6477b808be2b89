package kafka

import (
	"fmt"
	"strings"
	"testing"
)

func TestAPositionIsJudgedByItsLog(t *testing.T) {
	old, young := [16]byte{1}, [16]byte{2}
	read := position{topicID: old, next: 100, epoch: 3, seen: 120, seenEpoch: 4}
	log := logState{topicID: old, start: 50, startEpoch: 1, stable: 200, end: 200, epoch: 4, ofNext: epochEnd{true, 110, 3}, ofSeen: epochEnd{true, 200, 4}}
	for name, test := range map[string]struct {
		change   func(p *position, l *logState)
		resume   int64
		epoch    int32
		expected string
	}{
		"as it was":                        {func(*position, *logState) {}, 100, 3, "nothing"},
		"at the start":                     {func(p *position, _ *logState) { p.next = 50 }, 50, 3, "nothing"},
		"all read":                         {func(p *position, l *logState) { p.next, l.ofNext.offset = 200, 200 }, 200, 3, "nothing"},
		"one deleted":                      {func(p *position, _ *logState) { p.next = 49 }, 50, 1, "retention 49-50"},
		"all deleted":                      {func(_ *position, l *logState) { l.start, l.startEpoch, l.end, l.stable = 200, 4, 200, 200 }, 200, 4, "retention 100-200"},
		"recreated":                        {func(_ *position, l *logState) { l.topicID, l.start = young, 0 }, 0, 1, "recreation 100-120"},
		"recreated when all was read":      {func(p *position, l *logState) { p.next, l.topicID = 120, young }, 50, 1, "recreation 120-120"},
		"recreated, without IDs":           {func(_ *position, l *logState) { l.topicID = [16]byte{} }, 100, 3, "nothing"},
		"cut before the position":          {func(_ *position, l *logState) { l.ofNext, l.ofSeen = epochEnd{true, 80, 2}, epochEnd{true, 80, 2} }, 80, 2, "truncation 80-120"},
		"cut behind the position":          {func(_ *position, l *logState) { l.ofSeen = epochEnd{true, 110, 3} }, 100, 3, "truncation 110-120"},
		"cut before the start":             {func(_ *position, l *logState) { l.ofNext = epochEnd{true, 40, 0} }, 50, 1, "truncation 40-120"},
		"cut as the client found":          {func(p *position, _ *logState) { p.cut = epochEnd{true, 90, 3} }, 90, 3, "truncation 90-120"},
		"behind the end, without an epoch": {func(p *position, l *logState) { p.epoch, p.seenEpoch, l.end = -1, -1, 70 }, 50, 1, "truncation 70-120"},
		"the log never had the epoch":      {func(_ *position, l *logState) { l.ofNext.offset = -1 }, 50, 1, "truncation 120-120"},
		"never had it and ends before":     {func(_ *position, l *logState) { l.ofNext.offset, l.end = -1, 70 }, 50, 1, "truncation 70-120"},
		"an offset that an operator has set": {func(p *position, l *logState) {
			*p = nowhere()
			p.next = 60
			l.ofNext.known, l.ofSeen.known = false, false
		}, 60, -1, "nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			p, l := read, log
			test.change(&p, &l)
			resume, epoch, lost := judge(p, l)
			got := "nothing"
			if lost != nil {
				got = fmt.Sprintf("%s %d-%d", [...]string{"retention", "truncation", "recreation"}[lost.cause], lost.first, lost.end)
				if lost.resume != resume || lost.stored != p.next {
					t.Errorf("the loss is %+v", lost)
				}
			}
			if got != test.expected || resume != test.resume || epoch != test.epoch {
				t.Errorf("lost %s, resume at %d with epoch %d; expected %s, %d, %d", got, resume, epoch, test.expected, test.resume, test.epoch)
			}
		})
	}
}

func TestANoteIsReadAsItWasWritten(t *testing.T) {
	written := position{topicID: [16]byte{0xff, 0xfe, 15: 1}, next: 10, seen: 12, seenEpoch: 3}
	var got position
	if !readNote(note(written), &got) || got.topicID != written.topicID || got.seen != 12 || got.seenEpoch != 3 {
		t.Errorf("got %+v", got)
	}
	for _, foreign := range []string{"", "order-sink-4f5e", "order-sink topic=short end=1 epoch=1", "order-sink topic=" + strings.Repeat("?", 22) + " end=1 epoch=1"} {
		if p := nowhere(); readNote(foreign, &p) || p != nowhere() {
			t.Errorf("%q was read: %+v", foreign, p)
		}
	}
}

func TestWhatIsRecalledOfAPosition(t *testing.T) {
	old, young := [16]byte{1}, [16]byte{2}
	at := place{"orders", 0}
	known := position{topicID: old, next: 50, epoch: 1, seen: 90, seenEpoch: 1}
	m := newMemory()
	if p, ok, _ := m.recall(at, nowhere(), false, old); ok {
		t.Errorf("recalled %+v", p)
	}
	m.keep(at, known)
	for name, test := range map[string]struct {
		committed position
		ours      bool
		now       [16]byte
		next      int64
		seen      int64
	}{
		"the broker forgot the offset":     {nowhere(), false, young, 50, 90},
		"an operator has set it":           {position{next: 7, seen: unknown}, false, old, 7, unknown},
		"our last commit has failed":       {position{topicID: old, next: 40, seen: 80, seenEpoch: 1}, true, old, 50, 90},
		"another member went on":           {position{topicID: old, next: 70, seen: 80, seenEpoch: 1}, true, old, 70, 90},
		"another member has looked since":  {position{topicID: old, next: 30, seen: 60, seenEpoch: 2}, true, old, 30, 60},
		"another member has the new topic": {position{topicID: young, next: 3, seen: 5, seenEpoch: 0}, true, young, 3, 5},
	} {
		if p, ok, recreated := m.recall(at, test.committed, test.ours, test.now); !ok || p.next != test.next || p.seen != test.seen || recreated != (test.now == young) {
			t.Errorf("%s: recalled %+v, %v, %v", name, p, ok, recreated)
		}
	}
}
