package herder

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/order-sink/order-sink/internal/connect"
)

// Connectors implements [connect.Herder]. It returns nil while the worker is starting.
func (h *Herder) Connectors() []string {
	if h.starting() != nil {
		return nil
	}
	names := slices.Sorted(maps.Keys(h.Configs.Connectors()))
	return append([]string{}, names...)
}

// find returns a connector, or the error of one that does not exist, with the message of the
// operation.
func (h *Herder) find(name, message string) (connect.Stored, error) {
	if err := h.starting(); err != nil {
		return connect.Stored{}, err
	}
	s, exists := h.Configs.Get(name)
	if !exists {
		return s, connect.Errorf(http.StatusNotFound, message, name)
	}
	return s, nil
}

// The messages of Kafka Connect for a connector that does not exist.
const (
	notFound     = "Connector %s not found"
	unknown      = "Unknown connector %s"
	unknownColon = "Unknown connector: %s"
	noStatus     = "No status found for connector %s"
)

// Info implements [connect.Herder].
func (h *Herder) Info(name string) (connect.Info, error) {
	s, err := h.find(name, notFound)
	if err != nil {
		return connect.Info{}, err
	}
	return h.info(name, s), nil
}

func (h *Herder) info(name string, s connect.Stored) connect.Info {
	info := connect.Info{Name: name, Config: s.Config, Tasks: []connect.TaskID{}, Type: h.kind(s)}
	for task := range h.taskCount(s) {
		info.Tasks = append(info.Tasks, connect.TaskID{Connector: name, Task: task})
	}
	return info
}

func (h *Herder) kind(s connect.Stored) string {
	if _, known := h.definitions.classOf(s.Config); known {
		return "sink"
	}
	return "unknown"
}

// Status implements [connect.Herder]. It shows each task, also before a worker has said what
// the task does: some clients take a connector without tasks for a broken one.
func (h *Herder) Status(name string) (connect.Status, error) {
	s, err := h.find(name, noStatus)
	if err != nil {
		return connect.Status{}, err
	}
	status := connect.Status{Name: name, Tasks: []connect.TaskState{}, Type: h.kind(s)}
	var exists bool
	if status.Connector, exists = h.Statuses.Connector(name); !exists {
		status.Connector = connect.ConnectorState{State: connect.Unassigned, WorkerID: h.Members.Self(), Version: h.version(s)}
	}
	known := map[int]connect.TaskState{}
	for _, t := range h.Statuses.Tasks(name) {
		known[t.ID] = t
	}
	for id := range h.taskCount(s) {
		t, exists := known[id]
		if !exists {
			t = connect.TaskState{ID: id, State: connect.Unassigned, WorkerID: status.Connector.WorkerID, Version: h.version(s)}
		}
		status.Tasks = append(status.Tasks, t)
	}
	return status, nil
}

// Tasks implements [connect.Herder].
func (h *Herder) Tasks(name string) ([]connect.TaskInfo, error) {
	s, err := h.find(name, notFound)
	if err != nil {
		return nil, err
	}
	tasks := []connect.TaskInfo{}
	class, _ := h.definitions.classOf(s.Config)
	for id := range h.taskCount(s) {
		config := maps.Clone(s.Config)
		config["task.class"] = taskClasses[class]
		config["task.id"] = strconv.Itoa(id)
		tasks = append(tasks, connect.TaskInfo{ID: connect.TaskID{Connector: name, Task: id}, Config: config})
	}
	return tasks, nil
}

// TaskStatus implements [connect.Herder].
func (h *Herder) TaskStatus(name string, task int) (connect.TaskState, error) {
	if err := h.starting(); err != nil {
		return connect.TaskState{}, err
	}
	status, err := h.Status(name)
	if err != nil || task < 0 || task >= len(status.Tasks) {
		return connect.TaskState{}, connect.Errorf(http.StatusNotFound, "No status found for task %s-%s", name, itoa(task))
	}
	return status.Tasks[task], nil
}

// ActiveTopics implements [connect.Herder]. A connector that does not exist has no topics.
func (h *Herder) ActiveTopics(name string) ([]string, error) {
	if err := h.starting(); err != nil {
		return nil, err
	}
	topics := h.Statuses.Topics(name)
	if topics == nil {
		topics = []string{}
	}
	return topics, nil
}

// Waits implements [connect.Herder].
func (h *Herder) Waits(name string) ([]connect.Wait, error) {
	if _, err := h.find(name, notFound); err != nil {
		return nil, err
	}
	waits := []connect.Wait{}
	if blocked := h.Members.Blocked(); blocked != "" {
		waits = append(waits, connect.Wait{Component: "worker", Reason: blocked})
	}
	if i := h.get(name); i != nil {
		waits = append(waits, i.waits()...)
	}
	return waits, nil
}

// Pipeline implements [connect.Herder]. The text has no secret that the configuration itself
// does not have in clear.
func (h *Herder) Pipeline(name string) (string, error) {
	s, err := h.find(name, notFound)
	if err != nil {
		return "", err
	}
	if i := h.get(name); i != nil {
		if text := i.pipeline(); text != "" {
			return text, nil
		}
	}
	plan, err := h.definitions.plan(name, s.Config)
	if err != nil {
		return "", connect.Errorf(http.StatusConflict, "Connector %s has no pipeline: %v", name, err)
	}
	return plan.YAML, nil
}

// Explain returns in what the pipeline of a connector differs from the connector of Kafka
// Connect.
func (h *Herder) Explain(name string) ([]string, error) {
	s, err := h.find(name, notFound)
	if err != nil {
		return nil, err
	}
	plan, err := h.definitions.plan(name, s.Config)
	if err != nil {
		return nil, err
	}
	differences := []string{}
	for _, d := range plan.Differences {
		differences = append(differences, d.String())
	}
	return differences, nil
}

// version is the version of a connector's class.
func (h *Herder) version(s connect.Stored) string {
	class, _ := h.definitions.classOf(s.Config)
	return versions[class]
}

// ClusterID implements [connect.Herder].
func (h *Herder) ClusterID() string { return h.Options.ClusterID() }

// Health implements [connect.Herder], with the sentences of Kafka Connect.
func (h *Herder) Health() (status, message string) {
	if h.starting() != nil {
		return "starting", "Worker is still starting up."
	}
	if blocked := h.Members.Blocked(); blocked != "" {
		return "starting", "Worker is still starting up: " + blocked
	}
	return "healthy", "Worker has completed startup and is ready to handle requests."
}

func itoa(n int) string { return strconv.Itoa(n) }
