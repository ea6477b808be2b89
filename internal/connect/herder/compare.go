package herder

import (
	"fmt"
	"maps"
	"slices"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/group"
)

// compare compares what should be with what is, and corrects it.
func (h *Herder) compare() {
	h.comparing.Lock()
	defer h.comparing.Unlock()
	if h.hasStopped() {
		return
	}
	if h.Members.Blocked() != "" {
		h.pauseAll()
		return
	}
	stored, workers := h.Configs.Connectors(), h.Members.Workers()
	if h.Members.Leader() { // before the workers say what they run now
		for name := range stored {
			h.unassign(name, workers)
		}
	}
	for name, s := range stored {
		p := h.place(name, s, workers)
		h.instruct(name, s, p)
		h.publish(name, s, p)
	}
	h.drop(stored)
}

func (h *Herder) hasStopped() bool {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return h.stopped
}

// placement says what of a connector belongs to this worker.
type placement struct {
	known bool // this worker has the class of the connector
	tasks int  // of the connector, 0 when it is stopped
	mine  []int
	owner bool // this worker reports the state of the connector itself
}

func (h *Herder) place(name string, s connect.Stored, workers []string) placement {
	var p placement
	self := h.Members.Self()
	_, p.known = h.definitions.classOf(s.Config)
	p.tasks = h.taskCount(s)
	p.owner = slices.Equal(group.Place(workers, name, 1), []string{self})
	for task, worker := range group.Place(workers, name, p.tasks) {
		if worker == self {
			p.mine = append(p.mine, task)
		}
	}
	return p
}

// taskCount is the number of tasks that a connector shows.
func (h *Herder) taskCount(s connect.Stored) int {
	if _, known := h.definitions.classOf(s.Config); !known || s.Target == connect.TargetStopped {
		return 0
	}
	return h.definitions.tasks(s.Config)
}

// instruct tells the instance of a connector what to run. An instance whose configuration is
// the same keeps its stream, as the tasks of Kafka Connect do.
func (h *Herder) instruct(name string, s connect.Stored, p placement) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	i := h.instances[name]
	runs := p.known && len(p.mine) > 0 && (s.Target == connect.TargetStarted || s.Target == "")
	if i == nil {
		if !runs || h.stopped { // a request may be the last to compare
			return
		}
		i = newInstance(h, name)
		h.instances[name] = i
	}
	i.mutex.Lock()
	now := i.want
	i.mutex.Unlock()
	switch {
	case !runs:
		i.set(nil)
	case now == nil || !maps.Equal(now.config, s.Config):
		i.set(&want{config: s.Config, tasks: p.mine})
	case !slices.Equal(now.tasks, p.mine):
		i.mutex.Lock()
		now.tasks = p.mine
		i.mutex.Unlock()
	}
}

// pauseAll stops all streams of a worker that may not run any.
func (h *Herder) pauseAll() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for _, i := range h.instances {
		i.set(nil)
	}
}

// drop ends the instances of connectors that were deleted.
func (h *Herder) drop(stored map[string]connect.Stored) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	for name, i := range h.instances {
		if _, exists := stored[name]; exists {
			continue
		}
		i.set(nil)
		if i.idle() {
			close(i.end)
			delete(h.instances, name)
			h.Statuses.Forget(name) // the instance may have written a state after the deletion
		}
	}
}

// publish writes the states of what belongs to this worker, if they are not so already.
func (h *Herder) publish(name string, s connect.Stored, p placement) {
	connector, task := h.states(name, s, p)
	if p.owner {
		if now, exists := h.Statuses.Connector(name); !exists || now != connector {
			h.Statuses.SetConnector(name, connector)
		}
	}
	tasks := h.Statuses.Tasks(name)
	if p.owner && len(tasks) > 0 && tasks[len(tasks)-1].ID >= p.tasks {
		h.Statuses.RemoveTasks(name, p.tasks)
	}
	for _, id := range p.mine {
		task.ID = id
		if !slices.Contains(tasks, task) {
			h.Statuses.SetTask(name, task)
		}
	}
}

// states returns the states of the connector and of its tasks on this worker.
func (h *Herder) states(name string, s connect.Stored, p placement) (connect.ConnectorState, connect.TaskState) {
	state, text := connect.Running, ""
	connector := connect.ConnectorState{WorkerID: h.Members.Self(), Version: h.version(s)}
	switch s.Target {
	case connect.TargetPaused:
		state = connect.Paused
	case connect.TargetStopped:
		state = connect.Stopped
	}
	connector.State = state
	if !p.known && state == connect.Running {
		class, _ := h.definitions.classOf(s.Config)
		connector.State = connect.Failed
		connector.Trace = trace(connectException, fmt.Sprintf("Failed to find any class that implements Connector and which name matches %s: "+
			"order-sink does not have this connector. Run it with a worker of Kafka Connect in a cluster of its own, or delete it.", class), "find", "", "")
	}
	if i := h.get(name); i != nil && p.known && state == connect.Running {
		var f *failure
		if state, f = i.state(); f != nil {
			text = f.trace
		}
		if f == nil || f.connector {
			connector.State, connector.Trace = state, text
		}
	}
	return connector, connect.TaskState{State: state, Trace: text, WorkerID: h.Members.Self(), Version: h.version(s)}
}

// unassign says of what belonged to workers that have left that nobody runs it. The workers
// that run it next write their own states.
func (h *Herder) unassign(name string, workers []string) {
	if c, exists := h.Statuses.Connector(name); exists && lost(c.State, c.WorkerID, workers) {
		c.State, c.Trace = connect.Unassigned, ""
		h.Statuses.SetConnector(name, c)
	}
	for _, t := range h.Statuses.Tasks(name) {
		if lost(t.State, t.WorkerID, workers) {
			t.State, t.Trace = connect.Unassigned, ""
			h.Statuses.SetTask(name, t)
		}
	}
}

func lost(state connect.State, worker string, workers []string) bool {
	return state != connect.Unassigned && !slices.Contains(workers, worker)
}

// release says that nobody runs what belonged to this worker, which stops.
func (h *Herder) release(name string) {
	self := h.Members.Self()
	if c, exists := h.Statuses.Connector(name); exists && c.WorkerID == self {
		c.State, c.Trace = connect.Unassigned, ""
		h.Statuses.SetConnector(name, c)
	}
	for _, t := range h.Statuses.Tasks(name) {
		if t.WorkerID == self {
			t.State, t.Trace = connect.Unassigned, ""
			h.Statuses.SetTask(name, t)
		}
	}
}
