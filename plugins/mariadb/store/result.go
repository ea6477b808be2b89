package store

import (
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
)

// Result is the outcome of a batch.
type Result struct {
	rows.Tally
	Compacted int
	Ignored   int                     // tombstones, and records that are no rows
	Truncated int                     // messages that have emptied the table
	Unpaired  int                     // updates without their old row: if one has changed the key, the old row stays
	Refused   map[int]*record.Refusal // by index in the batch
	Orphans   int                     // of the refused rows, those whose parent row is missing
	Failed    map[int]error           // what had failed in a processor, by index

	// unmoved has the messages whose old row could not be deleted, though their new row may
	// be stored.
	unmoved map[int]*record.Refusal

	// Tables has the results of the tables by name, when each message names its table. The
	// name "" has the messages that no table can take. What failed is in none of them.
	Tables map[string]*Result
}

// addTable adds the outcome of a table. in returns the index in the batch of a message of
// the table.
func (r *Result) addTable(name string, of *Result, in func(message int) int) {
	r.add(of, in)
	if r.Tables == nil {
		r.Tables = make(map[string]*Result)
	}
	r.Tables[name] = of
}

// join adds the outcome of messages that begin at this place of the batch.
func (r *Result) join(part *Result, at int) {
	in := func(message int) int { return at + message }
	r.add(part, in)
	for name, of := range part.Tables {
		if r.Tables == nil {
			r.Tables = make(map[string]*Result)
		}
		if r.Tables[name] == nil {
			r.Tables[name] = &Result{}
		}
		r.Tables[name].add(of, in) // whose indexes nobody reads
	}
}

// refuse refuses a message that no table can take.
func (r *Result) refuse(message int, refused *record.Refusal) {
	setIn(&r.Refused, message, refused)
	setIn(&r.ofNone().Refused, message, refused)
}

// ignore ignores a message that concerns no table.
func (r *Result) ignore() {
	r.Ignored++
	r.ofNone().Ignored++
}

// ofNone returns the result of the messages that have no table.
func (r *Result) ofNone() *Result {
	if r.Tables == nil {
		r.Tables = make(map[string]*Result)
	}
	if r.Tables[""] == nil {
		r.Tables[""] = &Result{}
	}
	return r.Tables[""]
}

// Tallies has the outcomes of a batch, in all and by table.
type Tallies struct {
	all    rows.Tally
	tables map[string]rows.Tally
}

// Tallies returns the outcomes for [Result.Credit].
func (r *Result) Tallies() Tallies {
	t := Tallies{all: r.Tally, tables: make(map[string]rows.Tally, len(r.Tables))}
	for name, of := range r.Tables {
		t.tables[name] = of.Tally
	}
	return t
}

// add adds the outcome of a part of the batch. in returns the index in the batch of a
// message of the part.
func (r *Result) add(part *Result, in func(message int) int) {
	r.Add(part.Tally)
	r.Compacted += part.Compacted
	r.Ignored += part.Ignored
	r.Truncated += part.Truncated
	r.Unpaired += part.Unpaired
	r.Orphans += part.Orphans
	for message, refusal := range part.Refused {
		setIn(&r.Refused, in(message), refusal)
	}
}

// refuseUnmoved refuses the messages whose old row could not be deleted. A message counts
// once, so its new row does not count.
func (r *Result) refuseUnmoved() {
	for message, refused := range r.unmoved {
		if r.Refused[message] != nil {
			continue
		}
		setIn(&r.Refused, message, refused)
		for _, n := range []*int{&r.Inserted, &r.Updated, &r.Unchanged, &r.Stale, &r.Missing, &r.Compacted} {
			if *n > 0 {
				*n--
				break
			}
		}
	}
}

// Err returns why a message becomes a dead letter, nil for another message.
func (r *Result) Err(message int) error {
	if refusal := r.Refused[message]; refusal != nil {
		return refusal
	}
	return r.Failed[message]
}

// Codes counts the dead letters of the batch by code. A plugin that refuses a record
// begins the text of its error with a code.
func (r *Result) Codes() map[string]int {
	codes := make(map[string]int)
	for _, refusal := range r.Refused {
		codes[refusal.Code]++
	}
	for _, err := range r.Failed {
		code := "unknown"
		if refusal := record.Parse(err); refusal != nil {
			code = refusal.Code
		}
		codes[code]++
	}
	return codes
}

// Credit gives the rows of a batch that is written again the outcomes of its first write.
func (r *Result) Credit(first Tallies) {
	credit(&r.Tally, first.all)
	for name, of := range r.Tables {
		credit(&of.Tally, first.tables[name])
	}
}

func credit(r *rows.Tally, first rows.Tally) {
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

// DeadLetters returns how many messages of the batch become dead letters.
func (r *Result) DeadLetters() int { return len(r.Refused) + len(r.Failed) }

// Fail records that a message had failed in a processor.
func (r *Result) Fail(message int, err error) { setIn(&r.Failed, message, err) }

// setIn sets a value of a map. It makes the map for the first value.
func setIn[V any](all *map[int]V, message int, value V) {
	if *all == nil {
		*all = make(map[int]V)
	}
	(*all)[message] = value
}
