package store

import (
	"context"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// The worker that lost a race repairs the connector at once. The leader gives it this time.
const (
	repairAfter = 3 * time.Second
	repairEvery = time.Second
)

// track keeps the time since which the connector of a record needs a repair.
func (c *Configs) track(r *kgo.Record) {
	name, ok := strings.CutPrefix(string(r.Key), connectorPrefix)
	if !ok {
		if name, ok = strings.CutPrefix(string(r.Key), targetPrefix); !ok {
			return
		}
	}
	entry, known := c.view[name]
	if !known || !entry.broken() {
		delete(c.broken, name)
	} else if _, since := c.broken[name]; !since {
		c.broken[name] = time.Now()
	}
}

// repair writes the records of a connector again until it is not broken.
func (c *Configs) repair(ctx context.Context, name string) error {
	for {
		c.mutex.Lock()
		var records []*kgo.Record
		if _, broken := c.broken[name]; broken {
			records = c.view[name].repair(name, c.read)
		}
		c.mutex.Unlock()
		if records == nil {
			return nil
		}
		if err := c.write(ctx, "repairing connector "+name, records...); err != nil {
			return err
		}
	}
}

// Repair finishes, while leader returns true, what a worker left that died after it had
// created a connector at the same time as another worker. It returns when ctx ends.
func (c *Configs) Repair(ctx context.Context, leader func() bool) {
	ticks := time.NewTicker(repairEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
		case <-c.failed:
			return
		case <-ctx.Done():
			return
		}
		if !leader() {
			continue
		}
		for _, name := range c.brokenFor(repairAfter) {
			if err := c.repair(ctx, name); err != nil {
				c.log.Warn("the records of a connector need a repair", "connector", name, "error", err)
				break
			}
			c.log.Info("a connector that two workers created at once was repaired", "connector", name)
		}
	}
}

func (c *Configs) brokenFor(age time.Duration) (names []string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for name, since := range c.broken {
		if time.Since(since) >= age {
			names = append(names, name)
		}
	}
	return names
}
