package offsets

import "sync"

// Memory is what an input knows of partitions. It lasts longer than a membership in the
// group, because brokers forget the offsets of a group when they delete the topic.
type Memory struct {
	mutex     sync.Mutex
	positions map[TopicPartition]Position
	topics    map[string][16]byte     // the ID of a topic when it was last read
	reported  map[TopicPartition]Loss // the last loss that was reported
}

// NewMemory returns a memory of nothing.
func NewMemory() *Memory {
	return &Memory{positions: map[TopicPartition]Position{}, topics: map[string][16]byte{}, reported: map[TopicPartition]Loss{}}
}

// Keep remembers a position.
func (m *Memory) Keep(tp TopicPartition, p Position) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.positions[tp] = p
	if p.TopicID != [16]byte{} {
		m.topics[tp.Topic] = p.TopicID
	}
}

// Recall returns the position to compare with the log of a partition: the committed
// position of the group, together with what this process knows. ours says that the sink
// committed the position, and now is the present ID of the topic. known is false for a
// group that has committed nothing. recreated says that this process has read another
// topic of this name.
func (m *Memory) Recall(tp TopicPartition, committed Position, ours bool, now [16]byte) (p Position, known, recreated bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	p, known = m.positions[tp]
	if !known {
		p = NoPosition()
	}
	last, read := m.topics[tp.Topic]
	recreated = read && last != now
	same := committed.TopicID == p.TopicID
	switch {
	case committed.Next == Unknown:
	case !known, !ours, // an offset that an operator set counts as it is
		same && committed.LogEndEpoch > p.LogEndEpoch, // another member has checked the log since
		!same && committed.TopicID == now:
		return committed, true, recreated
	case same && committed.Next >= p.Next: // else the last commit failed
		p.Next, p.Epoch = committed.Next, committed.Epoch
	}
	return p, known, recreated
}

// unreported returns the part of a loss that was not reported yet, nil for none. A
// stopped input finds the same loss again, and retention may add to it.
func (m *Memory) unreported(lost Loss) *Loss {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	before, reported := m.reported[lost.TopicPartition]
	m.reported[lost.TopicPartition] = lost
	if !reported || before.Cause != lost.Cause || before.TopicID != lost.TopicID || before.First != lost.First {
		return &lost
	}
	if lost.End <= before.End {
		return nil
	}
	lost.First = before.End
	return &lost
}

// Forget forgets a reported loss: a loss of the same offsets is then reported again.
func (m *Memory) Forget(tp TopicPartition) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.reported, tp)
}
