package store

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/order-sink/order-sink/internal/connect"
)

// Statuses implements [connect.Statuses], in the status topic or in memory. A state that
// this worker sets is visible here at once, and on the other workers when Kafka has it.
type Statuses struct {
	log        *slog.Logger
	self       string
	generation func() int
	send       func(statusKey) // a value has changed here; called with mutex held
	close      func(context.Context)

	mutex  sync.Mutex
	values map[string]map[statusKey]any // by connector; *stateValue or *topicValue
	mine   map[statusKey]*stateValue    // the states that this worker claims
}

var _ connect.Statuses = (*Statuses)(nil)

// NewMemoryStatuses returns an empty store that lives as long as the process, for standalone
// mode.
func NewMemoryStatuses() *Statuses {
	return &Statuses{
		log: slog.New(slog.DiscardHandler), generation: func() int { return 0 },
		send: func(statusKey) {}, close: func(context.Context) {},
		values: map[string]map[statusKey]any{}, mine: map[statusKey]*stateValue{},
	}
}

// Close writes the last states, until ctx ends, and stops reading.
func (s *Statuses) Close(ctx context.Context) { s.close(ctx) }

// Connector returns the state of a connector.
func (s *Statuses) Connector(name string) (connect.ConnectorState, bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	state, ok := s.values[name][statusKey{connector: name, task: -1}].(*stateValue)
	if !ok {
		return connect.ConnectorState{}, false
	}
	return state.connector(), true
}

// Tasks returns the states of the tasks of a connector, sorted by id.
func (s *Statuses) Tasks(name string) (tasks []connect.TaskState) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for key, value := range s.values[name] {
		if state, ok := value.(*stateValue); ok && key.task >= 0 {
			tasks = append(tasks, state.task(key.task))
		}
	}
	slices.SortFunc(tasks, func(a, b connect.TaskState) int { return cmp.Compare(a.ID, b.ID) })
	return tasks
}

// Topics returns the topics that a connector has read, sorted.
func (s *Statuses) Topics(name string) (topics []string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for key := range s.values[name] {
		if key.topic != "" {
			topics = append(topics, key.topic)
		}
	}
	slices.Sort(topics)
	return topics
}

// SetConnector stores the state of a connector of this worker. The state UNASSIGNED is
// stored only if the connector still belongs to the worker of the state, so that a worker
// that stops does not hide where the connector runs now.
func (s *Statuses) SetConnector(name string, state connect.ConnectorState) {
	s.set(statusKey{connector: name, task: -1}, stateOf(state, s.generation()))
}

// SetTask is [Statuses.SetConnector] for a task.
func (s *Statuses) SetTask(name string, state connect.TaskState) {
	s.set(statusKey{connector: name, task: state.ID}, stateOf(connect.ConnectorState{
		State: state.State, WorkerID: state.WorkerID, Trace: state.Trace, Version: state.Version,
	}, s.generation()))
}

func (s *Statuses) set(key statusKey, state *stateValue) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	before, known := s.values[key.connector][key].(*stateValue)
	if known && state.State == connect.Unassigned && before.WorkerID != state.WorkerID {
		return
	}
	if known && equal(before, state) {
		return
	}
	if state.State == connect.Unassigned || state.WorkerID != s.self {
		delete(s.mine, key)
	} else {
		s.mine[key] = state
	}
	s.put(key, state)
	s.send(key)
}

// equal reports whether a state needs no new record.
func equal(a, b *stateValue) bool {
	return a.Generation == b.Generation && a.connector() == b.connector()
}

// claims reports whether another record of the same key hides a state of this worker: a
// worker that was separated from Kafka may send an old one, and the leader may have taken
// this worker for dead.
func (s *Statuses) claims(mine, other *stateValue) bool {
	if other.WorkerID == s.self {
		return !equal(mine, other)
	}
	return other.State == connect.Unassigned || other.Generation < s.generation()
}

// AddTopic stores that a task reads a topic, unless this is known.
func (s *Statuses) AddTopic(name, topic string, task int) {
	key := statusKey{connector: name, task: -1, topic: topic}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, known := s.values[name][key]; known {
		return
	}
	value := new(topicValue)
	value.Topic.Name, value.Topic.Connector, value.Topic.Task = topic, name, task
	value.Topic.Discovered = time.Now().UnixMilli()
	s.put(key, value)
	s.send(key)
}

// ResetTopics forgets the topics of a connector.
func (s *Statuses) ResetTopics(name string) {
	s.remove(name, func(key statusKey) bool { return key.topic != "" })
}

// RemoveTasks removes the states of the tasks from an id on.
func (s *Statuses) RemoveTasks(name string, from int) {
	s.remove(name, func(key statusKey) bool { return key.topic == "" && key.task >= from })
}

// Forget removes everything of a deleted connector.
func (s *Statuses) Forget(name string) { s.remove(name, func(statusKey) bool { return true }) }

func (s *Statuses) remove(name string, which func(statusKey) bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for key := range s.values[name] {
		if which(key) {
			delete(s.mine, key)
			s.put(key, nil)
			s.send(key)
		}
	}
}

// put changes a value, or removes it if value is nil.
func (s *Statuses) put(key statusKey, value any) {
	all := s.values[key.connector]
	switch {
	case value == nil:
		delete(all, key)
		if len(all) == 0 {
			delete(s.values, key.connector)
		}
	case all == nil:
		s.values[key.connector] = map[statusKey]any{key: value}
	default:
		all[key] = value
	}
}
