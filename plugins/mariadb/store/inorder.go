package store

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/retry"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/writer"
)

const (
	// maxTries is how often messages are written again at once after a deadlock. After
	// aloneAfter tries no other batch is written meanwhile.
	maxTries   = 10
	aloneAfter = 3
)

// PutUntilRefused stores the messages in front of the first message that is refused, and
// nothing of that message and of those behind it. The result has that refusal alone. After a
// fault the whole batch must be put again; the result then has what was stored.
//
// All messages are written in one transaction. When one of them is refused, the transaction
// is rolled back, and the messages in front of it are written by themselves.
func (s *Store) PutUntilRefused(ctx context.Context, messages []rows.Message) (*Result, *fault.Fault) {
	if len(messages) > 1 { // a doubtful fault of one of them is compared with the others
		defer s.offer(messages)()
	}
	all := &Result{}
	f := s.putInOrder(ctx, messages, 0, all)
	if f != nil {
		s.doubt(f)
	}
	return all, f
}

// First returns the index of the first message that is refused, -1 if there is none.
func (r *Result) First() int {
	first := -1
	for i := range r.Refused {
		if first < 0 || i < first {
			first = i
		}
	}
	for i := range r.Failed {
		if first < 0 || i < first {
			first = i
		}
	}
	return first
}

// putInOrder adds the outcome of messages up to the first refusal. at is their place in the
// batch.
func (s *Store) putInOrder(ctx context.Context, messages []rows.Message, at int, all *Result) *fault.Fault {
	empties := func(m rows.Message) bool { return m.Effect == rows.Truncates && m.Refusal == nil }
	for len(messages) > 0 && len(all.Refused) == 0 {
		n := slices.IndexFunc(messages, empties)
		put := s.putChunk
		switch n {
		case -1:
			n = len(messages)
		case 0: // it does not share a transaction: it deletes the rows in pieces
			n, put = 1, s.putOne
		}
		if f := put(ctx, messages[:n], at, all); f != nil {
			return f
		}
		messages, at = messages[n:], at+n
	}
	return nil
}

// putChunk does the same for messages that may share a transaction.
func (s *Store) putChunk(ctx context.Context, messages []rows.Message, at int, all *Result) *fault.Fault {
	r, f := s.together(ctx, messages)
	half := len(messages) / 2
	switch {
	case f == nil:
		first := r.First()
		if first < 0 {
			all.join(r, at)
			return nil
		}
		if first == 0 {
			all.join(s.refused(&messages[0], r), at)
			return nil
		}
		// The message is judged again behind those in front of it: it may need one of them.
		half = first
	case f.BlamesRows() && len(messages) == 1: // only a comparison with other rows decides
		return s.putOne(ctx, messages, at, all)
	case !f.BlamesRows() && !f.TooMuchAtOnce() || len(messages) == 1:
		return f
	}
	if f := s.putInOrder(ctx, messages[:half], at, all); f != nil {
		return f
	}
	return s.putInOrder(ctx, messages[half:], at+half, all)
}

// putOne puts a single message.
func (s *Store) putOne(ctx context.Context, messages []rows.Message, at int, all *Result) *fault.Fault {
	r, f := s.Put(ctx, messages)
	if f == nil {
		all.join(r, at)
	}
	return f
}

// refused returns the outcome of a message that r refuses as its first.
func (s *Store) refused(m *rows.Message, r *Result) *Result {
	one := &Result{}
	its := r.Refused[0]
	setIn(&one.Refused, 0, its)
	if r.Orphans > 0 && its.Code == refusal.ForeignKey {
		one.Orphans = 1
	}
	if s.fixed != nil {
		return one
	}
	of := *one
	name := m.Table
	if s.known(name) == nil {
		name = ""
	}
	one.Tables = map[string]*Result{name: &of}
	return one
}

// together stores messages in one transaction, or none of them. After deadlocks it tries
// again at once. When a message is refused, the result has the refusals.
func (s *Store) together(ctx context.Context, messages []rows.Message) (*Result, *fault.Fault) {
	for try := 1; ; try++ {
		r, f := s.tryTogether(ctx, messages, try > aloneAfter)
		if f == nil || f.Kind != fault.RetryNow {
			return r, f
		}
		if try == maxTries {
			f.Kind = fault.Wait
			return nil, f
		}
		if err := retry.Sleep(ctx, rand.N(time.Duration(try)*5*time.Millisecond)); err != nil {
			return nil, fault.Judge(err)
		}
	}
}

func (s *Store) tryTogether(ctx context.Context, messages []rows.Message, alone bool) (*Result, *fault.Fault) {
	all := &Result{}
	tasks, f := s.prepare(ctx, messages, all)
	defer func() {
		for _, t := range tasks {
			t.rows.free()
		}
	}()
	if f != nil || len(all.Refused) > 0 {
		return all, f
	}
	once := len(tasks) == 1 && len(tasks[0].rows.groups) == 1
	f = s.writer.Together(ctx, alone, once, func(x *writer.Transaction) (bool, *fault.Fault) {
		for _, t := range tasks {
			r, f := t.rows.store(ctx, x)
			if f != nil {
				return false, f
			}
			if s.fixed != nil {
				all.add(r, t.of.index)
			} else {
				all.addTable(t.of.table, r, t.of.index)
			}
		}
		return len(all.Refused) == 0, nil
	})
	return all, f
}

// task is the rows of the messages of one table.
type task struct {
	of   *part
	rows *prepared
}

// prepare makes the rows of messages. It adds to all what is refused by then, and the
// messages that concern no table.
func (s *Store) prepare(ctx context.Context, messages []rows.Message, all *Result) (tasks []task, f *fault.Fault) {
	parts := []*part{{messages: messages}}
	if s.fixed == nil {
		all.join(withoutTable(messages), 0)
		parts = split(messages)
	}
	for _, of := range parts {
		d := s.fixed
		if d == nil {
			its, refused := s.find(of.table)
			if refused != nil {
				setIn(&all.Refused, of.index(0), refused)
				continue
			}
			d = its
		}
		p, f := d.prepare(ctx, of.messages)
		tasks = append(tasks, task{of, p})
		if f != nil {
			return tasks, f
		}
		for message, refused := range p.refused() {
			setIn(&all.Refused, of.index(message), refused)
		}
	}
	return tasks, nil
}
