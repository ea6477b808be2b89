package record

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// stored is the metadata of a message as the framework has it.
type stored map[string]any

func (s stored) MetaGetImmut(name string) (any, bool) {
	v, found := s[name]
	return v, found
}

func (s stored) MetaGetMut(name string) (any, bool) {
	v, found := s[name]
	if immutable, ok := v.(interface{ Copy() any }); ok {
		return immutable.Copy(), found
	}
	return v, found
}

func TestSourceTopic(t *testing.T) {
	require.Nil(t, SourceTopic(stored{}))
	require.Equal(t, "orders", SourceTopic(stored{Topic: "orders"}))
	routed := stored{Topic: &Routed{To: "shop", From: "orders"}}
	require.Equal(t, "orders", SourceTopic(routed))
	topic, _ := routed.MetaGetMut(Topic)
	require.Equal(t, "shop", topic)
}

func (s stored) AsBytes() ([]byte, error) { return nil, nil }

func (s stored) MetaWalkMut(see func(name string, value any) error) error {
	for name := range s {
		value, _ := s.MetaGetMut(name)
		if err := see(name, value); err != nil {
			return err
		}
	}
	return nil
}

// Two batches of equal records of two topics, at the same offset, are two batches, although
// a transform sends both to one topic.
func TestAFingerprintHasTheSourceTopic(t *testing.T) {
	of := func(topic any) uint64 { return Fingerprint([]stored{{Topic: topic, Partition: 0, Offset: 5}}) }
	require.NotEqual(t, of(&Routed{To: "orders", From: "eu.orders"}), of(&Routed{To: "orders", From: "us.orders"}))
	require.Equal(t, of(&Routed{To: "orders", From: "eu.orders"}), of(&Routed{To: "orders", From: "eu.orders"}))
}
