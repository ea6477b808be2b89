package record

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
)

// Message is what tells one message from another.
type Message interface {
	AsBytes() ([]byte, error)
	MetaWalkMut(see func(name string, value any) error) error
}

var seed = maphash.MakeSeed()

// Fingerprint tells a batch from other batches, by the content and the metadata of
// its messages. An output that is given a batch again gets new Go values of the same
// messages: their fingerprint is the same.
func Fingerprint[M Message](batch []M) uint64 {
	var all maphash.Hash
	all.SetSeed(seed)
	for _, m := range batch {
		content, _ := m.AsBytes() // its metadata tell a message that has no bytes
		number(&all, maphash.Bytes(seed, content))
		var metadata uint64 // a sum, since the metadata come in no order
		_ = m.MetaWalkMut(func(name string, value any) error {
			switch value.(type) {
			case nil, string, []byte, int, int64, bool:
				metadata += maphash.String(seed, fmt.Sprintf("%s\x00%v", name, value))
			}
			return nil
		})
		number(&all, metadata)
	}
	return all.Sum64()
}

func number(h *maphash.Hash, n uint64) {
	_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, n))
}
