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
