package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect"
)

// The keys of the config topic. A reader compares the prefixes in this order, as Kafka
// Connect does. Records with other keys belong to Kafka Connect's own workers.
const (
	targetPrefix    = "target-state-"
	connectorPrefix = "connector-"
	taskPrefix      = "task-"
	commitPrefix    = "commit-"
	restartPrefix   = "restart-connector-"
	fencingPrefix   = "tasks-fencing-"
	sessionKey      = "session-key" // its value is a secret
	loggerPrefix    = "logger-cluster-"
)

// The headers of the config topic. Kafka Connect ignores headers. See [view] for their
// meaning.
const (
	createHeader = "order-sink-create" // a random id
	repairHeader = "order-sink-repair" // an offset, as decimal digits
)

type targetValue struct {
	State   connect.Target `json:"state"`
	StateV2 connect.Target `json:"state.v2,omitempty"`
}

// restartValue has a member that Kafka Connect does not know: it cannot restart a single
// task on another worker through the topic.
type restartValue struct {
	IncludeTasks bool `json:"include-tasks"`
	OnlyFailed   bool `json:"only-failed"`
	Task         *int `json:"order-sink-task,omitempty"`
}

type levelValue struct {
	Level string `json:"level"`
}

func connectorRecord(name string, config map[string]string) *kgo.Record {
	if config == nil {
		return &kgo.Record{Key: []byte(connectorPrefix + name)}
	}
	return record(connectorPrefix+name, map[string]any{"properties": config})
}

// targetRecord removes the target if target is "". Workers before Kafka 3.5 know only the
// member state, and pause what should be stopped.
func targetRecord(name string, target connect.Target) *kgo.Record {
	if target == "" {
		return &kgo.Record{Key: []byte(targetPrefix + name)}
	}
	value := targetValue{State: target, StateV2: target}
	if target == connect.TargetStopped {
		value.State = connect.TargetPaused
	}
	return record(targetPrefix+name, value)
}

func restartRecord(r connect.Restart) *kgo.Record {
	value := restartValue{IncludeTasks: r.Tasks, OnlyFailed: r.OnlyFailed}
	if r.Task >= 0 {
		value.Task = &r.Task
	}
	return record(restartPrefix+r.Connector, value)
}

func levelRecord(logger, level string) *kgo.Record {
	return record(loggerPrefix+logger, levelValue{level})
}

func record(key string, value any) *kgo.Record {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // maps and structs of texts, numbers and booleans never fail
	return &kgo.Record{Key: []byte(key), Value: bytes.TrimSpace(text.Bytes())}
}

// header returns the value of a header, or "".
func header(r *kgo.Record, key string) string {
	for _, h := range r.Headers {
		if h.Key == key {
			return string(h.Value)
		}
	}
	return ""
}

func addHeader(r *kgo.Record, key, value string) *kgo.Record {
	r.Headers = append(r.Headers, kgo.RecordHeader{Key: key, Value: []byte(value)})
	return r
}

// errNoObject is the error of a value that no worker applies.
var errNoObject = errors.New("the value is not a JSON object")

// object decodes a value. Clusters from before Kafka 2.0 may hold values with an envelope
// {"schema": …, "payload": …}.
func object(value []byte) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(value, &members); err != nil || members == nil {
		return nil, errNoObject // the error could have a part of the value
	}
	payload, enveloped := members["payload"]
	if _, schema := members["schema"]; !enveloped || !schema {
		return members, nil
	}
	members = nil
	if err := json.Unmarshal(payload, &members); err != nil || members == nil {
		return nil, errNoObject
	}
	return members, nil
}

// decode reads the members of a value into a struct.
func decode(value []byte, into any) error {
	members, err := object(value)
	if err != nil {
		return err
	}
	text, err := json.Marshal(members)
	if err != nil {
		return errNoObject
	}
	if err := json.Unmarshal(text, into); err != nil {
		return errors.New("a member of the value has the wrong type")
	}
	return nil
}

// configOf returns the configuration in the value of a connector's record. A key with the
// value null is absent, which is the same for a connector. Values of old clusters that are
// no texts become their JSON text.
func configOf(value []byte) (map[string]string, error) {
	members, err := object(value)
	if err != nil {
		return nil, err
	}
	var properties map[string]json.RawMessage
	if err := json.Unmarshal(members["properties"], &properties); err != nil || properties == nil {
		return nil, errors.New(`the member "properties" of the value is not a JSON object`)
	}
	config := make(map[string]string, len(properties))
	for key, raw := range properties {
		var text *string
		if err := json.Unmarshal(raw, &text); err != nil {
			config[key] = string(raw)
		} else if text != nil {
			config[key] = *text
		}
	}
	return config, nil
}

func targetOf(value []byte) (connect.Target, error) {
	var v targetValue
	if err := decode(value, &v); err != nil {
		return "", err
	}
	for _, target := range []connect.Target{v.StateV2, v.State} {
		switch target {
		case connect.TargetStarted, connect.TargetPaused, connect.TargetStopped:
			return target, nil
		}
	}
	return "", errors.New("the target state is unknown")
}

func restartOf(name string, value []byte) (*connect.Restart, error) {
	var v restartValue
	if err := decode(value, &v); err != nil {
		return nil, err
	}
	restart := &connect.Restart{Connector: name, Tasks: v.IncludeTasks, OnlyFailed: v.OnlyFailed, Task: -1}
	if v.Task != nil {
		restart.Task = *v.Task
	}
	return restart, nil
}

func levelOf(logger string, value []byte) (*connect.LogLevel, error) {
	var v levelValue
	if err := decode(value, &v); err != nil {
		return nil, err
	}
	if v.Level == "" {
		return nil, errors.New("the value has no level")
	}
	return &connect.LogLevel{Logger: logger, Level: v.Level}, nil
}

func repairOffset(text string) (int64, error) {
	offset, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("reading header %s: %w", repairHeader, err)
	}
	return offset, nil
}

// foreign reports whether a key belongs to records of Kafka Connect that this worker
// neither reads nor writes.
func foreign(key string) bool {
	return strings.HasPrefix(key, taskPrefix) || strings.HasPrefix(key, commitPrefix) ||
		strings.HasPrefix(key, fencingPrefix) || key == sessionKey
}
