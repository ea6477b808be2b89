package replica

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// scenario is one way to disturb a replica while its source changes.
type scenario struct {
	name string
	slow bool // only a full run takes the time
	run  func(r *replica)
}

var scenarios = []scenario{
	{name: "plain", slow: true, run: func(r *replica) { r.change(r.generator, times(60, 1000)) }},
	{name: "sink killed", slow: true, run: func(r *replica) { r.strike(times(2, 15), r.killSink) }},
	{name: "MariaDB killed", slow: true, run: func(r *replica) { r.strike(times(2, 10), r.killTarget) }},
	{name: "second snapshot", slow: true, run: secondSnapshot},
	// The short form has one scenario with all of it.
	{name: "everything", run: func(r *replica) {
		r.strike(times(1, 5), r.killSink)
		r.strike(times(1, 5), r.killTarget)
		secondSnapshot(r)
	}},
}

// TestReplica changes a database at random, and compares a second database with it, which
// pipelines/replica.yaml has created and filled.
func TestReplica(t *testing.T) {
	for _, sc := range scenarios {
		if sc.slow && !full {
			continue
		}
		t.Run(sc.name, func(t *testing.T) {
			r := newReplica(t, strings.ReplaceAll(strings.ToLower(sc.name), " ", "_"))
			r.begin()
			sc.run(r)
			r.finish()
		})
	}
}

// strike disturbs the replica a number of times, each time while the sink is behind.
func (r *replica) strike(times int, disturb func()) {
	r.Helper()
	for range times {
		r.change(r.generator, 20)
		disturb()
		r.change(r.generator, 20)
		r.awaitMarker()
	}
}

// killSink kills the sink (SIGKILL) and starts another.
func (r *replica) killSink() {
	r.must(r.sink.Kill())
	r.startSink()
}

// killTarget kills the target (SIGKILL), and starts it after further changes.
func (r *replica) killTarget() {
	r.must(r.target.Kill())
	r.change(r.generator, 10)
	r.must(r.target.Start(r.Context()))
}

// secondSnapshot replaces the connector by one that makes a snapshot, while the rows change.
// Each row of the snapshot is in Kafka after newer and older changes of the same row. No
// row of the target may go back to an earlier state.
func secondSnapshot(r *replica) {
	r.change(r.generator, times(20, 300))
	r.awaitMarker()
	r.release(r.connector)
	stop := r.watch()
	r.connector = r.follow()
	// The new connector does not see the rows that are removed before its snapshot.
	r.generator.RowsOnly, r.generator.Keeps = true, true
	r.change(r.generator, times(20, 300))
	r.awaitSnapshot(r.database, 2, r.connector)
	r.generator.RowsOnly, r.generator.Keeps = false, false
	r.change(r.generator, times(20, 300))
	r.awaitMarker()
	if observed := stop(); observed == 0 {
		r.Error("no row was observed during the second snapshot")
	}
}

// counted are the tables with a column that only grows in each row, and the key of a row.
var counted = map[string]string{
	"customers": "HEX(email)",
	"orders":    "CONCAT(HEX(customer), ' ', order_no)",
}

// watch reads the target again and again, until stop. It reports a row that goes back to
// an earlier change. stop returns the number of observed values.
func (r *replica) watch() (stop func() int) {
	ctx, cancel := context.WithCancel(r.Context())
	done := make(chan error, 1)
	observed := 0
	go func() {
		newest := map[string]int64{}
		for ctx.Err() == nil {
			for table, key := range counted {
				n, err := r.observe(ctx, table, key, newest)
				observed += n
				if err != nil && ctx.Err() == nil {
					done <- err
					return
				}
			}
		}
		done <- nil
	}()
	return func() int {
		r.Helper()
		cancel()
		if err := <-done; err != nil {
			r.Error(err)
		}
		return observed
	}
}

// observe compares the number of changes of each row with the newest that was seen.
func (r *replica) observe(ctx context.Context, table, key string, newest map[string]int64) (n int, err error) {
	rows, err := r.replica.QueryContext(ctx, "SELECT "+key+", change_no FROM "+table)
	if err != nil {
		return 0, fmt.Errorf("watching table %s: %w", table, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		var change int64
		if err := rows.Scan(&id, &change); err != nil {
			return n, fmt.Errorf("watching table %s: %w", table, err)
		}
		id = table + " " + id
		if change < newest[id] {
			return n, fmt.Errorf("row %s of the target went from change %d back to change %d", id, newest[id], change)
		}
		newest[id] = change
		n++
	}
	return n, rows.Err()
}
