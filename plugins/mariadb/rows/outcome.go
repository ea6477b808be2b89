package rows

import "github.com/order-sink/order-sink/plugins/mariadb/fault"

// Tally counts rows by their outcome.
type Tally struct {
	Inserted, Updated, Unchanged, Stale, Deleted int
}

// Outcome is the outcome of rows. A row that no number of the tally counts is refused.
type Outcome struct {
	Tally
	Refused []Refused
}

// Refused is a row with the fault that it met alone.
type Refused struct {
	Row   Row
	Fault *fault.Fault
}

// Stored returns how many rows the table now agrees with.
func (t Tally) Stored() int { return t.Inserted + t.Updated + t.Unchanged + t.Stale + t.Deleted }

// Add adds the outcome of other rows.
func (o *Outcome) Add(other Outcome) {
	o.Inserted += other.Inserted
	o.Updated += other.Updated
	o.Unchanged += other.Unchanged
	o.Stale += other.Stale
	o.Deleted += other.Deleted
	o.Refused = append(o.Refused, other.Refused...)
}
