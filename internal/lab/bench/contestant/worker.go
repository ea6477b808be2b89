package contestant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/order-sink/order-sink/internal/lab/bench/measure"
	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/lab/connect/idle"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
)

// The same connector, which Kafka Connect, tuned has too: as the pipeline that connect-import
// prints, and posted to a worker of order-sink.
var (
	OrderSinkImported = Contestant{Name: OrderSinkImportedName, Start: startImported}
	OrderSinkWorker   = Contestant{Name: OrderSinkWorkerName, Start: startWorker, Idle: idleOrderSink}
)

// The names that the goals compare with.
const (
	OrderSinkImportedName = "order-sink, imported"
	OrderSinkWorkerName   = "order-sink, worker"
)

func startImported(ctx context.Context, s *stack.Stack, r Run) (*Running, error) {
	name := s.Name("imported")
	dir, config, err := posted(s, r, name)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(map[string]any{"name": name, "config": config})
	if err != nil {
		return nil, err
	}
	file, pipeline := filepath.Join(dir, "connector.json"), filepath.Join(dir, "pipeline.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return nil, fmt.Errorf("writing the connector: %w", err)
	}
	worker, _, err := idle.Properties(dir, s.Kafka.Seeds(), name)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, s.Binary, "connect-import", "--worker", worker, file)
	text, err = cmd.Output()
	if failed, is := errors.AsType[*exec.ExitError](err); is {
		err = fmt.Errorf("%w: %s", err, failed.Stderr)
	}
	if err == nil {
		err = os.WriteFile(pipeline, text, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("importing the connector: %w", err)
	}
	sinks, profiled, err := startOrderSinks(ctx, s, 1, r.Log, pipeline, nil)
	if err != nil {
		return nil, err
	}
	started := Follow(sinks[0].Process)
	started.Settle = func(ctx context.Context) (err error) {
		for _, done := range profiled {
			err = errors.Join(err, <-done)
		}
		return errors.Join(err, s.CaughtUp(ctx, "connect-"+name, r.Topic))
	}
	started.OwnFigures = deadlocksOf(sinks[0])
	return started, nil
}

// startWorker starts a worker and creates the connector as soon as the worker is healthy.
func startWorker(ctx context.Context, s *stack.Stack, r Run) (*Running, error) {
	name := s.Name("worker")
	dir, config, err := posted(s, r, name)
	if err != nil {
		return nil, err
	}
	log, err := s.Log(r.Log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	sink, err := idle.StartOrderSink(s.Binary, dir, s.Kafka.Seeds(), name, log)
	if err != nil {
		return nil, err
	}
	started := Follow(sink.Process)
	started.Settle = func(ctx context.Context) error { return s.CaughtUp(ctx, "connect-"+name, r.Topic) }
	started.OwnFigures = deadlocksOf(sink)
	begun, cancel := context.WithTimeout(ctx, stack.Patience)
	defer cancel()
	err = sink.Await(begun, func(ctx context.Context) error { return idle.Post(ctx, sink.Address(), name, config) })
	if err != nil {
		return nil, errors.Join(err, started.Stop(ctx))
	}
	return started, nil
}

func deadlocksOf(sink *ordersink.Sink) func(context.Context, map[measure.Figure]float64) error {
	return func(ctx context.Context, figures map[measure.Figure]float64) error {
		return countDeadlocks(ctx, []*ordersink.Sink{sink}, figures)
	}
}

// posted returns an empty folder, and the connector as a user configures it.
func posted(s *stack.Stack, r Run, name string) (dir string, config map[string]string, err error) {
	if config, err = connector(s, r, true); err != nil {
		return "", nil, err
	}
	dir, err = folder(s, name)
	return dir, config, err
}

// folder returns an empty folder.
func folder(s *stack.Stack, name string) (string, error) {
	dir := filepath.Join(s.Dir, name)
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return "", fmt.Errorf("preparing a folder: %w", err)
	}
	return dir, nil
}
