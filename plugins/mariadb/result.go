package mariadb

import (
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/retry"
	"github.com/order-sink/order-sink/plugins/mariadb/breaker"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
)

// result is the outcome of a batch.
type result struct {
	rows.Tally
	compacted int
	ignored   int                     // tombstones
	refused   map[int]*record.Refusal // by index in the batch
	failed    map[int]error           // what had failed in a processor, by index
}

// err returns why a message becomes a dead letter, nil for another message.
func (r *result) err(message int) error {
	if refusal := r.refused[message]; refusal != nil {
		return refusal
	}
	return r.failed[message]
}

// codes counts the dead letters of the batch by code. A plugin that refuses a record
// begins the text of its error with a code.
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

// credit gives the rows of a batch that is written again the outcomes of its first write.
func (r *result) credit(first rows.Tally) {
	for _, o := range []struct {
		now   *int
		first int
	}{{&r.Inserted, first.Inserted}, {&r.Updated, first.Updated}, {&r.Deleted, first.Deleted}} {
		// A row is unchanged now, or stale if a newer one came meanwhile.
		for _, now := range []*int{&r.Unchanged, &r.Stale} {
			n := min(o.first, *now)
			*now, *o.now, o.first = *now-n, *o.now+n, o.first-n
		}
	}
}

// setIn sets a value of a map. It makes the map for the first value.
func setIn[V any](all *map[int]V, message int, value V) {
	if *all == nil {
		*all = make(map[int]V)
	}
	(*all)[message] = value
}

const (
	// connecting is the waiter for a connection, beside the batches.
	connecting = ^uint64(0)

	storing = "Storing rows" // the work, as the log names it
)

// reason is why a batch cannot be stored now.
type reason struct {
	retry.Reason
	unproven bool // nothing shows whether the batch is at fault or MariaDB
}

// reasonOf returns the reason of a wait for a fault.
func reasonOf(f *fault.Fault) *reason {
	r := &reason{Reason: retry.Reason{Work: storing, For: "for MariaDB", Cause: f.Cause(), Text: f.Error()}, unproven: f.Unproven}
	if f.Unproven && (f.Kind == fault.Unknown || !f.Common) {
		r.Text += ": no other record could be stored to compare with"
	}
	if f.Kind == fault.Misconfigured {
		r.Ending = "Nothing is dropped: an operator must correct this; the sink retries until then"
	}
	return r
}

// stopped returns why the breaker stops all batches now, nil when it does not.
func (o *output) stopped() *reason {
	if o.breaker == nil {
		return nil
	}
	text := o.breaker.Stopped(time.Now())
	if text == "" {
		return nil
	}
	return &reason{Reason: retry.Reason{Work: storing, Cause: breaker.FieldLimit, Text: text, Stopped: true}}
}
