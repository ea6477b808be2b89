package kafka

import "fmt"

// unknown is an offset or a leader epoch that is not known.
const unknown = -1

// position is how far the sink has read a partition, and what it knows of the log
// that it read.
type position struct {
	topicID   [16]byte // zero: not known
	next      int64    // the first offset that is not acknowledged
	epoch     int32    // the leader epoch of the record before next
	seen      int64    // the end of the log when the sink last looked
	seenEpoch int32    // the leader epoch at that time
	cut       epochEnd // where the client found the log cut off
}

// saw notes that the log reached up to end, with the leader epoch of the record before
// it: an end belongs to its epoch, so the two change together.
func (p *position) saw(end int64, epoch int32) {
	if end > p.seen {
		p.seen, p.seenEpoch = end, epoch
	}
}

func nowhere() position {
	return position{next: unknown, epoch: unknown, seen: unknown, seenEpoch: unknown}
}

// logState is what the broker says of a partition now.
type logState struct {
	topicID    [16]byte
	start      int64 // the first offset
	startEpoch int32 // its leader epoch
	stable     int64 // the end for a consumer that reads only what is committed
	end        int64 // the end
	epoch      int32 // of the leader

	// Where the leader epochs position.epoch and position.seenEpoch end in this log
	// (KIP-320).
	ofNext, ofSeen epochEnd
}

// epochEnd is where a leader epoch ends in a log.
type epochEnd struct {
	known  bool
	offset int64 // unknown: the log never had the leader epoch
	epoch  int32 // of the record before offset
}

// cause is why a partition lost offsets.
type cause int

const (
	retention  cause = iota // the start of the log moved on
	truncation              // the end of the log was cut off, by an unclean leader election
	recreation              // the topic was deleted and created again
)

// loss is a range of offsets that Kafka no longer has: those from first up to before
// end. The range is empty where the event is known and its extent is not.
type loss struct {
	place
	cause      cause
	topicID    [16]byte // of the log that had the offsets
	first, end int64
	stored     int64 // offsets below this one were acknowledged before
	resume     int64 // where reading goes on
}

func (l *loss) count() int64 { return max(0, l.end-l.first) }

// judge compares a position with the log. resume is where reading goes on, and epoch
// the leader epoch of the record before it. lost is nil where the log still has all
// that follows the position.
//
// Reading an offset twice is safe (Invariant 4), so where a log is not the one that
// was read, reading goes on at the first offset that may be new.
func judge(p position, log logState) (resume int64, epoch int32, lost *loss) {
	known := max(p.seen, p.next)
	resume, epoch = p.next, p.epoch
	if p.topicID != log.topicID && p.topicID != [16]byte{} && log.topicID != [16]byte{} {
		resume, epoch = log.start, log.startEpoch
		lost = &loss{cause: recreation, first: p.next, end: known}
	} else if cut, at := cutOff(p, log); cut != unknown {
		if resume, epoch = min(p.next, cut), at; at == unknown || resume < log.start { // all of the log may be new
			resume, epoch = log.start, log.startEpoch
		}
		lost = &loss{cause: truncation, first: cut, end: known}
	} else if p.next < log.start {
		resume, epoch = log.start, log.startEpoch
		lost = &loss{cause: retention, first: p.next, end: log.start}
	}
	if lost != nil {
		lost.topicID, lost.stored, lost.resume = p.topicID, p.next, resume
	}
	return resume, epoch, lost
}

// cutOff returns the first offset that the log lost at its end, and the leader epoch
// of the record before it, or unknown. The epoch alone is unknown where the log may
// differ from the one that was read before that offset too.
func cutOff(p position, log logState) (first int64, epoch int32) {
	first, epoch = unknown, unknown
	consider := func(offset int64, at int32) {
		if first == unknown || offset < first {
			first, epoch = offset, at
		}
	}
	// The committed position, then the end that was seen: a log can be cut behind the
	// position, which the client does not notice.
	for _, read := range []struct {
		offset int64
		epoch  int32
		ends   epochEnd
	}{{p.next, p.epoch, log.ofNext}, {p.seen, p.seenEpoch, log.ofSeen}} {
		switch {
		case read.offset == unknown || read.epoch == unknown || !read.ends.known:
		case read.ends.offset == unknown:
			return min(log.end, max(p.seen, p.next)), unknown // the whole log may differ
		case read.ends.offset < read.offset:
			consider(read.ends.offset, read.ends.epoch)
		}
	}
	if p.cut.known {
		consider(p.cut.offset, p.cut.epoch)
	}
	if p.next > log.end {
		consider(log.end, unknown)
	}
	return first, epoch
}

// offsets names the range of a loss.
func (l *loss) offsets() string {
	switch n := l.count(); n {
	case 0:
		return fmt.Sprintf("topic %s, partition %d, from offset %d", l.topic, l.number, l.first)
	case 1:
		return fmt.Sprintf("topic %s, partition %d, offset %d (1 offset)", l.topic, l.number, l.first)
	default:
		return fmt.Sprintf("topic %s, partition %d, offsets %d to %d (%d offsets)", l.topic, l.number, l.first, l.end-1, n)
	}
}

// what says what happened to the offsets of a loss.
func (l *loss) what() string {
	var text string
	switch l.cause {
	case retention:
		text = "Kafka deleted these records, by retention or by command, before they were read"
	case recreation:
		text = "the topic was deleted and created again"
		if l.count() == 0 {
			text += "; no record of the deleted topic is known to be lost"
		} else {
			text += "; these records of the deleted topic were not acknowledged and cannot be read any more"
		}
	case truncation:
		text = "Kafka cut off the end of the log, as after an unclean leader election"
		switch stored := min(l.stored, l.end) - l.first; {
		case l.count() == 0:
			text += "; how many records it lost is not known"
		case stored <= 0:
			text += "; the sink had acknowledged none of these records"
		case stored < l.count():
			text += fmt.Sprintf("; the sink had acknowledged those before offset %d", l.stored)
		default:
			text += "; the sink had acknowledged all of these records"
		}
	}
	return text
}

// goneError is what a stopped input waits for: an operator must decide.
type goneError struct {
	loss
	group string
}

// Error implements error.
func (e *goneError) Error() string {
	return fmt.Sprintf("records are gone: %s: %s. %s is %s, so an operator decides: "+
		"to go on, set the offset of group %s for %s:%d, to %d to read all that is left (kafka-consumer-groups --reset-offsets), or restart the sink with %s: %s",
		e.offsets(), e.what(), fieldOnOffsetGone, goneStop, e.group, e.topic, e.number, e.resume, fieldOnOffsetGone, goneContinue)
}
