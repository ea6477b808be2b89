package schemajson

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	c := NewCache(8)
	for i := range 1000 {
		c.Put(fmt.Appendf(nil, `{"type":"int32","version":%d}`, i), &schema.Schema{Type: schema.Int32})
	}
	require.Len(t, c.byRaw, 8)

	c = NewCache(1_000_000)
	doc := strings.Repeat("x", 500_000)
	for i := range 50 {
		c.Put(fmt.Appendf(nil, `{"type":"int32","doc":"%s%d"}`, doc, i), &schema.Schema{Type: schema.Int32})
	}
	require.LessOrEqual(t, c.total, maxCachedBytes)
	total := 0
	for raw := range c.byRaw {
		total += len(raw)
	}
	require.Equal(t, total, c.total)
	c.Put(fmt.Appendf(nil, `{"type":"int32","doc":"%s"}`, strings.Repeat(doc, 3)), &schema.Schema{Type: schema.Int32})
	require.Equal(t, total, c.total)
}

// TestASchemaIsFoundByItsBytes, and by those with which the rest of a message begins.
func TestASchemaIsFoundByItsBytes(t *testing.T) {
	t.Parallel()
	c := NewCache(2)
	s := &schema.Schema{Type: schema.Int32}
	raw := []byte(`{"type":"int32"}`)
	c.Put(raw, s)
	require.Same(t, s, c.Get([]byte(`{"type":"int32"}`)))
	raw[2] = 'T' // the cache has a copy
	require.Same(t, s, c.Get([]byte(`{"type":"int32"}`)))
	found, length := c.Prefix([]byte(`{"type":"int32"},"payload":5}`))
	require.Same(t, s, found)
	require.Equal(t, 16, length)
	for _, other := range []string{"", `{"type":"int32"`, `{"type":"int64"},"payload":5}`, ` {"type":"int32"}`} {
		found, length = c.Prefix([]byte(other))
		require.Nil(t, found)
		require.Zero(t, length)
		require.Nil(t, c.Get([]byte(other)))
	}
}
