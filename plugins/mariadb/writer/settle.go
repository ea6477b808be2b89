package writer

import (
	"context"
	"slices"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/retry"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/probe"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

const (
	// A row is refused for a doubtful error after so many tries, each right after
	// evidence that other rows can be stored. So an error that comes and goes, as in a
	// failover, does not count as the row's fault.
	enoughRounds = 3
	// The pauses before the first of these and between them. A row whose neighbours
	// were stored with it, and whose error is on no list, has the first one only.
	firstDoubt = 200 * time.Millisecond
	nextDoubt  = 500 * time.Millisecond
)

// settle decides about the rows that failed with a doubtful error: each row is stored in a
// later try, or refused after evidence that other rows can be stored. It returns a fault
// when there is no such evidence for a row now. before is what had been committed when the
// rows were first written. neighbours are the other rows of the batch that were stored.
func (w *Writer) settle(ctx context.Context, e *probe.Evidence, t *table.Table, batch []rows.Row, before probe.Commits, neighbours probe.Commits, all *rows.Outcome) *fault.Fault {
	suspicions := make(map[int]*probe.Suspicion) // by message
	for pause := firstDoubt; ; pause = nextDoubt {
		doubted := takeDoubted(all)
		if len(doubted) == 0 {
			return nil
		}
		if err := retry.Sleep(ctx, pause); err != nil {
			return fault.Judge(err)
		}
		for _, v := range doubted {
			if suspicions[v.Row.Message] == nil {
				suspicions[v.Row.Message] = e.Suspect(&v.Row, before)
			}
		}
		again, f := w.round(ctx, e, t, batch, doubted, suspicions, neighbours)
		if f != nil {
			return f
		}
		e.Commit(nil, &again)
		all.Add(again)
	}
}

// takeDoubted removes and returns the refusals with a doubtful fault.
func takeDoubted(o *rows.Outcome) []rows.Refused {
	var doubted []rows.Refused
	o.Refused = slices.DeleteFunc(o.Refused, func(v rows.Refused) bool {
		if v.Fault.Kind != fault.Refused {
			doubted = append(doubted, v)
			return true
		}
		return false
	})
	return doubted
}

// round looks for evidence and then writes the doubted rows again, over the same
// connection.
func (w *Writer) round(ctx context.Context, e *probe.Evidence, t *table.Table, batch []rows.Row, doubted []rows.Refused, suspicions map[int]*probe.Suspicion, neighbours probe.Commits) (rows.Outcome, *fault.Fault) {
	s, f := w.acquire(ctx)
	if f != nil {
		return rows.Outcome{}, f
	}
	defer w.pool.put(s)
	if _, err := w.open(ctx, s); err != nil {
		return rows.Outcome{}, fault.Judge(err)
	}
	inquiry := &probe.Inquiry{Evidence: e, Session: s, Table: t, Others: besides(batch, doubted)}
	again := make([]rows.Row, len(doubted))
	for i := range doubted {
		v := &doubted[i]
		suspicion := suspicions[v.Row.Message]
		change, missed := probe.ChangeOf(ctx, s, t, &v.Row)
		switch {
		case missed == nil && v.Fault.Kind == fault.Unknown && inquiry.HasNeighbour(ctx, v, change, neighbours):
			suspicion.Rounds = enoughRounds - 1
		case missed != nil || !v.Fault.Lone || !inquiry.OthersAreStored(ctx, v, change, suspicion):
			v.Fault.Unproven = true
			s.Discard() // it may be this connection that leads elsewhere
			return rows.Outcome{}, v.Fault
		}
		again[i] = v.Row
	}
	o, f := w.runOn(ctx, s, e, t, again, true)
	if f != nil {
		return rows.Outcome{}, f
	}
	doubtful := make(map[int]bool)
	for i := range o.Refused {
		v := &o.Refused[i]
		suspicion := suspicions[v.Row.Message]
		suspicion.Rounds++
		if suspicion.Rounds >= enoughRounds {
			v.Fault.Kind = fault.Refused
		}
		doubtful[v.Row.Message] = v.Fault.Kind != fault.Refused
	}
	for i := range again {
		if !doubtful[again[i].Message] {
			e.Forget(&again[i])
		}
	}
	return o, nil
}

// besides returns the rows of a batch without the doubted rows. When a doubted row stands
// for other rows of its key, besides returns these too.
func besides(batch []rows.Row, doubted []rows.Refused) []rows.Row {
	doubtedMessages := make(map[int]bool, len(doubted))
	for i := range doubted {
		doubtedMessages[doubted[i].Row.Message] = true
	}
	var others []rows.Row
	for _, r := range batch {
		if doubtedMessages[r.Message] {
			others = append(append(others, r.Group...), r.Later...)
			continue
		}
		others = append(others, r)
	}
	return others
}
