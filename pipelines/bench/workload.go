package main

import (
	"strconv"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
)

// workload is one kind of work: a topic, and a table that it is written to.
type workload struct {
	name     string
	sequence sequence
	alters   []string // what the table has beside config/schema.sql
	filled   bool     // every key is there, with other values
	keeps    bool     // the table is as the run before has left it
}

// oracle judges the records of the workload's topic.
func (w workload) oracle() checker.Oracle {
	switch w.sequence.refusable {
	case byTheServer:
		seed := checker.SeedOracle(255)
		return func(record *kgo.Record) checker.Verdict {
			verdict := seed(record)
			if verdict.Row != nil && verdict.Row[3] == strconv.Itoa(tooMany) {
				return checker.Verdict{Code: "row_check"}
			}
			return verdict
		}
	case byTheSink:
		return checker.SeedOracle(userIDMax)
	default:
		return checker.SeedOracle(255)
	}
}
