package kafka

import "github.com/twmb/franz-go/pkg/kgo"

// assign begins with a partition at the position that a survey found.
func (r *records) assign(at place, f finding) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	p := r.partition(at)
	p.position, p.moved = f.position, f.moved
	p.fetched, p.fetchedEpoch, p.end, p.idleAt = f.next, f.epoch, f.seen, unknown
	r.lag(f.left(), p.topic, p.number)
}

// stand keeps a partition from being read: an operator must decide first.
func (r *records) stand(at place, f finding) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.suspect(r.partition(at), "the log has lost what follows the committed offset")
	r.lag(f.left(), at.topic, at.number)
}

// left remembers the position of a partition that is not this member's any more. The
// client loses its partitions, and gets them again, when the broker is away for long.
func (r *records) left(p *partition) {
	if !r.ended {
		r.remember(p)
	}
	r.tellMoved(p)
	p.stay++
	p.last = p.position
	p.position, p.fetched, p.fetchedEpoch, p.moved = nowhere(), unknown, unknown, false
}

// tellMoved lets the position behind a loss be committed before the partition leaves:
// the next member that gets the partition must not report the loss again.
func (r *records) tellMoved(p *partition) {
	if p.next != unknown && p.moved && p.epoch != unknown && !p.suspect {
		r.mark(p.place, kgo.EpochOffset{Epoch: p.epoch, Offset: p.next})
	}
}

// remember keeps a position for the next member of the same input.
func (r *records) remember(p *partition) {
	if p.next != unknown {
		p.saw(p.fetched, p.fetchedEpoch)
		r.memory.keep(p.place, p.position)
	}
}

// acknowledged moves a partition's position behind a record, and behind the offsets
// without a record that follow it.
func (r *records) acknowledged(p *partition, last *kgo.Record) {
	p.next, p.epoch, p.moved = last.Offset+1, last.LeaderEpoch, false
	p.skip()
	r.proceed(p, true)
}

// skip moves a partition's position to what was fetched when none of it has to be
// written: the markers of transactions and the records that were aborted need no
// acknowledgement. It returns whether the position has moved.
func (p *partition) skip() bool {
	if p.next == unknown && len(p.queue) > 0 { // no survey found it
		p.next = p.queue[0].Offset
	}
	switch {
	case len(p.queue) > 0, len(p.out) > 0, p.next == p.fetched, p.fetched == unknown:
		return false
	case p.leaving: // its queue was dropped unwritten
		return false
	}
	p.next, p.epoch, p.moved = p.fetched, p.fetchedEpoch, false
	return true
}

// proceed shows the lag of a partition and, where its position has moved, lets the
// position be committed.
func (r *records) proceed(p *partition, moved bool) {
	if moved {
		r.mark(p.place, kgo.EpochOffset{Epoch: p.epoch, Offset: p.next})
	}
	r.lag(max(0, p.end-p.next), p.topic, p.number)
}

// follows says whether what was fetched of a partition follows what was fetched
// before. Offsets without a record are no gap: only a log that begins behind the
// position has lost some.
func (r *records) follows(p *partition, fetched kgo.FetchPartition) bool {
	if p.suspect {
		return false
	}
	first := fetched.Records[0].Offset
	switch {
	case p.fetched == unknown:
		p.fetched = first
	case first < p.fetched:
		r.suspect(p, "the broker sends offsets that were read before")
	case first > p.fetched && fetched.LogStartOffset > p.fetched:
		r.suspect(p, "the log begins behind the offset that is read next")
	}
	return !p.suspect
}

// dataLoss is called when the client has found a log cut off (KIP-320).
func (r *records) dataLoss(found *kgo.ErrDataLoss) {
	p := r.partition(place{found.Topic, found.Partition})
	p.cut = epochEnd{true, found.ResetTo, found.ResetToEpoch}
	p.saw(found.ConsumedTo, found.ConsumedToEpoch)
	r.suspect(p, found.Error())
}

// suspect says that the log of a partition is not the one that was read. Then nothing
// more is fetched: once all that is held is written, the input leaves the group, and
// compares the logs with the group's offsets when it joins again.
func (r *records) suspect(p *partition, why string) {
	if !p.suspect {
		r.debug("Reading %s/%d: looking at the log again: %s", p.topic, p.number, why)
	}
	p.suspect, r.suspected = true, true
	signal(r.ready)
}

// leavesToLook says that a log must be looked at again, and that nothing is held
// that could still be written.
func (r *records) leavesToLook() bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.suspected && r.held == 0 && r.out == 0
}

// noteOf is what is written beside a committed offset.
func (r *records) noteOf(at place) string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	p := r.partitions[at]
	if p == nil {
		return ""
	}
	last := p.position
	if last.next == unknown { // it is leaving
		last = p.last
	}
	if last.topicID == [16]byte{} {
		return ""
	}
	return note(last)
}
