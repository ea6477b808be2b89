package schemajson

import (
	"bytes"
	"sync"
	"sync/atomic"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// maxCachedBytes bounds the bytes of all schemas in a cache. Without it, a topic with a
// distinct schema of a megabyte in each message would fill the memory.
const maxCachedBytes = 4 << 20

// recentSchemas is how many schemas [Cache.Prefix] compares: about as many as one topic
// has producers.
const recentSchemas = 4

// known is a schema with its bytes.
type known struct {
	*schema.Schema
	raw []byte
}

// Cache finds a schema by its bytes. It is safe for concurrent use.
type Cache struct {
	recent [recentSchemas]atomic.Pointer[known]
	stored atomic.Uint32 // how many schemas recent has taken, one after the other
	mu     sync.RWMutex
	byRaw  map[string]*known
	size   int // schemas
	total  int // bytes of them all
}

// NewCache returns a cache of at most size schemas, and of one at least.
func NewCache(size int) *Cache {
	return &Cache{size: max(size, 1), byRaw: map[string]*known{}}
}

// Prefix returns the recent schema whose bytes are the first bytes of b, and the number of
// these bytes, or 0 if there is none. The bytes of a schema are one whole JSON object, so
// equal bytes are the same object and end where it ends.
func (c *Cache) Prefix(b []byte) (*schema.Schema, int) {
	for i := range c.recent {
		if k := c.recent[i].Load(); k != nil && bytes.HasPrefix(b, k.raw) {
			return k.Schema, len(k.raw)
		}
	}
	return nil, 0
}

func (c *Cache) remember(k *known) {
	c.recent[c.stored.Add(1)%recentSchemas].Store(k)
}

// Get returns the schema of these bytes, nil if the cache does not have it. It does not
// allocate.
func (c *Cache) Get(raw []byte) *schema.Schema {
	c.mu.RLock()
	k := c.byRaw[string(raw)]
	c.mu.RUnlock()
	if k == nil {
		return nil
	}
	c.remember(k)
	return k.Schema
}

// Put remembers a new schema by its bytes, of which it makes a copy. To make room, Put
// removes arbitrary schemas. If it removed the least recently used schema, a sequence of
// messages could make every lookup fail.
func (c *Cache) Put(raw []byte, s *schema.Schema) {
	if len(raw) > maxCachedBytes/4 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, found := c.byRaw[string(raw)]; found {
		return
	}
	for old := range c.byRaw {
		if len(c.byRaw) < c.size && c.total+len(raw) <= maxCachedBytes {
			break
		}
		delete(c.byRaw, old)
		c.total -= len(old)
	}
	k := &known{s, bytes.Clone(raw)}
	c.byRaw[string(raw)] = k
	c.total += len(raw)
	c.remember(k)
}
