package rest

import (
	"context"
	"net/http"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/configdef"
)

var _ connect.Herder = (*herder)(nil)

func (h *herder) Restart(_ context.Context, name string, tasks, onlyFailed bool) (connect.Status, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	c, err := h.get(name, "Unknown connector: %s")
	if err != nil {
		return connect.Status{}, err
	}
	status := c.status(name)
	if tasks && !onlyFailed {
		status.Connector.State = connect.Restarting
		for i := range status.Tasks {
			status.Tasks[i].State = connect.Restarting
		}
	}
	return status, nil
}

func (h *herder) RestartTask(_ context.Context, name string, task int) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	c, err := h.get(name, "Unknown connector: %s")
	if err == nil && (task < 0 || task >= c.tasks()) {
		err = connect.Errorf(http.StatusNotFound, "Unknown task: %s-%d", name, task)
	}
	return err
}

func (h *herder) Offsets(_ context.Context, name string) ([]connect.Offset, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	c, err := h.get(name, "Connector %s not found")
	if err != nil {
		return nil, err
	}
	var all []connect.Offset
	for topic, at := range c.offsets {
		all = append(all, connect.Offset{Topic: topic, Offset: &at})
	}
	return all, nil
}

func (h *herder) AlterOffsets(_ context.Context, name string, offsets []connect.Offset) (string, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	c, err := h.stopped(name)
	if err != nil {
		return "", err
	}
	for _, o := range offsets {
		switch {
		case o.Topic != "story-orders" || o.Partition != 0:
			return "", connect.Errorf(http.StatusInternalServerError, "Failed to alter consumer group offsets for connector %s", name)
		case o.Offset == nil:
			delete(c.offsets, o.Topic)
		default:
			c.offsets[o.Topic] = *o.Offset
		}
	}
	return done("altered"), nil
}

func (h *herder) stopped(name string) (*connector, error) {
	c, err := h.get(name, "Connector %s not found")
	if err == nil && c.target != connect.TargetStopped {
		err = connect.Errorf(http.StatusBadRequest, "Connectors must be in the STOPPED state before their offsets can be modified. "+
			"This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/%s/stop' endpoint", name)
	}
	return c, err
}

func done(what string) string {
	return "The Connect framework-managed offsets for this connector have been " + what + " successfully. However, if this connector " +
		"manages offsets externally, they will need to be manually " + what + " in the system that the connector uses."
}

func (h *herder) ResetOffsets(_ context.Context, name string) (string, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	c, err := h.stopped(name)
	if err != nil {
		return "", err
	}
	clear(c.offsets)
	return done("reset"), nil
}

func (h *herder) ActiveTopics(string) ([]string, error)           { return nil, nil }
func (h *herder) ResetActiveTopics(context.Context, string) error { return nil }
func (h *herder) Waits(string) ([]connect.Wait, error)            { return nil, nil }
func (h *herder) Pipeline(string) (string, error)                 { return "", nil }
func (h *herder) ClusterID() string                               { return "cluster" }
func (h *herder) Validate(_ context.Context, class string, config map[string]string) (connect.Validation, error) {
	if class == "panic" {
		panic("secret of a row")
	}
	v, _ := configdef.Validate(configdef.Debezium, config, nil)
	return v, check(config)
}

func (h *herder) SetLogLevel(_ context.Context, logger, level string, _ bool) ([]string, error) {
	return h.loggers.Set(logger, level)
}

func (h *herder) Health() (status, message string) {
	return "healthy", "Worker has completed startup and is ready to handle requests."
}
