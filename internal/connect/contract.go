package connect

import "context"

// Herder does what the REST API asks for. The methods without a context answer from memory.
// The others write to Kafka, or ask it, within a time limit of their own. Each error is an
// [*Error] with the status, and the message of Kafka Connect where clients compare it.
type Herder interface {
	Connectors() []string // sorted
	Info(name string) (Info, error)
	Status(name string) (Status, error)
	Tasks(name string) ([]TaskInfo, error)
	TaskStatus(name string, task int) (TaskState, error)

	// Create stores a new connector. 400: the config is invalid. 409: the name exists.
	Create(ctx context.Context, name string, config map[string]string, initial Target) (Info, error)
	// Put stores the whole configuration of a connector, and creates it if necessary.
	Put(ctx context.Context, name string, config map[string]string) (info Info, created bool, err error)
	// Patch merges keys into the configuration. A nil value removes its key.
	Patch(ctx context.Context, name string, patch map[string]*string) (Info, error)
	Delete(ctx context.Context, name string) error
	SetTarget(ctx context.Context, name string, target Target) error
	// Restart restarts a connector, and with tasks its tasks, or only what has failed.
	Restart(ctx context.Context, name string, tasks, onlyFailed bool) (Status, error)
	RestartTask(ctx context.Context, name string, task int) error

	Offsets(ctx context.Context, name string) ([]Offset, error)
	AlterOffsets(ctx context.Context, name string, offsets []Offset) (message string, err error)
	ResetOffsets(ctx context.Context, name string) (message string, err error)

	ActiveTopics(name string) ([]string, error) // sorted
	ResetActiveTopics(ctx context.Context, name string) error

	// Waits has the reasons why the connectors that run on this worker store nothing.
	Waits(name string) ([]Wait, error)
	// Pipeline returns the YAML text that the worker runs for a connector.
	Pipeline(name string) (string, error)
	// Validate checks a configuration, and connects to MariaDB only if it has no other error.
	Validate(ctx context.Context, class string, config map[string]string) (Validation, error)

	// SetLogLevel changes a logger, on this worker or (cluster) on all workers.
	SetLogLevel(ctx context.Context, logger, level string, cluster bool) (loggers []string, err error)
	ClusterID() string
	// Health is "healthy", "starting" or "unhealthy", with a sentence.
	Health() (status, message string)
}

// Validation is the answer of `PUT /connector-plugins/CLASS/config/validate`.
type Validation struct {
	Name       string      `json:"name"`
	ErrorCount int         `json:"error_count"`
	Groups     []string    `json:"groups"`
	Configs    []KeyResult `json:"configs"`
}

// KeyResult is one key of a [Validation]. Definition is nil for a key that no part of the
// connector has.
type KeyResult struct {
	Definition *KeyDefinition `json:"definition"`
	Value      KeyValue       `json:"value"`
}

// KeyDefinition describes a key, as `GET /connector-plugins/CLASS/config` shows it. Type is
// one of BOOLEAN, CLASS, DOUBLE, INT, LIST, LONG, PASSWORD, SHORT and STRING.
type KeyDefinition struct {
	Name          string   `json:"name"`
	Type          string   `json:"type"`
	Required      bool     `json:"required"`
	DefaultValue  *string  `json:"default_value"`
	Importance    string   `json:"importance"`
	Documentation string   `json:"documentation"`
	Group         *string  `json:"group"`
	Order         int      `json:"order_in_group"`
	Width         string   `json:"width"`
	DisplayName   string   `json:"display_name"`
	Dependents    []string `json:"dependents"`
}

// KeyValue is the value of a key and what is wrong with it. Value is "[hidden]" for a
// password.
type KeyValue struct {
	Name              string   `json:"name"`
	Value             *string  `json:"value"`
	RecommendedValues []string `json:"recommended_values"`
	Errors            []string `json:"errors"`
	Visible           bool     `json:"visible"`
}

// Configs is the source of truth: the connectors that users created, with their unresolved
// configurations and their targets. It is the config topic, or memory in standalone mode.
type Configs interface {
	// Connectors returns a copy of all connectors at this moment.
	Connectors() map[string]Stored
	Get(name string) (Stored, bool)
	// Create stores a new connector, or returns ErrExists and has changed nothing, also when
	// two workers create it at once.
	Create(ctx context.Context, name string, config map[string]string, initial Target) error
	Put(ctx context.Context, name string, config map[string]string) error
	Delete(ctx context.Context, name string) error
	SetTarget(ctx context.Context, name string, target Target) error
	// Restart tells all workers to restart a connector.
	Restart(ctx context.Context, restart Restart) error
	// SetLogLevel tells all workers to change a logger.
	SetLogLevel(ctx context.Context, logger, level string) error
	// Follow calls f for each change after the start, in the order of the log, until ctx ends.
	// The methods that write return after f has seen their change.
	Follow(ctx context.Context, f func(Change)) error
}

// Stored is a connector of [Configs]. Revision grows with each change of its configuration.
type Stored struct {
	Config   map[string]string
	Target   Target
	Revision int64
}

// Change is what happened in [Configs]: exactly one member is set.
type Change struct {
	Connector string // created, changed, deleted, or its target changed
	Restart   *Restart
	LogLevel  *LogLevel
}

// Restart asks for a restart. Task is -1, or the one task to restart.
type Restart struct {
	Connector  string
	Tasks      bool
	OnlyFailed bool
	Task       int
}

// LogLevel asks for the level of a logger.
type LogLevel struct{ Logger, Level string }

// Statuses has the states of the connectors of all workers. It is the status topic, or
// memory in standalone mode. The writes are sent in the background and again until Kafka
// takes them: a state is never lost because of an outage, but an older one may be skipped.
type Statuses interface {
	Connector(name string) (ConnectorState, bool)
	Tasks(name string) []TaskState // sorted by id
	Topics(name string) []string   // sorted
	SetConnector(name string, state ConnectorState)
	SetTask(name string, state TaskState)
	// RemoveTasks removes the states of the tasks from an id on.
	RemoveTasks(name string, from int)
	AddTopic(name, topic string, task int)
	ResetTopics(name string)
	// Forget removes everything of a deleted connector.
	Forget(name string)
}

// Members are the workers of the cluster.
type Members interface {
	// Workers returns the ids (host:port) of the live workers, sorted, with this one.
	Workers() []string
	Self() string
	// Leader reports whether this worker does what only one worker may do.
	Leader() bool
	// Changed receives a value after the workers or the leader have changed.
	Changed() <-chan struct{}
	// Blocked says why this worker may not run connectors, such as "JVM workers are active in
	// group connect-cluster: ...", or nothing.
	Blocked() string
}
