package connectjson

import (
	"bytes"
	"sync"
	"sync/atomic"
)

// maxCachedBytes bounds what the cache holds besides the number of its schemas: distinct schemas of a megabyte each, one a
// message, must not fill the memory.
const maxCachedBytes = 4 << 20

// recentSchemas is how many schemas are looked for by comparison: the producers of one topic, more or less.
const recentSchemas = 4

// cache finds a schema again by its bytes. It is safe for concurrent use.
type cache struct {
	recent [recentSchemas]atomic.Pointer[Schema]
	turn   atomic.Uint32 // whose place the next one takes
	mu     sync.RWMutex
	byRaw  map[string]*Schema
	size   int // schemas
	total  int // bytes of them all
}

// prefix is the recent schema whose bytes b begins with, nil if there is none. A schema's bytes are one whole JSON object,
// so that equal bytes are the same object and nothing of what follows.
func (c *cache) prefix(b []byte) *Schema {
	for i := range c.recent {
		if s := c.recent[i].Load(); s != nil && bytes.HasPrefix(b, s.raw) {
			return s
		}
	}
	return nil
}

func (c *cache) remember(s *Schema) {
	c.recent[c.turn.Add(1)%recentSchemas].Store(s)
}

// get is the schema of these bytes, nil if it is not known. The lookup does not allocate.
func (c *cache) get(raw []byte) *Schema {
	c.mu.RLock()
	s := c.byRaw[string(raw)]
	c.mu.RUnlock()
	if s != nil {
		c.remember(s)
	}
	return s
}

// put remembers s by its bytes. What leaves for it is arbitrary, which no sequence of messages can turn into a
// systematic miss, as it can with the least recently used.
func (c *cache) put(s *Schema) {
	if len(s.raw) > maxCachedBytes/4 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.byRaw[string(s.raw)]; known {
		return
	}
	for raw := range c.byRaw {
		if len(c.byRaw) < c.size && c.total+len(s.raw) <= maxCachedBytes {
			break
		}
		delete(c.byRaw, raw)
		c.total -= len(raw)
	}
	c.byRaw[string(s.raw)] = s
	c.total += len(s.raw)
	c.remember(s)
}
