package rest

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/configdef"
	"github.com/order-sink/order-sink/internal/connect/loggers"
)

// herder keeps connectors in memory, with the words of Kafka Connect. It runs nothing.
type herder struct {
	mutex   sync.Mutex
	all     map[string]*connector
	loggers *loggers.Loggers
}

type connector struct {
	config  map[string]string
	target  connect.Target
	started bool // its tasks exist
	offsets map[string]int64
}

const workerID = "127.0.0.1:8083"

func (h *herder) get(name, format string) (*connector, error) {
	if c, exists := h.all[name]; exists {
		return c, nil
	}
	return nil, connect.Errorf(http.StatusNotFound, format, name)
}

func (h *herder) Connectors() []string {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return slices.Sorted(maps.Keys(h.all))
}

func (h *herder) Info(name string) (connect.Info, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	c, err := h.get(name, "Connector %s not found")
	if err != nil {
		return connect.Info{}, err
	}
	return c.info(name), nil
}

func (c *connector) tasks() int {
	if !c.started || c.target == connect.TargetStopped {
		return 0
	}
	if c.config["tasks.max"] == "2" {
		return 2
	}
	return 1
}

func (c *connector) info(name string) connect.Info {
	info := connect.Info{Name: name, Config: maps.Clone(c.config), Tasks: []connect.TaskID{}, Type: "sink"}
	for task := range c.tasks() {
		info.Tasks = append(info.Tasks, connect.TaskID{Connector: name, Task: task})
	}
	return info
}

func (h *herder) Status(name string) (connect.Status, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	c, err := h.get(name, "No status found for connector %s")
	if err != nil {
		return connect.Status{}, err
	}
	return c.status(name), nil
}

func (c *connector) status(name string) connect.Status {
	state := map[connect.Target]connect.State{connect.TargetPaused: connect.Paused, connect.TargetStopped: connect.Stopped}[c.target]
	if state == "" {
		state = connect.Running
	}
	status := connect.Status{Name: name, Tasks: []connect.TaskState{}, Type: "sink",
		Connector: connect.ConnectorState{State: state, WorkerID: workerID, Version: connect.Version}}
	for id := range c.tasks() {
		status.Tasks = append(status.Tasks, connect.TaskState{ID: id, State: state, WorkerID: workerID, Version: connect.Version})
	}
	return status
}

func (h *herder) Tasks(name string) ([]connect.TaskInfo, error) {
	info, err := h.Info(name)
	var tasks []connect.TaskInfo
	for _, id := range info.Tasks {
		config := maps.Clone(info.Config)
		config["task.class"] = "io.debezium.connector.jdbc.JdbcSinkConnectorTask"
		config["task.id"] = strconv.Itoa(id.Task)
		tasks = append(tasks, connect.TaskInfo{ID: id, Config: config})
	}
	return tasks, err
}

func (h *herder) TaskStatus(name string, task int) (connect.TaskState, error) {
	status, err := h.Status(name)
	if err != nil || task < 0 || task >= len(status.Tasks) {
		return connect.TaskState{}, connect.Errorf(http.StatusNotFound, "No status found for task %s-%d", name, task)
	}
	return status.Tasks[task], nil
}

func (h *herder) Create(_ context.Context, name string, config map[string]string, initial connect.Target) (connect.Info, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if err := check(config); err != nil {
		return connect.Info{}, err
	}
	if _, exists := h.all[name]; exists {
		return connect.Info{}, connect.Errorf(http.StatusConflict, "Connector %s already exists", name)
	}
	c := &connector{config: config, target: initial, offsets: map[string]int64{}}
	h.all[name] = c
	info := c.info(name)
	c.started = initial != connect.TargetStopped && initial != connect.TargetPaused
	return info, nil
}

func check(config map[string]string) error {
	switch class, set := config["connector.class"]; {
	case !set || class == configdef.Null:
		return connect.Errorf(http.StatusBadRequest, "Connector config %s contains no connector type", javaMap(config))
	case class != string(configdef.Debezium):
		return connect.Errorf(http.StatusBadRequest, "Failed to find any class that implements Connector and which name matches %s", class)
	}
	for _, value := range config {
		if value == configdef.Null {
			return connect.Errorf(http.StatusBadRequest, "Connector configuration is invalid")
		}
	}
	return nil
}

func javaMap(config map[string]string) string {
	text := "{"
	for i, key := range slices.Sorted(maps.Keys(config)) {
		if i > 0 {
			text += ", "
		}
		value := config[key]
		if value == configdef.Null {
			value = "null"
		}
		text += key + "=" + value
	}
	return text + "}"
}

func (h *herder) Put(ctx context.Context, name string, config map[string]string) (connect.Info, bool, error) {
	if _, err := h.Info(name); err != nil {
		info, err := h.Create(ctx, name, config, "")
		return info, err == nil, err
	}
	if err := check(config); err != nil {
		return connect.Info{}, false, err
	}
	h.mutex.Lock()
	defer h.mutex.Unlock()
	info := h.all[name].info(name) // the new tasks follow later
	h.all[name].config = config
	info.Config = maps.Clone(config)
	return info, false, nil
}

func (h *herder) Patch(ctx context.Context, name string, patch map[string]*string) (connect.Info, error) {
	info, err := h.Info(name)
	if err != nil {
		return info, err
	}
	for key, value := range patch {
		if delete(info.Config, key); value != nil {
			info.Config[key] = *value
		}
	}
	info, _, err = h.Put(ctx, name, info.Config)
	return info, err
}

func (h *herder) Delete(_ context.Context, name string) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	_, err := h.get(name, "Connector %s not found")
	delete(h.all, name)
	return err
}

func (h *herder) SetTarget(_ context.Context, name string, target connect.Target) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	c, err := h.get(name, "Unknown connector %s")
	if err == nil {
		c.started = target == connect.TargetStarted || c.started && target != connect.TargetStopped
		c.target = target
	}
	return err
}
