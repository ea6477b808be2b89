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
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
	"github.com/order-sink/order-sink/plugins/mariadb/writer"
)

// How old the last look at the table may be. It bounds for how long an ALTER
// TABLE that narrows a column can go unnoticed.
const lookEvery = 10 * time.Second

// store is the table and the way to it: the output without the framework.
type store struct {
	db     *sql.DB
	target *table.Target
	writer *writer.Writer
	table  atomic.Pointer[table.Table]
	looks  sync.Mutex // one look at a time
	warn   func(text string)
}

// result is the verdict on a batch.
type result struct {
	rows.Tally
	compacted int
	ignored   int                     // tombstones
	refused   map[int]*record.Refusal // by place in the batch
	failed    map[int]error           // what failed before it came here, by place
}

// connect looks at the table and renews the connections.
func (s *store) connect(ctx context.Context) error {
	s.writer.Renew()
	if _, err := s.look(ctx, time.Now()); err != nil {
		return err
	}
	return s.writer.Open(ctx)
}

// look returns what is known about the table, from the server if the last look
// was before notBefore.
func (s *store) look(ctx context.Context, notBefore time.Time) (*table.Table, error) {
	if t := s.table.Load(); t != nil && !t.Seen.Before(notBefore) {
		return t, nil
	}
	s.looks.Lock()
	defer s.looks.Unlock()
	if t := s.table.Load(); t != nil && !t.Seen.Before(notBefore) {
		return t, nil
	}
	t, err := table.Inspect(ctx, s.db, s.target)
	if err != nil {
		return nil, err
	}
	// Of an index that was added in mid-run, too.
	if last := s.table.Swap(t); last == nil || !slices.Equal(last.Warnings, t.Warnings) {
		for _, warning := range t.Warnings {
			s.warn(warning)
		}
	}
	return t, nil
}

// put stores a batch. A failure means that the whole batch must be put again.
func (s *store) put(ctx context.Context, messages []rows.Message) (*result, *fault.Fault) {
	arrived := time.Now()
	t, err := s.look(ctx, arrived.Add(-lookEvery))
	if err != nil {
		return nil, judgeLook(err)
	}
	buffer := rows.NewBuffer()
	defer buffer.Free()
	built, refusals := rows.Build(t, messages, buffer)
	if len(refusals) > 0 && t.Seen.Before(arrived) {
		// Nothing is refused on the word of an old look: the column may have
		// been widened meanwhile.
		if t, err = s.look(ctx, arrived); err != nil {
			return nil, judgeLook(err)
		}
		built, refusals = rows.Build(t, messages, buffer)
	}
	r := &result{refused: refusals}
	for i := range messages {
		if rows.Ignores(t, &messages[i]) {
			r.ignored++
		}
	}
	if len(built) == 0 {
		return r, nil
	}
	if f := s.write(ctx, t, rows.Compact(t, built, buffer), r); f != nil {
		return nil, t.Advise(ctx, s.db, f)
	}
	return r, nil
}

// judgeLook treats a misfit as the misconfiguration that it is.
func judgeLook(err error) *fault.Fault {
	var found table.Mismatch
	if errors.As(err, &found) {
		return &fault.Fault{Kind: fault.Misconfigured, Err: err}
	}
	return fault.Judge(err)
}

// write stores one row a key, then turn by turn those whose fate it decides, so
// that a key has the row that it would have without compaction.
func (s *store) write(ctx context.Context, t *table.Table, batch []rows.Row, r *result) *fault.Fault {
	var all rows.Outcome
	for len(batch) > 0 {
		turn, f := s.writer.Write(ctx, t, batch, all.Tally)
		if f != nil {
			return f
		}
		all.Add(turn)
		for _, winner := range batch {
			r.compacted += max(0, len(winner.Group)-1)
		}
		batch = rows.Next(t, batch, turn.Refused)
	}
	r.Tally = all.Tally
	for _, v := range all.Refused {
		if v.Row.Group != nil {
			r.compacted -= len(v.Row.Group) - 1
			continue // its group was written after it, with verdicts of its own
		}
		r.refuse(v.Row.Message, t.Refusal(v.Fault))
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
