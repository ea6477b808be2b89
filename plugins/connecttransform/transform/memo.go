package transform

import (
	"sync"
	"sync/atomic"
)

// maxTopics is how many topics a Memo remembers.
const maxTopics = 10_000

// Memo remembers what becomes of a topic: a pipeline sees few topics, and a match of a
// regular expression costs a microsecond. The zero Memo is ready. It is safe for concurrent
// use.
type Memo[V any] struct {
	last  atomic.Pointer[remembered[V]] // a batch has one topic
	mutex sync.Mutex
	known map[string]*remembered[V]
}

type remembered[V any] struct {
	topic string
	value V
}

// Get returns what find returns for the topic. An error is not remembered.
func (m *Memo[V]) Get(topic string, find func(string) (V, error)) (V, error) {
	if last := m.last.Load(); last != nil && last.topic == topic {
		return last.value, nil
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	found := m.known[topic]
	if found == nil {
		value, err := find(topic)
		if err != nil {
			return value, err
		}
		if m.known == nil || len(m.known) >= maxTopics {
			m.known = map[string]*remembered[V]{}
		}
		found = &remembered[V]{topic, value}
		m.known[topic] = found
	}
	m.last.Store(found)
	return found.value, nil
}
