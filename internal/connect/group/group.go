package group

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect"
)

// Settings are the settings of a worker's membership.
type Settings struct {
	Group             string        // group.id
	ConfigTopic       string        // it must exist
	Self              string        // the id of this worker, host:port
	SessionTimeout    time.Duration // 10 s if 0
	HeartbeatInterval time.Duration // 3 s if 0
	Client            []kgo.Opt     // addresses and credentials
	Log               *slog.Logger
}

// Group implements [connect.Members] by a consumer group.
type Group struct {
	settings Settings
	changed  chan struct{}
	leave    func()

	mutex      sync.Mutex
	workers    []string
	leader     bool
	blocked    string
	generation int
}

var _ connect.Members = (*Group)(nil)

// The pauses between two looks at the group, while Kafka does not answer and while others are
// in the group.
const (
	retryPause   = time.Second
	foreignPause = 3 * time.Second
	requestLimit = 5 * time.Second
)

// Join returns at once. The worker joins the group when Kafka answers and no JVM worker is in
// the group. Until then the worker is [Group.Blocked].
func Join(s Settings) *Group {
	s.SessionTimeout = cmp.Or(s.SessionTimeout, 10*time.Second)
	s.HeartbeatInterval = cmp.Or(s.HeartbeatInterval, 3*time.Second)
	g := &Group{
		settings: s, changed: make(chan struct{}, 1), workers: []string{s.Self},
		blocked: fmt.Sprintf("the worker has not yet joined group %s", s.Group),
	}
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { g.run(ctx) })
	g.leave = func() {
		stop()
		running.Wait()
	}
	return g
}

// Close leaves the group, so that the other workers need not wait for the session timeout.
func (g *Group) Close() { g.leave() }

// Workers returns the ids of the live workers. While Kafka does not answer, they are the
// last ones.
func (g *Group) Workers() []string {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return slices.Clone(g.workers)
}

// Self returns the id of this worker.
func (g *Group) Self() string { return g.settings.Self }

// Leader reports whether this worker is the leader. No two workers of a generation are.
func (g *Group) Leader() bool {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.leader
}

// Generation grows with each change of the group.
func (g *Group) Generation() int {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.generation
}

// Changed receives a value after the workers, the leader or Blocked have changed.
func (g *Group) Changed() <-chan struct{} { return g.changed }

// Blocked says why this worker may not run connectors, or nothing.
func (g *Group) Blocked() string {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	return g.blocked
}

func (g *Group) run(ctx context.Context) {
	for ctx.Err() == nil {
		if pause := g.wait(ctx); pause > 0 {
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
			continue
		}
		g.stay(ctx)
	}
}

// wait returns 0 if the worker may join the group.
func (g *Group) wait(ctx context.Context) time.Duration {
	ctx, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	client, err := kgo.NewClient(g.settings.Client...)
	if err != nil {
		g.block("the worker cannot join group %s: %v", g.settings.Group, err)
		return foreignPause
	}
	defer client.Close()
	found, err := describe(ctx, kadm.NewClient(client), g.settings.Group)
	if err != nil {
		g.block("the worker has not yet joined group %s: %v", g.settings.Group, err)
		return retryPause
	}
	if found.ours() {
		return 0
	}
	who := "other consumers"
	if found.protocolType == "connect" {
		who = "JVM workers"
	}
	var ids []string
	for _, m := range found.members {
		ids = append(ids, m.String())
	}
	slices.Sort(ids)
	g.block("%s are active in group %s: %s", who, g.settings.Group, strings.Join(ids, ", "))
	return foreignPause
}

// ours reports whether all members are workers of this program.
func (d description) ours() bool {
	return len(d.members) == 0 || d.protocolType == "consumer" && (d.protocol == protocol || d.protocol == "")
}

// stay is a member of the group until ctx ends, or until others have taken the group.
func (g *Group) stay(ctx context.Context) {
	s := g.settings
	alive, kill := context.WithCancel(context.Background())
	defer kill()
	client, err := kgo.NewClient(append(s.Client[:len(s.Client):len(s.Client)],
		kgo.WithContext(alive), kgo.ConsumerGroup(s.Group), kgo.ConsumeTopics(s.ConfigTopic),
		kgo.Balancers(&balancer{s.Self, g.joined}), kgo.DisableAutoCommit(), kgo.ConsumeResetOffset(kgo.NewOffset().AtEnd()),
		kgo.SessionTimeout(s.SessionTimeout), kgo.RebalanceTimeout(s.SessionTimeout), kgo.HeartbeatInterval(s.HeartbeatInterval),
		kgo.OnPartitionsLost(func(context.Context, *kgo.Client, map[string][]int32) { g.lost() }))...)
	if err != nil {
		g.block("the worker cannot join group %s: %v", s.Group, err)
		return
	}
	client.PauseFetchTopics(s.ConfigTopic)
	defer func() {
		g.lost()
		last, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_ = client.LeaveGroupContext(last) // without it, the session expires
		kill()
		client.Close()
	}()
	for ctx.Err() == nil {
		var failed *kgo.ErrGroupSession // the only thing that a paused client returns
		err := client.PollFetches(ctx).Err()
		if ctx.Err() != nil {
			return
		}
		if !errors.As(err, &failed) {
			s.Log.Warn("following the group of the workers", "group", s.Group, "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(retryPause):
			}
			continue
		}
		if errors.Is(err, kerr.InconsistentGroupProtocol) {
			g.block("others are active in group %s", s.Group)
			return
		}
		s.Log.Warn("the worker is not in its group at the moment", "group", s.Group, "error", failed.Err)
		if g.Blocked() != "" {
			g.block("the worker has not yet joined group %s: %v", s.Group, failed.Err)
		}
	}
}

// joined is called when a generation begins.
func (g *Group) joined(now generation, leader bool) {
	workers := slices.Compact(slices.Clone(now.Workers))
	if len(workers) < len(now.Workers) {
		g.settings.Log.Warn("two workers have the same id: give each its own rest.advertised.host.name or rest.advertised.port",
			"group", g.settings.Group, "workers", now.Workers)
	}
	g.settings.Log.Info("the group of the workers has changed",
		"group", g.settings.Group, "generation", now.Number, "workers", workers, "leader", leader)
	g.mutex.Lock()
	g.workers, g.leader, g.blocked, g.generation = workers, leader, "", int(now.Number)
	g.mutex.Unlock()
	g.notify()
}

func (g *Group) lost() {
	g.mutex.Lock()
	was := g.leader
	g.leader = false
	g.mutex.Unlock()
	if was {
		g.notify()
	}
}

func (g *Group) block(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	g.mutex.Lock()
	changed := g.blocked != text
	g.blocked = text
	g.mutex.Unlock()
	if changed {
		g.settings.Log.Warn("the worker runs no connectors", "reason", text)
		g.notify()
	}
}

func (g *Group) notify() {
	select {
	case g.changed <- struct{}{}:
	default:
	}
}
