package mariadb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// A range below this many rows is not worth a connection of its own: one
	// statement and one commit take a trickle.
	minShare = 256
	// How long, and how often, a deadlock or a lock wait is tried again at once
	// before it counts as waiting.
	maxRetries = 10
	retryFor   = 15 * time.Second
	// How long an error that no list knows is given to pass, before it counts as
	// the row's own.
	doubtFor = 200 * time.Millisecond
)

// writer stores rows. Its methods may be called at the same time.
type writer struct {
	db         *sql.DB
	target     *target
	maxRows    int           // a statement
	sessions   chan *session // those that nobody uses
	generation atomic.Int64
	observe    observer
	closing    sync.Once
	closed     chan struct{}
}

func newWriter(db *sql.DB, target *target, maxRows, connections int, observe observer) *writer {
	w := &writer{
		db: db, target: target, maxRows: maxRows, observe: observe,
		sessions: make(chan *session, connections), closed: make(chan struct{}),
	}
	for range connections {
		w.sessions <- &session{}
	}
	return w
}

// renew makes every session connect again before it is next used: the server
// behind the address may be another one now.
func (w *writer) renew() { w.generation.Add(1) }

// open connects the sessions that nobody uses, so that a server or an account
// that allows fewer connections is found before rows wait for one.
func (w *writer) open(ctx context.Context) error {
	for n := range cap(w.sessions) {
		select {
		case s := <-w.sessions:
			_, err := s.open(ctx, w.db, w.generation.Load())
			w.sessions <- s
			if err != nil {
				return &openError{n + 1, cap(w.sessions), err}
			}
		default: // in use, so it is open or its user will say why not
		}
	}
	return nil
}

// openError says how many of the configured connections there can be.
type openError struct {
	nth, of int
	err     error
}

func (e *openError) Error() string {
	return fmt.Sprintf("opening connection %d of %d: %v", e.nth, e.of, e.err)
}

func (e *openError) Unwrap() error { return e.err }

var errClosed = errors.New("the output is closed")

// close ends the sessions once those that use them are done, or ctx ends.
func (w *writer) close(ctx context.Context) {
	w.closing.Do(func() {
		close(w.closed)
		for range cap(w.sessions) {
			select {
			case s := <-w.sessions:
				s.discard()
			case <-ctx.Done():
				return
			}
		}
	})
}

// observer is told what the writer does, for metrics.
type observer struct {
	statement func(time.Duration)
	retry     func(cause string)
}

// outcome is what became of rows. Rows that are neither are refused.
type outcome struct {
	inserted, updated, unchanged int
	refused                      []verdict
}

// verdict is a failure that a row has met alone.
type verdict struct {
	row     row
	failure *failure
}

func (o *outcome) stored() int { return o.inserted + o.updated + o.unchanged }

func (o *outcome) add(other outcome) {
	o.inserted += other.inserted
	o.updated += other.updated
	o.unchanged += other.unchanged
	o.refused = append(o.refused, other.refused...)
}

// write stores rows, which are sorted and have one key each. A failure means
// that all of them must be written again, though some may be stored already.
func (w *writer) write(ctx context.Context, t *table, rows []row) (outcome, *failure) {
	all, f := w.once(ctx, t, rows)
	if f != nil || all.stored() == 0 {
		return all, f
	}
	// An error that no list knows may have been the moment's and not the row's.
	var doubted []row
	for _, v := range all.refused {
		if v.failure.kind == unknown {
			doubted = append(doubted, v.row)
		}
	}
	if len(doubted) == 0 {
		return all, nil
	}
	if err := sleep(ctx, doubtFor); err != nil {
		return outcome{}, judge(err)
	}
	again, f := w.once(ctx, t, doubted)
	if f != nil {
		return outcome{}, f
	}
	all.refused = slices.DeleteFunc(all.refused, func(v verdict) bool { return v.failure.kind == unknown })
	all.add(again)
	return all, nil
}

func (w *writer) once(ctx context.Context, t *table, rows []row) (outcome, *failure) {
	shares := w.divide(rows)
	outcomes := make([]outcome, len(shares))
	failures := make([]*failure, len(shares))
	var group sync.WaitGroup
	for i := range shares[1:] {
		group.Go(func() { outcomes[i+1], failures[i+1] = w.share(ctx, t, shares[i+1]) })
	}
	outcomes[0], failures[0] = w.share(ctx, t, shares[0])
	group.Wait()
	var all outcome
	for i := range shares {
		if failures[i] != nil {
			return outcome{}, failures[i]
		}
		all.add(outcomes[i])
	}
	return all, nil
}

// divide cuts rows into contiguous ranges, one a connection. A key is in one
// range, and no two ranges want the same part of the index.
func (w *writer) divide(rows []row) [][]row {
	unit := max(minShare, floorPowerOfTwo(max(1, len(rows)/cap(w.sessions))))
	if unit > w.maxRows {
		unit = w.maxRows
	}
	units := (len(rows) + unit - 1) / unit
	n := min(cap(w.sessions), max(1, len(rows)/minShare), units)
	shares := make([][]row, 0, n)
	for i, start := 0, 0; i < n; i++ {
		end := min(len(rows), (i+1)*units/n*unit)
		shares = append(shares, rows[start:end])
		start = end
	}
	return shares
}

// share stores a range over one session, again and again while the failure says
// so, in smaller transactions where one is too large for the server.
func (w *writer) share(ctx context.Context, t *table, rows []row) (outcome, *failure) {
	var s *session
	select {
	case s = <-w.sessions:
		defer func() { w.sessions <- s }()
	case <-ctx.Done():
		return outcome{}, judge(ctx.Err())
	case <-w.closed:
		return outcome{}, judge(errClosed)
	}
	return w.on(ctx, s, t, rows)
}

func (w *writer) on(ctx context.Context, s *session, t *table, rows []row) (outcome, *failure) {
	started := time.Now()
	for try := 1; ; try++ {
		fresh, err := s.open(ctx, w.db, w.generation.Load())
		if err != nil {
			return outcome{}, judge(err)
		}
		o, f := s.attempt(ctx, w, t, rows)
		if f == nil {
			return o, nil
		}
		if f.tooMuchAtOnce() && len(rows) > 1 {
			s.discard()
			first, f := w.on(ctx, s, t, rows[:len(rows)/2])
			if f != nil {
				return outcome{}, f
			}
			rest, f := w.on(ctx, s, t, rows[len(rows)/2:])
			first.add(rest)
			return first, f
		}
		if f.kind != retry {
			s.discard()
			if fresh || f.number != 0 || ctx.Err() != nil {
				return outcome{}, f
			}
			// A connection that lay idle may have been ended meanwhile.
		} else if f := s.exec(ctx, "ROLLBACK"); f != nil {
			s.discard()
			return outcome{}, f
		}
		w.observe.retry(f.cause())
		if try == maxRetries || time.Since(started) > retryFor {
			f.kind = wait
			return outcome{}, f
		}
		if err := sleep(ctx, rand.N(time.Duration(try)*5*time.Millisecond)); err != nil {
			return outcome{}, judge(err)
		}
	}
}

// attempt stores a range, all of it or nothing, but for the refused rows: they
// are found by halving inside the same transaction, since the server undoes a
// refused statement alone. After a failure the transaction may still be open.
func (s *session) attempt(ctx context.Context, w *writer, t *table, rows []row) (outcome, *failure) {
	var o outcome
	statements := w.cut(t, rows)
	if len(statements) == 1 {
		// A statement that commits itself saves two questions.
		f := s.run(ctx, w, t, rows, &o)
		if f == nil || !f.blamesRows() {
			return o, f
		}
		if len(rows) == 1 {
			o.refused = append(o.refused, verdict{rows[0], f})
			return o, nil
		}
		statements = w.halve(t, rows)
	}
	if f := s.exec(ctx, "START TRANSACTION"); f != nil {
		return outcome{}, f
	}
	for _, statement := range statements {
		if f := s.store(ctx, w, t, statement, &o); f != nil {
			return outcome{}, f
		}
	}
	if len(o.refused) > 0 {
		// Had a failure ended the transaction, the statements after it would
		// have committed themselves and those before it would be gone.
		if alive, f := s.inTransaction(ctx); f != nil {
			return outcome{}, f
		} else if !alive {
			return outcome{}, &failure{kind: retry, err: fmt.Errorf("the server ended the transaction: %w", o.refused[0].failure)}
		}
	}
	return o, s.exec(ctx, "COMMIT")
}

// store runs one statement, and those of its halves where it is refused.
func (s *session) store(ctx context.Context, w *writer, t *table, rows []row, o *outcome) *failure {
	f := s.run(ctx, w, t, rows, o)
	if f == nil || !f.blamesRows() {
		return f
	}
	if len(rows) == 1 {
		o.refused = append(o.refused, verdict{rows[0], f})
		return nil
	}
	for _, part := range w.halve(t, rows) {
		if f := s.store(ctx, w, t, part, o); f != nil {
			return f
		}
	}
	return nil
}

// blamesRows says whether a part of the rows may be stored without the others.
func (f *failure) blamesRows() bool {
	return f.kind == refused || f.kind == unknown
}

// cut divides rows into statements: as many rows as one may have, then round
// numbers of them, so that few different statements serve any number of rows.
func (w *writer) cut(t *table, rows []row) [][]row {
	limit := w.rowLimit(t)
	var all [][]row
	for len(rows) > 0 {
		n, size := 0, 0
		for n < min(limit, len(rows)) && size+rows[n].size <= t.packet() {
			size += rows[n].size
			n++
		}
		if n = max(1, n); n < limit {
			n = roundDown(n)
		}
		all = append(all, rows[:n])
		rows = rows[n:]
	}
	return all
}

// rowLimit is how many rows a statement may have: its placeholders are limited,
// and its text must fit in a packet too.
func (w *writer) rowLimit(t *table) int {
	n := min(w.maxRows, maxPlaceholders/len(t.columns))
	one := len(upsertText(w.target, t.counting, 1))
	return max(1, min(n, (t.packet()-one)/(3*len(t.columns)+4)))
}

// halve cuts rows so that the first half is one statement.
func (w *writer) halve(t *table, rows []row) [][]row {
	half := floorPowerOfTwo(len(rows) - 1)
	return append(w.cut(t, rows[:half]), w.cut(t, rows[half:])...)
}

// roundDown keeps the three leading bits of n: 1000 rows are 896, 96 and 8. A
// statement costs the server about half a kilobyte a placeholder for as long as
// it is kept, and each further statement a round trip; this needs 4 statements an
// octave, and about 2.5 for what a full one leaves over.
func roundDown(n int) int { return n - n%max(1, floorPowerOfTwo(n)/4) }

func floorPowerOfTwo(n int) int { return 1 << (bits.Len(uint(n)) - 1) }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
