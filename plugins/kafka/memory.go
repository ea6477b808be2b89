package kafka

import (
	"encoding/base64"
	"fmt"
	"sync"
)

// memory is what an input knows of partitions for longer than it is a member of the
// group. Brokers forget a group's offsets when they delete the topic.
type memory struct {
	mutex     sync.Mutex
	positions map[place]position
	topics    map[string][16]byte // the ID with which a topic was last read
	told      map[place]loss      // the last loss that was reported
}

func newMemory() *memory {
	return &memory{positions: map[place]position{}, topics: map[string][16]byte{}, told: map[place]loss{}}
}

// keep remembers a position.
func (m *memory) keep(at place, p position) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.positions[at] = p
	if p.topicID != [16]byte{} {
		m.topics[at.topic] = p.topicID
	}
}

// recall returns the position from which to judge a partition: that of the group's
// committed offset, together with what this process knows. ok is false for a group
// that begins. recreated says that the topic is another one than this process read.
func (m *memory) recall(at place, committed position, ours bool, now [16]byte) (p position, ok, recreated bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	p, ok = m.positions[at]
	last, seen := m.topics[at.topic]
	recreated = seen && last != now
	switch {
	case committed.next == unknown:
		return p, ok, recreated
	case !ok, !ours: // an offset that an operator set counts as it is
		return committed, true, recreated
	case committed.topicID == p.topicID && committed.seenEpoch > p.seenEpoch:
		return committed, true, recreated // another member has looked at the log since
	case committed.topicID == p.topicID:
		if committed.next >= p.next { // else the last commit has failed
			p.next, p.epoch = committed.next, committed.epoch
		}
	case committed.topicID == now:
		return committed, true, recreated
	}
	return p, true, recreated
}

// unreported returns the part of a loss that was not reported yet, nil for none. A
// stopped input sees the same loss again, and retention may add to it.
func (m *memory) unreported(lost loss) *loss {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	before, told := m.told[lost.place]
	m.told[lost.place] = lost
	if !told || before.cause != lost.cause || before.topicID != lost.topicID || before.first != lost.first {
		return &lost
	}
	if lost.end <= before.end {
		return nil
	}
	lost.first = before.end
	return &lost
}

// settled forgets a loss that is over: the same one counts again when it comes again.
func (m *memory) settled(at place) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.told, at)
}

// noteFormat is what the sink writes beside an offset that it commits, so that an
// offset of a deleted topic is not taken for one of its successor.
const noteFormat = "order-sink topic=%s end=%d epoch=%d"

func note(p position) string {
	p.saw(p.next, p.epoch)
	return fmt.Sprintf(noteFormat, base64.RawURLEncoding.EncodeToString(p.topicID[:]), p.seen, p.seenEpoch)
}

// readNote adds to a committed position what the sink wrote beside it. ours is false
// for an offset that something else set.
func readNote(text string, p *position) (ours bool) {
	var id string
	var end int64
	var epoch int32
	if n, err := fmt.Sscanf(text, noteFormat, &id, &end, &epoch); err != nil || n != 3 {
		return false
	}
	decoded, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil || len(decoded) != len(p.topicID) {
		return false
	}
	copy(p.topicID[:], decoded)
	p.seen, p.seenEpoch = end, epoch
	return true
}
