package main

import (
	"context"
	"fmt"
	"time"
)

// progress is how far a contestant has come, from the markers that are in the
// table.
type progress struct {
	sequence
	seen map[string]bool
	far  []int // of each partition: the number of its last marker, -1 for none
}

func newProgress(s sequence) *progress {
	p := &progress{sequence: s, seen: map[string]bool{}, far: make([]int, s.partitions)}
	for i := range p.far {
		p.far[i] = -1
	}
	return p
}

// look takes the markers that are there now, and says whether one was new.
func (p *progress) look(markers []string) (advanced bool, err error) {
	for _, id := range markers {
		if p.seen[id] {
			continue
		}
		var partition, number int
		if _, err := fmt.Sscanf(id, "mark-%02d-%02d", &partition, &number); err != nil || partition >= len(p.far) {
			return false, fmt.Errorf("reading the markers: there is %q", id)
		}
		p.seen[id], advanced = true, true
		p.far[partition] = max(p.far[partition], number)
	}
	return advanced, nil
}

// orders that are stored at least, as far as the markers tell.
func (p *progress) stored() (orders int) {
	for _, number := range p.far {
		if number >= 0 {
			orders += p.position(number) + 1
		}
	}
	return orders
}

// beyond says whether a partition is past its first marker: the contestant has
// started, and the time of its first rows is not in its rate.
func (p *progress) beyond() bool {
	for _, number := range p.far {
		if number > 0 {
			return true
		}
	}
	return false
}

func (p *progress) done() bool { return len(p.seen) == p.partitions*(steps+1) }

// ids of orders that are in the table.
func (s *stack) ids(ctx context.Context, where string, args ...any) (ids []string, err error) {
	rows, err := s.db.QueryContext(ctx, "SELECT order_id FROM orders WHERE "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("looking at the table: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("looking at the table: %w", err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("looking at the table: %w", err)
	}
	return ids, nil
}

// moment is a place in a run.
type moment struct {
	at     time.Time
	stored int
	used   usage
}

// usage is CPU time.
type usage struct{ sink, mariadb, broker time.Duration }

// timeline is a run from its first row to its last.
type timeline struct {
	first, from, to moment
	stall           time.Duration // the longest time without a new marker in between
}

// watch follows a contestant until every marker is stored.
func (s *stack) watch(ctx context.Context, of sequence, r *running) (t timeline, err error) {
	p, last := newProgress(of), time.Now()
	for {
		ids, err := s.ids(ctx, isMarker)
		if err != nil {
			return t, err
		}
		now := time.Now()
		advanced, err := p.look(ids)
		if err != nil {
			return t, err
		}
		if advanced {
			here := moment{at: now, stored: p.stored()}
			if here.used, err = s.used(r.pids); err != nil {
				return t, err
			}
			if t.first.at.IsZero() {
				t.first = here
			} else {
				t.stall = max(t.stall, now.Sub(last))
			}
			if t.from.at.IsZero() && p.beyond() {
				t.from = here
			}
			if t.to = here; p.done() {
				return t, nil
			}
			last = now
		}
		if now.Sub(last) > patience {
			return t, fmt.Errorf("nothing was stored for %s; %d of %d orders are, at least", patience, p.stored(), of.orders)
		}
		select {
		case err := <-r.ended:
			return t, fmt.Errorf("it ended by itself: %w", err)
		case <-ctx.Done():
			return t, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (s *stack) used(pids []int) (u usage, err error) {
	if u.sink, err = cpuTime(pids...); err != nil {
		return u, err
	}
	if u.mariadb, err = cpuTime(s.server.Process().PID()); err != nil {
		return u, err
	}
	u.broker, err = cpuTime(s.kafka.Process().PID())
	return u, err
}
