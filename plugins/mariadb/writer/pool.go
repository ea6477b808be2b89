package writer

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/session"
)

// pool has the sessions of a writer. A session connects when it is needed, and a session that
// was not needed for a while is closed: each connection costs the server memory, and its
// connections are few. The last one stays open.
type pool struct {
	unused time.Duration // after which a session is closed
	slots  chan struct{} // one for each idle session

	mutex sync.Mutex
	idle  []idle             // the one that was used last is the last
	over  []*session.Session // for which the server has no connection now
	timer *time.Timer        // closes unused sessions; nil while there are none
	ended bool
}

type idle struct {
	*session.Session
	since time.Time
}

func newPool(sessions int, unused time.Duration, observe func(time.Duration)) *pool {
	p := &pool{unused: unused, slots: make(chan struct{}, sessions)}
	for range sessions {
		p.put(session.New(observe))
	}
	return p
}

// put makes a session idle. A session that is not connected is taken last.
func (p *pool) put(s *session.Session) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.keep(s)
	p.watch()
}

func (p *pool) keep(s *session.Session) {
	if s.Conn == nil {
		p.idle = slices.Insert(p.idle, 0, idle{s, time.Time{}})
	} else {
		p.idle = append(p.idle, idle{s, time.Now()})
	}
	p.slots <- struct{}{}
}

// watch starts the timer if it has something to do.
func (p *pool) watch() {
	if p.timer == nil && !p.ended && (p.connected() > 1 || len(p.over) > 0) {
		p.timer = time.AfterFunc(p.unused, p.tidy)
	}
}

// connected is how many idle sessions are connected.
func (p *pool) connected() (n int) {
	for i := range p.idle {
		if p.idle[i].Conn != nil {
			n++
		}
	}
	return n
}

// take returns an idle session, whose slot the caller has: a connected one if there is one.
// others says that other sessions are in use.
func (p *pool) take() (s *session.Session, others bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	last := len(p.idle) - 1
	s, p.idle = p.idle[last].Session, p.idle[:last]
	return s, last+1+len(p.over) < cap(p.slots)
}

// ready is over how many sessions a batch may be divided now: the connected idle ones, and one
// more, which connects. So a single large batch waits for one connection at most, and a
// backlog soon has all.
func (p *pool) ready() int {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return max(1, min(len(p.idle), p.connected()+1))
}

// setAside keeps a session from use for a while.
func (p *pool) setAside(s *session.Session) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.over = append(p.over, s)
	if p.ended {
		p.giveBack()
	}
	p.watch()
}

// tidy closes the sessions that are unused, and gives back those that were set aside.
func (p *pool) tidy() {
	p.closeIdle(time.Now().Add(-p.unused))
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.giveBack()
	p.timer = nil
	p.watch()
}

// closeIdle closes the idle sessions that were last used before limit, except one.
func (p *pool) closeIdle(limit time.Time) {
	p.mutex.Lock()
	var closing []*session.Session
	for p.connected() > 1 {
		oldest := slices.IndexFunc(p.idle, func(i idle) bool { return i.Conn != nil })
		if p.idle[oldest].since.After(limit) || !p.claim() {
			break
		}
		closing = append(closing, p.idle[oldest].Session)
		p.idle = slices.Delete(p.idle, oldest, oldest+1)
	}
	p.mutex.Unlock()
	for _, s := range closing { // without the lock: the network may be slow
		s.Discard()
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, s := range closing {
		p.keep(s)
	}
}

// claim takes a slot if there is one.
func (p *pool) claim() bool {
	select {
	case <-p.slots:
		return true
	default:
		return false
	}
}

func (p *pool) giveBack() {
	for _, s := range p.over {
		p.keep(s)
	}
	p.over = nil
}

// close ends the sessions once those that use them are done, or ctx ends.
func (p *pool) close(ctx context.Context) {
	p.mutex.Lock()
	p.ended = true
	p.giveBack()
	p.mutex.Unlock()
	for range cap(p.slots) {
		select {
		case <-p.slots:
			s, _ := p.take()
			s.Discard()
		case <-ctx.Done():
			return
		}
	}
}

// acquire takes an idle session. Only the first session of a writer may not be connected. If
// the server allows no further connection, acquire waits for a session that has one.
func (w *Writer) acquire(ctx context.Context) (*session.Session, *fault.Fault) {
	for {
		select {
		case <-w.pool.slots:
		case <-ctx.Done():
			return nil, fault.Judge(ctx.Err())
		case <-w.closed:
			return nil, fault.Judge(errClosed)
		}
		s, others := w.pool.take()
		if !others || s.Conn != nil {
			return s, nil // its user connects it, and meets the error
		}
		_, err := s.Open(ctx, w.sessions, w.generation.Load())
		if err == nil {
			return s, nil
		}
		f := fault.Judge(err)
		if !f.TooManyConnections() {
			w.pool.put(s)
			return nil, f
		}
		w.observe.Retry(f.Cause())
		w.pool.setAside(s)
	}
}
