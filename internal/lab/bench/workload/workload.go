// Package workload defines the orders of a run and the table that they are written to.
package workload

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
)

// Workload is one kind of work: a topic, and a table that it is written to.
type Workload struct {
	Name     string
	Sequence Sequence
	Alters   []string // what the table has beside config/schema.sql
	Filled   bool     // every key is there, with other values
	Again    bool     // every row is there: the topic is delivered once more
	Old      int      // so many rows with other keys are there
	// Fresh: the topic is filled once the contestant has joined its group.
	Fresh   bool
	Trickle time.Duration // so long a few orders a second, instead of a full topic
	Far     time.Duration // what the way to MariaDB takes longer, each way
	// Unwrapped: a chain of transforms makes rows of change events, and the table's name of
	// the topic's.
	Unwrapped bool
	// Connectors, 0 for other workloads: a worker has so many connectors that have nothing to
	// do, and the figures are those of the worker.
	Connectors int
}

// TrickleRate is how many orders are sent in a second.
const TrickleRate = 200

// Insert fills an empty table. Workloads of the same sequence share a topic.
func Insert(n, partitions int) Workload {
	name := "insert"
	if partitions != 4 {
		name = fmt.Sprintf("insert, %s", Count(partitions, "partition"))
	}
	return Workload{Name: name, Sequence: NewSequence(1, n, partitions)}
}

// Update changes every row of a filled table.
func Update(n int) Workload {
	return Workload{Name: "update", Sequence: NewSequence(1, n, 4), Filled: true}
}

// Redelivery sends the rows that are there once more.
func Redelivery(n int) Workload {
	return Workload{Name: "redelivery", Sequence: NewSequence(1, n, 4), Again: true}
}

// Refused has one in so many orders that MariaDB alone knows it will not take.
func Refused(n, every int) Workload {
	w := Workload{Name: "refused by MariaDB, " + share(every), Sequence: NewSequence(2, n, 4)}
	w.Sequence.refusable, w.Sequence.every = byTheServer, every
	w.Alters = []string{fmt.Sprintf("ALTER TABLE orders ADD CONSTRAINT few CHECK (qty < %d)", tooMany)}
	return w
}

// RefusedBefore has one in so many that is refused before it is sent.
func RefusedBefore(n, every int) Workload {
	w := Workload{Name: "refused before, " + share(every), Sequence: NewSequence(3, n, 4)}
	w.Sequence.refusable, w.Sequence.every = byTheSink, every
	w.Alters = []string{fmt.Sprintf("ALTER TABLE orders MODIFY user_id VARCHAR(%d) NOT NULL", userIDMax)}
	return w
}

// Wide has 40 columns.
func Wide(n int) Workload {
	w := Workload{Name: "40 columns", Sequence: NewSequence(4, n, 4)}
	w.Sequence.Wide = true
	w.Alters = []string{"ALTER TABLE orders " + strings.Join(wideDefinitions(), ", ")}
	return w
}

// Tables spreads the orders over so many topics of one partition. Each topic has a table of
// its own.
func Tables(n, tables int) Workload {
	w := Workload{Name: fmt.Sprintf("%d topics into %d tables", tables, tables), Sequence: NewSequence(8, n, tables)}
	w.Sequence.OwnTables = true
	return w
}

// Changes has change events instead of orders, of rows that are inserted, updated and
// deleted.
func Changes(n int) Workload {
	w := Workload{Name: "change events", Sequence: NewSequence(9, n, 4)}
	w.Sequence.Changes = true
	w.Alters = []string{"ALTER TABLE orders ADD COLUMN source_position BIGINT NULL"}
	return w
}

// Unwrapped has the change events of [Changes], which transforms unwrap.
func Unwrapped(n int) Workload {
	w := Changes(n)
	w.Name, w.Unwrapped, w.Alters = "unwrapped change events", true, nil
	return w
}

// Connector is Insert for a connector of Kafka Connect.
func Connector(n int) Workload {
	w := Insert(n, 4)
	w.Name = "orders through a connector"
	return w
}

// Idle has so many connectors without work.
func Idle(connectors int) Workload {
	return Workload{Name: fmt.Sprintf("%d idle connectors", connectors), Connectors: connectors}
}

// Slow sends a few orders a second.
func Slow(d time.Duration) Workload {
	return Workload{Name: fmt.Sprintf("%d orders/s", TrickleRate), Sequence: NewSequence(5, 4*Steps*2, 4), Trickle: d}
}

// Grown fills a table that has so many other rows.
func Grown(n, old int) Workload {
	return Workload{Name: GrownName(old), Sequence: NewSequence(6, n, 4), Old: old}
}

// The sizes of a table that grows, in rows that are there before the run.
const (
	Small  = 100_000
	Middle = 1_000_000
	Large  = 10_000_000
)

// GrownName is the name of Grown.
func GrownName(old int) string { return fmt.Sprintf("insert, %.0e rows there", float64(old)) }

// Shared fills a topic once its sinks have shared its partitions.
func Shared(n int) Workload {
	return Workload{Name: "12 partitions shared", Sequence: NewSequence(7, n, 12), Fresh: true}
}

// SharedFar is as from another region: a sink waits for the network more than it
// computes.
func SharedFar(n int) Workload {
	w := Shared(n)
	w.Name, w.Far = w.Name+", MariaDB far", 25*time.Millisecond
	return w
}

func share(every int) string { return fmt.Sprintf("%g %%", 100/float64(every)) }

// Count is a number with its noun.
func Count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// OwnTopic says whether every run has a topic of its own.
func (w Workload) OwnTopic() bool { return w.Fresh || w.Trickle > 0 }

// Records that the topic has in the end.
func (w Workload) Records() int {
	return w.Sequence.Orders + int(w.Trickle.Seconds()*TrickleRate)
}

// Oracle judges the records of the workload's topic.
func (w Workload) Oracle() checker.Oracle {
	seed := checker.SeedOracle(255)
	switch {
	case w.Sequence.Wide:
		return judgeWide
	case w.Sequence.Changes:
		return judgeChange
	case w.Sequence.Avro:
		return judgeAvro
	case w.Sequence.refusable == byTheServer:
		return func(record *kgo.Record) checker.Outcome {
			outcome := seed(record)
			if outcome.Row != nil && outcome.Row[3] == strconv.Itoa(tooMany) {
				return checker.Outcome{Code: "row_check"}
			}
			return outcome
		}
	case w.Sequence.refusable == byTheSink:
		return checker.SeedOracle(userIDMax)
	default:
		return seed
	}
}
