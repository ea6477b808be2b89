package store

import (
	"errors"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect"
)

// The keys of the status topic.
const (
	statusTaskPrefix      = "status-task-"
	statusConnectorPrefix = "status-connector-"
	statusTopicPrefix     = "status-topic-"
	statusTopicInfix      = ":connector-" // no topic has a colon
)

// statusKey names what a record of the status topic is about: a connector, a task of it
// (Task >= 0), or a topic of it.
type statusKey struct {
	connector string
	task      int // -1 for none
	topic     string
}

func (k statusKey) String() string {
	switch {
	case k.topic != "":
		return statusTopicPrefix + k.topic + statusTopicInfix + k.connector
	case k.task >= 0:
		return statusTaskPrefix + k.connector + "-" + strconv.Itoa(k.task)
	}
	return statusConnectorPrefix + k.connector
}

func parseStatusKey(text string) (statusKey, error) {
	if rest, ok := strings.CutPrefix(text, statusTaskPrefix); ok {
		if dash := strings.LastIndexByte(rest, '-'); dash > 0 {
			if task, err := strconv.Atoi(rest[dash+1:]); err == nil && task >= 0 {
				return statusKey{connector: rest[:dash], task: task}, nil
			}
		}
		return statusKey{}, errors.New("the key has no task number")
	}
	if name, ok := strings.CutPrefix(text, statusConnectorPrefix); ok {
		return statusKey{connector: name, task: -1}, nil
	}
	if rest, ok := strings.CutPrefix(text, statusTopicPrefix); ok {
		if topic, name, ok := strings.Cut(rest, statusTopicInfix); ok {
			return statusKey{connector: name, task: -1, topic: topic}, nil
		}
	}
	return statusKey{}, errors.New("the key is unknown")
}

// stateValue is the state of a connector or task in the status topic.
type stateValue struct {
	State      connect.State `json:"state"`
	Trace      *string       `json:"trace"`
	WorkerID   string        `json:"worker_id"`
	Generation int           `json:"generation"`
	Version    string        `json:"version,omitempty"` // since Kafka 4.1
}

// topicValue is a topic that a connector has read.
type topicValue struct {
	Topic struct {
		Name       string `json:"name"`
		Connector  string `json:"connector"`
		Task       int    `json:"task"`
		Discovered int64  `json:"discoverTimestamp"` // in milliseconds
	} `json:"topic"`
}

func (v stateValue) connector() connect.ConnectorState {
	s := connect.ConnectorState{State: v.State, WorkerID: v.WorkerID, Version: v.Version}
	if v.Trace != nil {
		s.Trace = *v.Trace
	}
	return s
}

func (v stateValue) task(id int) connect.TaskState {
	s := v.connector()
	return connect.TaskState{ID: id, State: s.State, WorkerID: s.WorkerID, Trace: s.Trace, Version: s.Version}
}

func stateOf(s connect.ConnectorState, generation int) *stateValue {
	v := &stateValue{State: s.State, WorkerID: s.WorkerID, Generation: generation, Version: s.Version}
	if s.Trace != "" {
		v.Trace = &s.Trace
	}
	return v
}

// parseStatus reads the value of a record of the status topic. It is a *stateValue, a
// *topicValue, or nil for a record that removes its key.
func parseStatus(key statusKey, r *kgo.Record) (any, error) {
	if r.Value == nil {
		return nil, nil
	}
	if key.topic != "" {
		topic := new(topicValue)
		return topic, decode(r.Value, topic)
	}
	state := new(stateValue)
	err := decode(r.Value, state)
	if err == nil && state.State == "" {
		err = errors.New("the value has no state")
	}
	return state, err
}

func statusRecord(key statusKey, value any) *kgo.Record {
	if value == nil {
		return &kgo.Record{Key: []byte(key.String())}
	}
	return record(key.String(), value)
}
