// Package connect has the terms that the parts of the worker share. The worker answers
// Kafka Connect's REST API and keeps Kafka Connect's topics, and runs each JDBC sink
// connector as a pipeline of order-sink.
package connect

import (
	"errors"
	"fmt"
	"strings"
)

// State is what a connector or a task does, as the REST API and the status topic name it.
// Clients know no other words.
type State string

// The states of Kafka Connect.
const (
	Unassigned State = "UNASSIGNED"
	Running    State = "RUNNING"
	Paused     State = "PAUSED"
	Stopped    State = "STOPPED"
	Failed     State = "FAILED"
	Restarting State = "RESTARTING"
)

// Target is the state that a user wants a connector to have, as the config topic names it.
type Target string

// The targets of Kafka Connect. A connector without a record of its target is Started.
const (
	TargetStarted Target = "STARTED"
	TargetPaused  Target = "PAUSED"
	TargetStopped Target = "STOPPED"
)

// InitialState returns the target that the initial_state of a new connector means, "" for none.
func InitialState(text string) (Target, error) {
	switch strings.ToUpper(text) {
	case "":
		return "", nil
	case "RUNNING":
		return TargetStarted, nil
	case "PAUSED":
		return TargetPaused, nil
	case "STOPPED":
		return TargetStopped, nil
	}
	return "", fmt.Errorf("initial_state is %q: write RUNNING, PAUSED or STOPPED", text)
}

// Version is the version of Kafka Connect whose API the worker answers. kcctl reads the
// first two numbers of it.
const Version = "4.3.1"

// TaskID names a task of a connector.
type TaskID struct {
	Connector string `json:"connector"`
	Task      int    `json:"task"`
}

// Info is a connector as `GET /connectors/NAME` shows it. It has no further member, because
// clients pass the members to constructors.
type Info struct {
	Name   string            `json:"name"`
	Config map[string]string `json:"config"`
	Tasks  []TaskID          `json:"tasks"`
	Type   string            `json:"type"` // "sink", or "unknown" for a class that the worker does not have
}

// ConnectorState is the state of a connector itself. Clients accept only text values.
type ConnectorState struct {
	State    State  `json:"state"`
	WorkerID string `json:"worker_id"`
	Version  string `json:"version,omitempty"`
	Trace    string `json:"trace,omitempty"`
}

// TaskState is the state of a task. Trace has the form of a Java stack trace.
type TaskState struct {
	ID       int    `json:"id"`
	State    State  `json:"state"`
	WorkerID string `json:"worker_id"`
	Version  string `json:"version,omitempty"`
	Trace    string `json:"trace,omitempty"`
}

// Status is a connector as `GET /connectors/NAME/status` shows it.
type Status struct {
	Name      string         `json:"name"`
	Connector ConnectorState `json:"connector"`
	Tasks     []TaskState    `json:"tasks"`
	Type      string         `json:"type"`
}

// TaskInfo is a task with its configuration, as `GET /connectors/NAME/tasks` shows it.
type TaskInfo struct {
	ID     TaskID            `json:"id"`
	Config map[string]string `json:"config"`
}

// Offset is the next offset of a partition of a sink connector's consumer group. A nil
// Offset resets the partition.
type Offset struct {
	Topic     string
	Partition int32
	Offset    *int64
}

// Wait says why a running connector stores nothing at the moment. No client of Kafka Connect
// knows such a state, so only the worker's own endpoint, `/ready`, metrics and log show it.
type Wait struct {
	Component string `json:"component"` // the label of the component of the pipeline
	Reason    string `json:"reason"`
}

// Error is an answer of the REST API other than 2xx. The error_code of the body is Status.
type Error struct {
	Status  int
	Message string
}

func (e *Error) Error() string { return e.Message }

// Errorf returns an [Error] with the HTTP status.
func Errorf(status int, format string, args ...any) *Error {
	return &Error{Status: status, Message: fmt.Sprintf(format, args...)}
}

// ErrExists is the error of [Configs.Create] when the connector exists.
var ErrExists = errors.New("the connector exists")
