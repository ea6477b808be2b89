package record

import (
	"fmt"
	"hash/maphash"
)

// Message has the content and the metadata of a message.
type Message interface {
	AsBytes() ([]byte, error)
	MetaWalkMut(see func(name string, value any) error) error
	MetaGetImmut(name string) (any, bool)
	MetaGetMut(name string) (any, bool)
}

var seed = maphash.MakeSeed()

// Fingerprint returns a hash of the content and the metadata of a batch. When the
// framework retries a batch, the output gets new Go values with the same fingerprint.
func Fingerprint[M Message](batch []M) uint64 {
	var all maphash.Hash
	all.SetSeed(seed)
	for _, m := range batch {
		content, _ := m.AsBytes() // a message without bytes has metadata
		maphash.WriteComparable(&all, maphash.Bytes(seed, content))
		var metadata uint64 // a sum, because the metadata has no order
		_ = m.MetaWalkMut(func(name string, value any) error {
			if name == Topic { // a transform may send equal records of two topics to one
				value = SourceTopic(m)
			}
			switch value.(type) {
			case nil, string, []byte, int, int64, bool:
				metadata += maphash.String(seed, fmt.Sprintf("%s\x00%v", name, value))
			}
			return nil
		})
		maphash.WriteComparable(&all, metadata)
	}
	return all.Sum64()
}
