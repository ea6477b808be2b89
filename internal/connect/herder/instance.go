package herder

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/order-sink/order-sink/internal/connect/group"
	"github.com/order-sink/order-sink/internal/connect/stream"
)

// retryPeriod is how often an instance tries again what is not its own fault: members that
// are not order-sink's, and a Kafka that cannot be asked.
const retryPeriod = 3 * time.Second

// want is what an instance should run. Two wants are the same if they are the same pointer.
type want struct {
	config map[string]string
	tasks  []int // of this worker
}

// failure is why an instance runs nothing although it should.
type failure struct {
	trace     string
	connector bool // it concerns the connector itself, not only its tasks
	retry     bool // the instance tries again by itself
}

// instance is a connector on this worker. It has at most one stream at a time: a new one
// starts when the old one has ended.
type instance struct {
	name string
	h    *Herder
	wake chan struct{}
	end  chan struct{} // closed to end the instance
	over chan struct{} // closed when it has ended

	mutex   sync.Mutex
	want    *want
	running *want // what the stream or the failure belongs to
	stream  *stream.Stream
	failure *failure
	yaml    string
	wait    string               // why there is no stream yet
	started bool                 // there has been a stream
	topics  map[string]time.Time // when a topic was last compared with the active topics
}

func newInstance(h *Herder, name string) *instance {
	i := &instance{
		name: name, h: h, wake: make(chan struct{}, 1), end: make(chan struct{}), over: make(chan struct{}),
		topics: map[string]time.Time{},
	}
	go i.run()
	return i
}

// set says what the instance should run, nil for nothing.
func (i *instance) set(w *want) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.want == w {
		return
	}
	i.want = w
	i.nudge()
}

func (i *instance) nudge() {
	select {
	case i.wake <- struct{}{}:
	default:
	}
}

func (i *instance) run() {
	defer close(i.over)
	for {
		var retry <-chan time.Time
		if i.step() {
			retry = time.After(retryPeriod)
		}
		i.h.touch()
		i.mutex.Lock()
		ended := make(<-chan struct{})
		if i.stream != nil {
			ended = i.stream.Ended()
		}
		i.mutex.Unlock()
		select {
		case <-i.wake:
		case <-retry:
		case <-ended:
		case <-i.end:
			i.set(nil)
			i.step()
			return
		}
	}
}

// step brings the stream nearer to what should run. It returns true if it must be repeated
// later.
func (i *instance) step() (retry bool) {
	i.mutex.Lock()
	w, s, f := i.want, i.stream, i.failure
	obsolete := i.running != w
	i.mutex.Unlock()
	if s != nil && !obsolete && f == nil {
		select {
		case <-s.Ended():
			i.fail(w, failure{trace: trace(connectException, "The pipeline has ended.", "stream", "", ""), retry: true})
			i.stop(s)
			return true
		default:
			return false
		}
	}
	if s != nil {
		i.stop(s)
	}
	if w == nil {
		i.forget()
		return false
	}
	if f != nil && !obsolete && !f.retry {
		return false
	}
	return i.start(w)
}

// stop stops the stream. The failure stays.
func (i *instance) stop(s *stream.Stream) {
	i.mutex.Lock()
	hasFailed := i.failure != nil
	i.mutex.Unlock()
	if err := s.Stop(i.h.Worker.GracefulTimeout, hasFailed); err != nil {
		i.h.log.Warn("A connector does not stop in time", "connector", i.name, "error", err)
	}
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.stream = nil
}

func (i *instance) forget() {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.running, i.failure, i.yaml, i.wait = nil, nil, "", ""
}

// start starts a stream. It returns true if it must be repeated later.
func (i *instance) start(w *want) (retry bool) {
	i.mutex.Lock()
	first := i.running != w
	i.running = w
	if first {
		i.failure, i.wait = nil, ""
	}
	i.mutex.Unlock()
	plan, err := i.h.definitions.plan(i.name, w.config)
	if err != nil {
		i.fail(w, failure{trace: trace(configException, err.Error(), "plan", "", ""), connector: true})
		return false
	}
	i.mutex.Lock()
	i.yaml = plan.YAML
	i.mutex.Unlock()
	foreign, err := i.foreign(w)
	switch {
	case err != nil:
		i.mutex.Lock()
		i.wait = fmt.Sprintf("asking Kafka for the members of the consumer group: %v", err)
		i.mutex.Unlock()
		return true
	case len(foreign) > 0:
		i.fail(w, failure{retry: true, connector: true, trace: trace(connectException, fmt.Sprintf(
			"The consumer group of the connector has members that are not order-sink's: %s. The connector starts when they have left.",
			strings.Join(foreign, ", ")), "members", "", "")})
		return true
	}
	if plan.DeadLetters != nil {
		i.createTopic(w, *plan.DeadLetters)
	}
	s, err := i.h.Streams.Start(stream.Config{
		Connector: i.name, YAML: plan.YAML, Variable: plan.Lookup,
		Logger:  i.h.Logger(i.logger(w)).With("connector", i.name),
		Refused: func(r stream.Refusal) { i.refused(w, r) },
		Stored:  func(topic string) { i.stored(w, topic) },
	})
	if err != nil {
		i.fail(w, failure{trace: trace(connectException, err.Error(), "start", "", ""), connector: true})
		return false
	}
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.stream, i.wait, i.started = s, "", true
	if i.failure != nil && i.failure.connector {
		i.failure = nil // not that of a record that the new stream has refused already
	}
	return false
}

// foreign returns the members of the connector's group that are not order-sink's.
func (i *instance) foreign(w *want) ([]string, error) {
	c, err := i.h.definitions.consumer(i.name, w.config)
	if err != nil {
		return nil, err
	}
	ctx, done := context.WithTimeout(context.Background(), askTimeout)
	defer done()
	members, err := group.ForeignMembers(ctx, c.admin, c.group, c.isOwn)
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New("no broker answers")
	}
	return members, err
}

// logger returns the name of the connector's logger: its class, so that a user of Kafka
// Connect sets the level that he knows.
func (i *instance) logger(w *want) string {
	class, _ := i.h.definitions.classOf(w.config)
	return class
}

func (i *instance) fail(w *want, f failure) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.running == w {
		if i.failure == nil || i.failure.trace != f.trace {
			i.h.log.Error("A connector has failed", "connector", i.name, "trace", f.trace)
		}
		i.failure = &f
	}
}
