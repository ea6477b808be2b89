// Package measure takes the figures of a run: rates from the markers in the table,
// latencies, CPU time and memory.
package measure

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
)

// progress is how far a contestant has come, from the markers that are in the
// table.
type progress struct {
	workload.Sequence
	seen map[string]bool
	far  []int // of each partition: the number of its last marker, -1 for none
}

func newProgress(s workload.Sequence) *progress {
	p := &progress{Sequence: s, seen: map[string]bool{}, far: make([]int, s.Partitions)}
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
			orders += p.Position(number) + 1
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

func (p *progress) done() bool { return len(p.seen) == p.Partitions*(workload.Steps+1) }

// markers is the query for the markers in all tables: a range of each primary key.
func markers(tables []string) string {
	var queries []string
	for _, table := range tables {
		queries = append(queries, "SELECT order_id FROM "+table+" WHERE "+workload.IsMarker)
	}
	return strings.Join(queries, " UNION ALL ")
}

// orderIDs are the ids of orders that a query finds.
func orderIDs(ctx context.Context, s *stack.Stack, query string, args ...any) (ids []string, err error) {
	rows, err := s.DB.QueryContext(ctx, query, args...)
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
	At     time.Time
	stored int
	used   usage
}

// usage is CPU time.
type usage struct{ sink, mariadb, broker time.Duration }

// timeline is a run from its first row to its last.
type timeline struct {
	First, from, to moment
	stall           time.Duration // the longest time without a new marker in between
}

// Subject is the processes of a contestant.
type Subject struct {
	PIDs  []int
	Ended <-chan error // what it ended with by itself, which it should not
}

// Watch follows a contestant until every marker is stored.
func Watch(ctx context.Context, s *stack.Stack, of workload.Sequence, r Subject) (t timeline, err error) {
	p, query, last := newProgress(of), markers(of.Tables()), time.Now()
	for {
		ids, err := orderIDs(ctx, s, query)
		if err != nil {
			return t, err
		}
		now := time.Now()
		advanced, err := p.look(ids)
		if err != nil {
			return t, err
		}
		if advanced {
			here := moment{At: now, stored: p.stored()}
			if here.used, err = used(s, r.PIDs); err != nil {
				return t, err
			}
			if t.First.At.IsZero() {
				t.First = here
			} else {
				t.stall = max(t.stall, now.Sub(last))
			}
			if t.from.At.IsZero() && p.beyond() {
				t.from = here
			}
			if t.to = here; p.done() {
				return t, nil
			}
			last = now
		}
		if now.Sub(last) > stack.Patience {
			return t, fmt.Errorf("nothing was stored for %s; %d of %d orders are, at least", stack.Patience, p.stored(), of.Orders)
		}
		select {
		case err := <-r.Ended:
			return t, fmt.Errorf("it ended by itself: %w", err)
		case <-ctx.Done():
			return t, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func used(s *stack.Stack, pids []int) (u usage, err error) {
	if u.sink, err = cpuTime(pids...); err != nil {
		return u, err
	}
	if u.mariadb, err = cpuTime(s.Server.Process().PID()); err != nil {
		return u, err
	}
	u.broker, err = cpuTime(s.Kafka.Process().PID())
	return u, err
}

// Into adds what a timeline tells.
func (t timeline) Into(figures map[Figure]float64) {
	rows := float64(t.to.stored - t.from.stored)
	if rows <= 0 {
		return // all was stored between two looks
	}
	figures[Rate] = rows / t.to.At.Sub(t.from.At).Seconds()
	figures[Stall] = t.stall.Seconds()
	t.to.used.since(t.from.used).into(figures, rows)
}

func (u usage) into(figures map[Figure]float64, rows float64) {
	figures[SinkCPU] = float64(u.sink.Microseconds()) / rows
	figures[MariaDBCPU] = float64(u.mariadb.Microseconds()) / rows
	figures[brokerCPU] = float64(u.broker.Microseconds()) / rows
	if u.mariadb > 0 {
		figures[Ratio] = float64(u.sink) / float64(u.mariadb)
	}
}

func (u usage) since(before usage) usage {
	return usage{u.sink - before.sink, u.mariadb - before.mariadb, u.broker - before.broker}
}
