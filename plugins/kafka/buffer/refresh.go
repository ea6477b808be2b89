package buffer

import "github.com/order-sink/order-sink/plugins/kafka/offsets"

// Snapshot is a partition at the time when a check of its log began.
type Snapshot struct {
	LogEndEpoch int32
	assignment  int
}

// Snapshots returns the assigned partitions.
func (b *Buffer) Snapshots() map[offsets.TopicPartition]Snapshot {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	all := map[offsets.TopicPartition]Snapshot{}
	for tp, p := range b.partitions {
		if p.Next != offsets.Unknown && !p.leaving && !p.changed {
			all[tp] = Snapshot{p.LogEndEpoch, p.assignment}
		}
	}
	return all
}

// Refresh compares a partition with its log. ask says that the offsets after from may have
// no record: nothing was fetched since the last check although there is space.
func (b *Buffer) Refresh(tp offsets.TopicPartition, at Snapshot, log offsets.LogState) (from int64, ask bool) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	p := b.partitions[tp]
	if p.assignment != at.assignment || p.leaving || p.changed {
		return 0, false
	}
	p.missing = 0
	idle := len(p.queue) == 0 && len(p.out) == 0 && b.held < b.Bytes
	waited := idle && p.fetched == p.idleAt
	p.idleAt = offsets.Unknown
	if idle {
		p.idleAt = p.fetched
	}
	why := p.Differs(log)
	if why == "" && waited && log.Start > p.fetched {
		why = logStartsLater
	}
	if why != "" {
		b.logChanged(p, why)
		return 0, false
	}
	if p.TopicID == [16]byte{} {
		p.TopicID = log.TopicID
	}
	p.LogEnd, p.LogEndEpoch = log.StableEnd, log.Epoch
	p.ExtendLog(p.fetched, p.fetchedEpoch) // it may be newer than the answer
	p.end = max(p.end, log.StableEnd)
	b.advance(p, p.moved && p.Epoch != offsets.Unknown)
	return p.fetched, waited && p.fetched < log.StableEnd
}

// goneAfter is how many checks in a row must not show a topic that is deleted: a broker may
// learn late of a new topic.
const goneAfter = 2

// Missing notes that the broker does not show the topic of a partition.
func (b *Buffer) Missing(tp offsets.TopicPartition, at Snapshot) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	p := b.partitions[tp]
	if p.assignment != at.assignment || p.leaving {
		return
	}
	if p.missing++; p.missing >= goneAfter {
		b.logChanged(p, "the topic was deleted")
	}
}

// Skip moves a position from from to the end of the log: these offsets have no records.
func (b *Buffer) Skip(tp offsets.TopicPartition, at Snapshot, from int64, log offsets.LogState) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	p := b.partitions[tp]
	if p.assignment != at.assignment || p.changed || p.fetched != from {
		return
	}
	p.fetched, p.fetchedEpoch = log.StableEnd, log.Epoch
	b.advance(p, p.skip())
}
