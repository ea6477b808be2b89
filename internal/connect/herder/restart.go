package herder

import (
	"context"
	"net/http"
	"slices"

	"github.com/order-sink/order-sink/internal/connect"
)

// Restart implements [connect.Herder]. The status shows as RESTARTING what is restarted.
func (h *Herder) Restart(ctx context.Context, name string, tasks, onlyFailed bool) (connect.Status, error) {
	if _, err := h.find(name, unknownColon); err != nil {
		return connect.Status{}, err
	}
	status, err := h.Status(name)
	if err != nil {
		return status, err
	}
	r := connect.Restart{Connector: name, Tasks: tasks, OnlyFailed: onlyFailed, Task: -1}
	if restarts(status.Connector.State, r) {
		status.Connector.State = connect.Restarting
	}
	if tasks {
		for n, t := range status.Tasks {
			if restarts(t.State, r) {
				status.Tasks[n].State = connect.Restarting
			}
		}
	}
	return status, h.write(ctx, func(ctx context.Context) error { return h.Configs.Restart(ctx, r) })
}

func restarts(state connect.State, r connect.Restart) bool {
	return !r.OnlyFailed || state == connect.Failed
}

// RestartTask implements [connect.Herder]. The tasks of a connector on one worker share a
// stream, so they are restarted together.
func (h *Herder) RestartTask(ctx context.Context, name string, task int) error {
	s, err := h.find(name, unknownColon)
	if err != nil {
		return err
	}
	if task < 0 || task >= h.taskCount(s) {
		return connect.Errorf(http.StatusNotFound, "Unknown task: %s-%d", name, task)
	}
	return h.write(ctx, func(ctx context.Context) error {
		return h.Configs.Restart(ctx, connect.Restart{Connector: name, Task: task, Tasks: true})
	})
}

// restart restarts what this worker runs of a connector. A restart of the connector alone
// leaves its tasks alone: it only tries again what concerns the connector itself.
func (h *Herder) restart(r connect.Restart) {
	i := h.get(r.Connector)
	if i == nil {
		return
	}
	i.mutex.Lock()
	defer i.mutex.Unlock()
	w, f := i.want, i.failure
	switch {
	case w == nil:
	case r.OnlyFailed && f == nil:
	case !r.Tasks && r.Task < 0 && (f == nil || !f.connector):
	case r.Task >= 0 && !slices.Contains(w.tasks, r.Task):
	default:
		i.want = &want{config: w.config, tasks: w.tasks}
		i.nudge()
	}
}
