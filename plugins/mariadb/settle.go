package mariadb

import (
	"context"
	"slices"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/retry"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
)

const (
	// A row is refused for a doubtful error after so many failures, each right after
	// evidence that others can be stored: what comes and goes, like a failover, is
	// then not taken for the row's fault.
	enoughRounds = 3
	// The pauses before the first of these and between them. A row whose neighbours
	// were stored with it, and whose error is on no list, has the first one only.
	firstDoubt = 200 * time.Millisecond
	nextDoubt  = 500 * time.Millisecond
)

// settle decides about the rows that failed with a doubtful error: each is stored
// after all, or refused after evidence that others can be stored. A failure means
// that there is no such evidence for a row, or that it cannot be had now. before is
// what had been committed when the rows were first written; neighbours are the other
// rows of the batch that were stored.
func (w *writer) settle(ctx context.Context, t *table, rows []row, before commits, neighbours commits, all *outcome) *fault.Fault {
	suspicions := make(map[int]*suspicion) // by message
	for pause := firstDoubt; ; pause = nextDoubt {
		doubted := all.takeDoubted()
		if len(doubted) == 0 {
			return nil
		}
		if err := retry.Sleep(ctx, pause); err != nil {
			return fault.Judge(err)
		}
		for _, v := range doubted {
			if suspicions[v.row.message] == nil {
				suspicions[v.row.message] = w.evidence.suspect(&v.row, before)
			}
		}
		again, f := w.round(ctx, t, rows, doubted, suspicions, neighbours)
		if f != nil {
			return f
		}
		w.evidence.commit(nil, &again)
		all.add(again)
	}
}

// takeDoubted removes the verdicts that nobody is sure of.
func (o *outcome) takeDoubted() []verdict {
	var doubted []verdict
	o.refused = slices.DeleteFunc(o.refused, func(v verdict) bool {
		if v.failure.Kind != fault.Refused {
			doubted = append(doubted, v)
			return true
		}
		return false
	})
	return doubted
}

// round looks for evidence and then writes the doubted rows again, over the same
// connection.
func (w *writer) round(ctx context.Context, t *table, rows []row, doubted []verdict, suspicions map[int]*suspicion, neighbours commits) (outcome, *fault.Fault) {
	s, f := w.acquire(ctx)
	if f != nil {
		return outcome{}, f
	}
	defer w.release(s)
	if _, err := s.open(ctx, w.db, w.generation.Load()); err != nil {
		return outcome{}, fault.Judge(err)
	}
	inquiry := &inquiry{evidence: &w.evidence, session: s, table: t, others: besides(rows, doubted)}
	again := make([]row, len(doubted))
	for i := range doubted {
		v := &doubted[i]
		suspicion := suspicions[v.row.message]
		change, missed := changeOf(ctx, s, t, &v.row)
		switch {
		case missed == nil && v.failure.Kind == fault.Unknown && inquiry.hasNeighbour(ctx, v, change, neighbours):
			suspicion.rounds = enoughRounds - 1
		case missed != nil || !v.failure.Lone || !inquiry.othersAreStored(ctx, v, change, suspicion):
			v.failure.Unproven = true
			return outcome{}, v.failure
		}
		again[i] = v.row
	}
	o, f := w.runOn(ctx, s, t, again, true)
	if f != nil {
		return outcome{}, f
	}
	doubtful := make(map[int]bool)
	for i := range o.refused {
		v := &o.refused[i]
		suspicion := suspicions[v.row.message]
		suspicion.rounds++
		if suspicion.rounds >= enoughRounds {
			v.failure.Kind = fault.Refused
		}
		doubtful[v.row.message] = v.failure.Kind != fault.Refused
	}
	for i := range again {
		if !doubtful[again[i].message] {
			w.evidence.forget(&again[i])
		}
	}
	return o, nil
}

// besides are the rows of a batch, those that others stand for included, without the
// doubted ones.
func besides(rows []row, doubted []verdict) []row {
	doubtedMessages := make(map[int]bool, len(doubted))
	for i := range doubted {
		doubtedMessages[doubted[i].row.message] = true
	}
	var others []row
	for _, r := range rows {
		if doubtedMessages[r.message] {
			others = append(append(others, r.group...), r.later...)
			continue
		}
		others = append(others, r)
	}
	return others
}
