// Package store keeps the connectors and their states: in the config topic and the status
// topic of a Kafka Connect cluster, with the records of Kafka Connect, or in memory for
// standalone mode. Kafka Connect's own workers read what this package writes, and the other
// way round.
package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect"
)

// writeLimit is how long a write may take. Clients of the REST API give up after 10 seconds
// and send a POST again.
const writeLimit = 5 * time.Second

// Configs implements [connect.Configs], in the config topic or in memory.
type Configs struct {
	log    *slog.Logger
	close  func()
	append appendFunc
	turn   chan struct{} // one write at a time

	followers followers

	mutex    sync.Mutex
	view     view
	read     int64                // the offset of the last record in view
	next     int64                // what is in front of this offset was seen by all followers
	progress chan struct{}        // closed and replaced when next has grown
	creating map[string]*bool     // the creations of this worker, and whether they have won
	broken   map[string]time.Time // since when connectors need a repair

	failed chan struct{} // closed with err
	err    error
}

var _ connect.Configs = (*Configs)(nil)

// appendFunc writes records to the end of the log, without others between them, and returns
// the offset of the last one.
type appendFunc func(ctx context.Context, records []*kgo.Record) (int64, error)

// NewMemoryConfigs returns an empty store that lives as long as the process, for standalone
// mode.
func NewMemoryConfigs() *Configs {
	c := newConfigs(slog.New(slog.DiscardHandler))
	next := int64(0)
	c.append = func(_ context.Context, records []*kgo.Record) (int64, error) {
		for _, r := range records { // one write at a time
			r.Offset = next
			next++
			c.apply(r, true)
			c.advance(next)
		}
		return next - 1, nil
	}
	c.close = func() {}
	return c
}

func newConfigs(log *slog.Logger) *Configs {
	return &Configs{
		log: log, turn: make(chan struct{}, 1), view: view{}, progress: make(chan struct{}),
		creating: map[string]*bool{}, broken: map[string]time.Time{}, failed: make(chan struct{}),
	}
}

// Close stops reading. A write that runs returns an error.
func (c *Configs) Close() { c.close() }

// Connectors returns a copy of all connectors.
func (c *Configs) Connectors() map[string]connect.Stored {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	all := map[string]connect.Stored{}
	for name, entry := range c.view {
		if stored, exists := entry.stored(); exists {
			all[name] = stored
		}
	}
	return all
}

// Get returns a copy of a connector.
func (c *Configs) Get(name string) (connect.Stored, bool) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if entry, known := c.view[name]; known {
		return entry.stored()
	}
	return connect.Stored{}, false
}

// Follow calls f for each change. The first follower also gets the changes between the start
// and its call. f must not write to the store, which waits for f. The error says why the
// store can no longer read its topic.
func (c *Configs) Follow(ctx context.Context, f func(connect.Change)) error {
	c.followers.follow(ctx, c.failed, f)
	select {
	case <-c.failed:
		return c.err
	default:
		return nil
	}
}

// Create stores a new connector. If it returns [connect.ErrExists], nothing has changed.
func (c *Configs) Create(ctx context.Context, name string, config map[string]string, initial connect.Target) error {
	if _, exists := c.Get(name); exists {
		return connect.ErrExists
	}
	if config == nil {
		config = map[string]string{}
	}
	id := rand.Text()
	var won bool
	c.mutex.Lock()
	c.creating[id] = &won
	c.mutex.Unlock()
	defer func() {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		delete(c.creating, id)
	}()
	var records []*kgo.Record
	if initial != "" {
		records = append(records, addHeader(targetRecord(name, initial), createHeader, id))
	}
	records = append(records, addHeader(connectorRecord(name, config), createHeader, id))
	if err := c.write(ctx, "creating connector "+name, records...); err != nil {
		return err
	}
	c.mutex.Lock()
	lost := !won
	c.mutex.Unlock()
	if !lost {
		return nil
	}
	if err := c.repair(ctx, name); err != nil { // the leader tries again
		c.log.Warn("the connector was created twice at once, and its records need a repair", "connector", name, "error", err)
	}
	return connect.ErrExists
}

// Put stores the configuration of a connector.
func (c *Configs) Put(ctx context.Context, name string, config map[string]string) error {
	if config == nil {
		config = map[string]string{}
	}
	return c.write(ctx, "storing the configuration of connector "+name, connectorRecord(name, config))
}

// Delete removes a connector and its target.
func (c *Configs) Delete(ctx context.Context, name string) error {
	return c.write(ctx, "deleting connector "+name, connectorRecord(name, nil), targetRecord(name, ""))
}

// SetTarget stores the state that a connector should have.
func (c *Configs) SetTarget(ctx context.Context, name string, target connect.Target) error {
	return c.write(ctx, "storing the target state of connector "+name, targetRecord(name, target))
}

// Restart tells all workers to restart a connector.
func (c *Configs) Restart(ctx context.Context, restart connect.Restart) error {
	return c.write(ctx, "restarting connector "+restart.Connector, restartRecord(restart))
}

// SetLogLevel tells all workers to change a logger.
func (c *Configs) SetLogLevel(ctx context.Context, logger, level string) error {
	return c.write(ctx, "changing logger "+logger, levelRecord(logger, level))
}

// write appends records and waits until this worker has applied them.
func (c *Configs) write(ctx context.Context, what string, records ...*kgo.Record) error {
	ctx, cancel := context.WithTimeout(ctx, writeLimit)
	defer cancel()
	select {
	case <-c.failed:
		return fmt.Errorf("%s: nothing was changed: %w", what, c.err)
	default:
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return fmt.Errorf("%s: nothing was changed, because Kafka has not answered an earlier request: %w", what, ctx.Err())
	case <-c.failed:
		return fmt.Errorf("%s: nothing was changed: %w", what, c.err)
	}
	offset, err := c.append(ctx, records)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := c.await(ctx, offset); err != nil {
		return fmt.Errorf("%s: the change is stored, but this worker could not read it again: %w", what, err)
	}
	return nil
}

// await waits until all followers have seen the record of an offset.
func (c *Configs) await(ctx context.Context, offset int64) error {
	for {
		c.mutex.Lock()
		next, progress := c.next, c.progress
		c.mutex.Unlock()
		if next > offset {
			return nil
		}
		select {
		case <-progress:
		case <-ctx.Done():
			return ctx.Err()
		case <-c.failed:
			return c.err
		}
	}
}

// apply applies the next record of the log. Only one goroutine calls it.
func (c *Configs) apply(r *kgo.Record, live bool) {
	c.mutex.Lock()
	change, created, err := c.view.apply(r, live)
	if created != nil {
		if won, ours := c.creating[created.id]; ours && created.won {
			*won = true
		}
	}
	c.read = r.Offset
	c.track(r)
	c.mutex.Unlock()
	if err != nil {
		c.log.Warn("a record of the config topic is ignored", "key", string(r.Key), "offset", r.Offset, "error", err)
	}
	if live && change != (connect.Change{}) {
		c.followers.notify(change)
	}
}

// advance says that all followers have seen what is in front of an offset.
func (c *Configs) advance(next int64) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.next = next
	close(c.progress)
	c.progress = make(chan struct{})
}

// fail ends the store.
func (c *Configs) fail(err error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.err == nil {
		c.err = err
		close(c.failed)
	}
}

var errClosed = errors.New("the worker stops")
