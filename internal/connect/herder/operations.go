package herder

import (
	"context"
	"errors"
	"maps"
	"net/http"

	"github.com/order-sink/order-sink/internal/connect"
)

// Create implements [connect.Herder].
func (h *Herder) Create(ctx context.Context, name string, config map[string]string, initial connect.Target) (connect.Info, error) {
	config, err := h.check(name, config)
	if err != nil {
		return connect.Info{}, err
	}
	exists := connect.Errorf(http.StatusConflict, "Connector %s already exists", name)
	if _, found := h.Configs.Get(name); found {
		return connect.Info{}, exists
	}
	err = h.write(ctx, func(ctx context.Context) error { return h.Configs.Create(ctx, name, config, initial) })
	if errors.Is(err, connect.ErrExists) {
		return connect.Info{}, exists
	}
	if err != nil {
		return connect.Info{}, err
	}
	return h.created(name, config), nil
}

// created is the answer to a creation. As in Kafka Connect, it has no tasks yet.
func (h *Herder) created(name string, config map[string]string) connect.Info {
	info := h.info(name, connect.Stored{Config: config, Target: connect.TargetStopped})
	return info
}

// Put implements [connect.Herder].
func (h *Herder) Put(ctx context.Context, name string, config map[string]string) (info connect.Info, created bool, err error) {
	if config, err = h.check(name, config); err != nil {
		return info, false, err
	}
	if _, found := h.Configs.Get(name); !found {
		err := h.write(ctx, func(ctx context.Context) error { return h.Configs.Create(ctx, name, config, "") })
		if err == nil {
			return h.created(name, config), true, nil
		}
		if !errors.Is(err, connect.ErrExists) { // another worker was faster: this is a change now
			return info, false, err
		}
	}
	if err := h.write(ctx, func(ctx context.Context) error { return h.Configs.Put(ctx, name, config) }); err != nil {
		return info, false, err
	}
	info, err = h.Info(name)
	return info, false, err
}

// Patch implements [connect.Herder].
func (h *Herder) Patch(ctx context.Context, name string, patch map[string]*string) (connect.Info, error) {
	s, err := h.find(name, notFound)
	if err != nil {
		return connect.Info{}, err
	}
	config := maps.Clone(s.Config)
	for key, value := range patch {
		if value == nil {
			delete(config, key)
		} else {
			config[key] = *value
		}
	}
	info, _, err := h.Put(ctx, name, config)
	return info, err
}

// check returns a configuration with the name, or the error of an invalid one.
func (h *Herder) check(name string, config map[string]string) (map[string]string, error) {
	if err := h.starting(); err != nil {
		return nil, err
	}
	config = maps.Clone(config)
	if config == nil {
		config = map[string]string{}
	}
	config["name"] = name
	validation, err := h.definitions.check(config)
	if err != nil {
		return nil, err
	}
	if err := validation.Err(); err != nil {
		return nil, err
	}
	return config, nil
}

// Delete implements [connect.Herder]. The offsets of the consumer group stay, as in Kafka
// Connect: a connector of the same name continues at them.
func (h *Herder) Delete(ctx context.Context, name string) error {
	if _, err := h.find(name, notFound); err != nil {
		return err
	}
	if err := h.write(ctx, func(ctx context.Context) error { return h.Configs.Delete(ctx, name) }); err != nil {
		return err
	}
	h.Statuses.Forget(name)
	return nil
}

// SetTarget implements [connect.Herder].
func (h *Herder) SetTarget(ctx context.Context, name string, target connect.Target) error {
	if _, err := h.find(name, unknown); err != nil {
		return err
	}
	return h.write(ctx, func(ctx context.Context) error { return h.Configs.SetTarget(ctx, name, target) })
}

// write writes to the configs within a limited time, and lets this worker act on the change.
func (h *Herder) write(ctx context.Context, f func(context.Context) error) error {
	ctx, done := context.WithTimeout(ctx, askTimeout)
	defer done()
	err := f(ctx)
	switch {
	case errors.Is(err, connect.ErrExists):
		return err
	case err != nil: // it says whether something has changed
		return connect.Errorf(http.StatusInternalServerError, "Writing to Kafka failed: %v", err)
	}
	h.compare()
	return nil
}

// Validate implements [connect.Herder]. The configuration names the class, too.
func (h *Herder) Validate(ctx context.Context, _ string, config map[string]string) (connect.Validation, error) {
	validation, err := h.definitions.check(config)
	if err != nil {
		return validation, err
	}
	if validation.ErrorCount == 0 {
		ctx, done := context.WithTimeout(ctx, askTimeout)
		defer done()
		err = h.checkDatabase(ctx, config, &validation)
	}
	return validation, err
}

// ResetActiveTopics implements [connect.Herder].
func (h *Herder) ResetActiveTopics(_ context.Context, name string) error {
	if err := h.starting(); err != nil {
		return err
	}
	h.Statuses.ResetTopics(name)
	return nil
}

// SetLogLevel implements [connect.Herder].
func (h *Herder) SetLogLevel(ctx context.Context, logger, level string, cluster bool) ([]string, error) {
	if !cluster {
		return h.SetLevel(logger, level)
	}
	if err := h.starting(); err != nil {
		return nil, err
	}
	return nil, h.write(ctx, func(ctx context.Context) error { return h.Configs.SetLogLevel(ctx, logger, level) })
}
