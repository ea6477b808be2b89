package record

// DecodedKey is the metadata of a tombstone whose record key is an envelope of schema and
// payload. Its value is a [*TombstoneKey].
const DecodedKey = "order_sink_key"

// TombstoneKey is a decoded record key: a value, or why the key cannot be decoded. A
// header of a record never has this type.
type TombstoneKey struct {
	Value   any
	Refusal *Refusal
}

// Copy returns the value. It makes a TombstoneKey immutable metadata for the framework: a
// reader must not change what the value contains.
func (k *TombstoneKey) Copy() any { return k.Value }
