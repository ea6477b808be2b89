package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
)

// workload is one kind of work: a topic, and a table that it is written to.
type workload struct {
	name     string
	sequence sequence
	alters   []string // what the table has beside config/schema.sql
	filled   bool     // every key is there, with other values
	again    bool     // every row is there: the topic is delivered once more
	old      int      // so many rows with other keys are there
	// fresh: the topic is filled once the contestant has joined its group.
	fresh   bool
	trickle time.Duration // so long a few orders a second, instead of a full topic
	far     time.Duration // what the way to MariaDB takes longer, each way
}

// Workloads of the same sequence share a topic.

func insert(n, partitions int) workload {
	name := "insert"
	if partitions != 4 {
		name = fmt.Sprintf("insert, %s", count(partitions, "partition"))
	}
	return workload{name: name, sequence: newSequence(1, n, partitions)}
}

func update(n int) workload {
	return workload{name: "update", sequence: newSequence(1, n, 4), filled: true}
}

func redelivery(n int) workload {
	return workload{name: "redelivery", sequence: newSequence(1, n, 4), again: true}
}

// refused has one in so many orders that MariaDB alone knows it will not take.
func refused(n, every int) workload {
	w := workload{name: "refused by MariaDB, " + share(every), sequence: newSequence(2, n, 4)}
	w.sequence.refusable, w.sequence.every = byTheServer, every
	w.alters = []string{fmt.Sprintf("ALTER TABLE orders ADD CONSTRAINT few CHECK (qty < %d)", tooMany)}
	return w
}

// refusedBefore has one in so many that is refused before it is sent.
func refusedBefore(n, every int) workload {
	w := workload{name: "refused before, " + share(every), sequence: newSequence(3, n, 4)}
	w.sequence.refusable, w.sequence.every = byTheSink, every
	w.alters = []string{fmt.Sprintf("ALTER TABLE orders MODIFY user_id VARCHAR(%d) NOT NULL", userIDMax)}
	return w
}

func wide(n int) workload {
	w := workload{name: "40 columns", sequence: newSequence(4, n, 4)}
	w.sequence.wide = true
	w.alters = []string{"ALTER TABLE orders " + strings.Join(wideDefinitions(), ", ")}
	return w
}

func slow(d time.Duration) workload {
	return workload{name: fmt.Sprintf("%d orders/s", trickleRate), sequence: newSequence(5, 4*steps*2, 4), trickle: d}
}

func grown(n, old int) workload {
	return workload{name: grownName(old), sequence: newSequence(6, n, 4), old: old}
}

func grownName(old int) string { return fmt.Sprintf("insert, %.0e rows there", float64(old)) }

func shared(n int) workload {
	return workload{name: "12 partitions shared", sequence: newSequence(7, n, 12), fresh: true}
}

// sharedFar is as from another region: a sink waits for the network more than it
// computes.
func sharedFar(n int) workload {
	w := shared(n)
	w.name, w.far = w.name+", MariaDB far", 25*time.Millisecond
	return w
}

func share(every int) string { return fmt.Sprintf("%g %%", 100/float64(every)) }

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// ownTopic says whether every run has a topic of its own.
func (w workload) ownTopic() bool { return w.fresh || w.trickle > 0 }

// records that the topic has in the end.
func (w workload) records() int {
	return w.sequence.orders + int(w.trickle.Seconds()*trickleRate)
}

// oracle judges the records of the workload's topic.
func (w workload) oracle() checker.Oracle {
	seed := checker.SeedOracle(255)
	switch {
	case w.sequence.wide:
		return judgeWide
	case w.sequence.refusable == byTheServer:
		return func(record *kgo.Record) checker.Verdict {
			verdict := seed(record)
			if verdict.Row != nil && verdict.Row[3] == strconv.Itoa(tooMany) {
				return checker.Verdict{Code: "row_check"}
			}
			return verdict
		}
	case w.sequence.refusable == byTheSink:
		return checker.SeedOracle(userIDMax)
	default:
		return seed
	}
}
