package offsets

import "sync"

// Memory is what an input knows of partitions. It lasts longer than a membership in the
// group, because brokers forget the offsets of a group when they delete the topic.
type Memory struct {
	mutex     sync.Mutex
	positions map[TopicPartition]Position
	held      map[TopicPartition]bool // the partitions that the last membership ended with
	topics    map[string][16]byte     // the ID of a topic when it was last read
	reported  map[TopicPartition]Loss // the last loss that was reported
}

// NewMemory returns a memory of nothing.
func NewMemory() *Memory {
	return &Memory{
		positions: map[TopicPartition]Position{}, held: map[TopicPartition]bool{},
		topics: map[string][16]byte{}, reported: map[TopicPartition]Loss{},
	}
}

// Keep remembers a position. held says that no other member has read the partition since.
func (m *Memory) Keep(tp TopicPartition, p Position, held bool) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.positions[tp], m.held[tp] = p, held
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

// deleted returns what was lost with the topics that do not exist any more, and forgets the
// positions in them: a topic that is created again is read from its start. A partition that
// another member has read since may have lost less than this process knows.
func (m *Memory) deleted(exist map[string]bool) (all []Loss) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for tp, p := range m.positions {
		if exist[tp.Topic] {
			continue
		}
		if m.held[tp] && p.LogEnd > p.Next {
			all = append(all, Loss{TopicPartition: tp, Cause: Deletion, TopicID: p.TopicID, First: p.Next, End: p.LogEnd, Acknowledged: p.Next})
		}
		delete(m.positions, tp)
	}
	clear(m.held)
	return all
}

// Forget forgets a reported loss: a loss of the same offsets is then reported again.
func (m *Memory) Forget(tp TopicPartition) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	delete(m.reported, tp)
}
