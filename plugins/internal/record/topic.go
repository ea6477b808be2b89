package record

// Routed is the topic of a record after a transform has changed it. It is the metadata
// [Topic] of the message. A header of a record never has this type.
type Routed struct {
	To   string
	From any // the topic that the record was read from, as the input set it
}

// Copy returns the new topic. It makes a Routed immutable metadata for the framework:
// mappings, the name of a table and other components read the new topic.
func (r *Routed) Copy() any { return r.To }

// SourceTopic returns the topic that a message was read from, nil for none. With the
// partition and the offset, it says which record a message is: a dead letter, a trace and
// an output that tells batches apart need it, whatever a transform has done.
func SourceTopic(m interface {
	MetaGetImmut(name string) (any, bool)
	MetaGetMut(name string) (any, bool)
}) any {
	topic, _ := m.MetaGetImmut(Topic)
	switch t := topic.(type) {
	case string: // as nearly always
		return topic
	case *Routed:
		return t.From
	}
	topic, _ = m.MetaGetMut(Topic)
	return topic
}
