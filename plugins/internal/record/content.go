package record

// Content is the content of a message.
type Content interface {
	AsBytes() ([]byte, error)
	AsStructured() (any, error)
}

// BytesOf returns the bytes of a message. ok is false for structured content that has no
// JSON form, such as an infinite number. It has no bytes, for which the framework reports
// no error: without this check the message would pass for a tombstone.
func BytesOf(m Content) (b []byte, ok bool) {
	b, err := m.AsBytes()
	if err != nil {
		return nil, false
	}
	if len(b) == 0 {
		v, err := m.AsStructured() // an error: a tombstone
		return b, err != nil || v == nil
	}
	return b, true
}

// IsNull reports whether a message without bytes is a tombstone. It is one unless the input
// says that it is an empty value.
func IsNull(m interface{ MetaGetMut(name string) (any, bool) }) bool {
	tombstone, isSet := m.MetaGetMut(Tombstone)
	return !isSet || tombstone != false
}

// ReceivedBytes returns the bytes of a record key as an input sets it, nil for none.
func ReceivedBytes(key any) []byte {
	switch k := key.(type) {
	case []byte:
		return k
	case string:
		return []byte(k)
	}
	return nil
}

// Received is the received bytes of a message as metadata. Nothing changes them.
type Received []byte

// Copy returns the bytes without a copy. It makes them immutable metadata for the
// framework: a reader of metadata must not write into its bytes either.
func (r *Received) Copy() any { return []byte(*r) }
