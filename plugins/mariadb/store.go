package mariadb

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
)

// How old the last look at the table may be. It bounds for how long an ALTER
// TABLE that narrows a column can go unnoticed.
const lookEvery = 10 * time.Second

// store is the table and the way to it: the output without the framework.
type store struct {
	db     *sql.DB
	target *target
	writer *writer
	table  atomic.Pointer[table]
	looks  sync.Mutex // one look at a time
	warn   func(text string)
}

// result is the verdict on a batch.
type result struct {
	tally
	compacted int
	ignored   int                     // tombstones
	refused   map[int]*record.Refusal // by place in the batch
	failed    map[int]error           // what failed before it came here, by place
}

// connect looks at the table and renews the connections.
func (s *store) connect(ctx context.Context) error {
	s.writer.renew()
	if _, err := s.look(ctx, time.Now()); err != nil {
		return err
	}
	return s.writer.open(ctx)
}

// look returns what is known about the table, from the server if the last look
// was before notBefore.
func (s *store) look(ctx context.Context, notBefore time.Time) (*table, error) {
	if t := s.table.Load(); t != nil && !t.seen.Before(notBefore) {
		return t, nil
	}
	s.looks.Lock()
	defer s.looks.Unlock()
	if t := s.table.Load(); t != nil && !t.seen.Before(notBefore) {
		return t, nil
	}
	t, err := inspect(ctx, s.db, s.target)
	if err != nil {
		return nil, err
	}
	// Of an index that was added in mid-run, too.
	if last := s.table.Swap(t); last == nil || !slices.Equal(last.warnings, t.warnings) {
		for _, warning := range t.warnings {
			s.warn(warning)
		}
	}
	return t, nil
}

// put stores a batch. A failure means that the whole batch must be put again.
func (s *store) put(ctx context.Context, messages []message) (*result, *fault.Fault) {
	arrived := time.Now()
	t, err := s.look(ctx, arrived.Add(-lookEvery))
	if err != nil {
		return nil, judgeLook(err)
	}
	room := rooms.Get().(*room)
	defer room.free()
	rows, refusals := t.rows(messages, room)
	if len(refusals) > 0 && t.seen.Before(arrived) {
		// Nothing is refused on the word of an old look: the column may have
		// been widened meanwhile.
		if t, err = s.look(ctx, arrived); err != nil {
			return nil, judgeLook(err)
		}
		rows, refusals = t.rows(messages, room)
	}
	r := &result{refused: refusals}
	for i := range messages {
		if t.ignores(&messages[i]) {
			r.ignored++
		}
	}
	if len(rows) == 0 {
		return r, nil
	}
	if f := s.write(ctx, t, t.compact(rows, room), r); f != nil {
		return nil, s.advise(ctx, t, f)
	}
	return r, nil
}

// judgeLook treats a misfit as the misconfiguration that it is.
func judgeLook(err error) *fault.Fault {
	var found misfits
	if errors.As(err, &found) {
		return &fault.Fault{Kind: fault.Misconfigured, Err: err}
	}
	return fault.Judge(err)
}

func (t *table) ignores(m *message) bool {
	return m.content == nil && !m.failed && !t.target.deletes
}

// rows are made in the room, where they stay valid until it is freed.
func (t *table) rows(messages []message, room *room) ([]row, map[int]*record.Refusal) {
	width := len(t.columns)
	room.reserve(len(messages), width)
	values, rows := room.values, room.rows[:0]
	var refusals map[int]*record.Refusal
	for i := range messages {
		if messages[i].failed || t.ignores(&messages[i]) {
			continue
		}
		r, refusal := t.row(i, &messages[i], values[i*width:(i+1)*width:(i+1)*width])
		if refusal == nil {
			rows = append(rows, r)
			continue
		}
		if refusals == nil {
			refusals = make(map[int]*record.Refusal)
		}
		refusals[i] = refusal
	}
	return rows, refusals
}

// write stores one row a key, then turn by turn those whose fate it decides, so
// that a key has the row that it would have without compaction.
func (s *store) write(ctx context.Context, t *table, rows []row, r *result) *fault.Fault {
	var all outcome
	for len(rows) > 0 {
		turn, f := s.writer.write(ctx, t, rows, commitsOf(all.tally))
		if f != nil {
			return f
		}
		all.add(turn)
		for _, winner := range rows {
			r.compacted += max(0, len(winner.group)-1)
		}
		rows = t.next(rows, turn.refused)
	}
	r.tally = all.tally
	for _, v := range all.refused {
		if v.row.group != nil {
			r.compacted -= len(v.row.group) - 1
			continue // its group was written after it, with verdicts of its own
		}
		r.refuse(v.row.message, t.refusal(v.failure))
	}
	return nil
}

func (r *result) refuse(message int, refusal *record.Refusal) {
	if r.refused == nil {
		r.refused = make(map[int]*record.Refusal)
	}
	r.refused[message] = refusal
}

func (r *result) fail(message int, err error) {
	if r.failed == nil {
		r.failed = make(map[int]error)
	}
	r.failed[message] = err
}

// codes counts what the batch gives to the dead letters. Whatever refuses an
// order begins its reason with a code: see the shape of a message.
func (r *result) codes() map[string]int {
	codes := make(map[string]int)
	for _, refusal := range r.refused {
		codes[refusal.Code]++
	}
	for _, err := range r.failed {
		code := "unknown"
		if refusal := record.Parse(err); refusal != nil {
			code = refusal.Code
		}
		codes[code]++
	}
	return codes
}
