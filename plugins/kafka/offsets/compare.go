package offsets

// Compare compares a position with the log. resume is the offset from which the
// partition is read on, and epoch the leader epoch of the record before resume. lost is
// nil when the log still has everything that follows the position.
//
// Reading an offset twice is safe (Invariant 4). So when the log is not the one that was
// read, reading goes on at the first offset that may have another record.
func Compare(p Position, log LogState) (resume int64, epoch int32, lost *Loss) {
	known := max(p.LogEnd, p.Next)
	resume, epoch = p.Next, p.Epoch
	if otherTopic(p.TopicID, log.TopicID) {
		resume, epoch = log.Start, log.StartEpoch
		lost = &Loss{Cause: Recreation, First: p.Next, End: known}
	} else if cut, at := cutOff(p, log); cut != Unknown {
		if resume, epoch = min(p.Next, cut), at; at == Unknown || resume < log.Start { // any record may be another one
			resume, epoch = log.Start, log.StartEpoch
		}
		lost = &Loss{Cause: Truncation, First: cut, End: known}
	} else if p.Next < log.Start {
		resume, epoch = log.Start, log.StartEpoch
		lost = &Loss{Cause: Retention, First: p.Next, End: log.Start}
	}
	if lost != nil {
		lost.TopicID, lost.Acknowledged, lost.Resume = p.TopicID, p.Next, resume
	}
	return resume, epoch, lost
}

// otherTopic says whether two topics of the same name are known to be different topics.
func otherTopic(a, b [16]byte) bool {
	unknown := [16]byte{}
	return a != b && a != unknown && b != unknown
}

// Differs returns why the log is no longer the one that was read up to the position, ""
// when it is.
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
