package transform

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// A new schema costs as little behind many schemas as behind a few, and schemas that change
// for ever need no memory without a limit.
func TestACacheOfSchemasThatChangeForEver(t *testing.T) {
	var c Cache[*schema.Schema]
	derive := func(s *schema.Schema) (*schema.Schema, *record.Refusal) { return s, nil }
	get := func() {
		s := &schema.Schema{}
		v, r := c.Get(s, derive)
		require.Nil(t, r)
		require.Same(t, s, v)
	}
	for range maxSchemas - 200 {
		get()
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 100 {
		get()
	}
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(100*8_000), "a new schema copies the cache")
	for range 5 * maxSchemas {
		get()
	}
	known := 0
	c.known.Range(func(any, any) bool { known++; return true })
	require.LessOrEqual(t, known, maxSchemas)
	_, r := c.Get(&schema.Schema{}, func(*schema.Schema) (*schema.Schema, *record.Refusal) { return nil, Refuse(BadSchema, "no") })
	require.NotNil(t, r)
}
