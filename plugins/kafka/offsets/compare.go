package offsets

// Compare compares a position with the log. resume is the offset from which the
// partition is read on, and epoch the leader epoch of the record before resume. lost is
// nil when the log still has everything that follows the position.
//
// Reading an offset twice is safe (Invariant 4). So when the log is not the one that was
// read, reading goes on at the first offset that may have another record.
func Compare(p Position, log LogState) (resume int64, epoch int32, lost *Loss) {
	end := max(p.LogEnd, p.Next) // of the log that was read, as far as it is known
	resume, epoch = log.Start, log.StartEpoch
	cut, cutEpoch := cutOff(p, log)
	switch {
	case otherTopic(p.TopicID, log.TopicID):
		lost = &Loss{Cause: Recreation, First: p.Next, End: end}
	case cut != Unknown:
		if next := min(p.Next, cut); cutEpoch != Unknown && next >= log.Start { // else any record may be another one
			resume, epoch = next, cutEpoch
		}
		lost = &Loss{Cause: Truncation, First: cut, End: end}
	case p.Next < log.Start:
		lost = &Loss{Cause: Retention, First: p.Next, End: log.Start}
	default:
		return p.Next, p.Epoch, nil
	}
	lost.TopicID, lost.Acknowledged, lost.Resume = p.TopicID, p.Next, resume
	return resume, epoch, lost
}

// otherTopic says whether two topics of the same name are known to be different topics.
func otherTopic(a, b [16]byte) bool {
	unknown := [16]byte{}
	return a != b && a != unknown && b != unknown
}

// Differs returns why the log is not the one that was read up to the position, "" if it is.
func (p Position) Differs(log LogState) string {
	switch {
	case otherTopic(p.TopicID, log.TopicID):
		return "the topic has another ID"
	case log.EndOfLogEndEpoch.Known && log.EndOfLogEndEpoch.Offset < p.LogEnd: // also when the log never had the epoch
		return "the log was cut off at its end"
	}
	return ""
}

// cutOff returns the first offset that the log lost at its end, and the leader epoch of
// the record before this offset, or Unknown. Only the epoch is Unknown when the records
// before this offset may be other ones too.
func cutOff(p Position, log LogState) (first int64, epoch int32) {
	first, epoch = Unknown, Unknown
	consider := func(offset int64, at int32) {
		if first == Unknown || offset < first {
			first, epoch = offset, at
		}
	}
	// The committed position, then the end of the log at the last check: a log can be
	// cut off behind the position, and the client does not notice that.
	for _, read := range []struct {
		offset int64
		epoch  int32
		ends   EpochEnd
	}{{p.Next, p.Epoch, log.EndOfEpoch}, {p.LogEnd, p.LogEndEpoch, log.EndOfLogEndEpoch}} {
		switch {
		case read.offset == Unknown || read.epoch == Unknown || !read.ends.Known:
		case read.ends.Offset == Unknown:
			return min(log.End, max(p.LogEnd, p.Next)), Unknown // the whole log may be another one
		case read.ends.Offset < read.offset:
			consider(read.ends.Offset, read.ends.Epoch)
		}
	}
	if p.Cut.Known {
		consider(p.Cut.Offset, p.Cut.Epoch)
	}
	if p.Next > log.End {
		consider(log.End, Unknown)
	}
	return first, epoch
}
