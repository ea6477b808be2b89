// Package checker compares a table with its log. It reads a whole topic, the whole dead
// letter topic and the whole table, and returns the first difference.
//
// The package is an oracle. It shares no code with the plugins: the bytes of a record
// alone determine the row or the dead letter that the sink must have made.
package checker

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
)

// Config defines the comparison.
type Config struct {
	Seeds       []string // the addresses of Kafka
	Topic       string   // the log
	DeadLetters string   // the dead letter topic; "" for none

	DB      *sql.DB
	Table   string   // default "orders"
	Columns []string // default: those of an order; the first is the primary key

	// Oracle judges a record. The default is SeedOracle(255).
	Oracle Oracle
	// Version is set when the table keeps the newest version of a key. Without Version
	// the table keeps the last record. Partitions have no common order: when several
	// partitions have the key, the last record of any of them is correct.
	Version func(*kgo.Record) int64
	// Gone are records that were stored and that the topic no longer has. They count
	// like the records of the topic. If other records now have their offsets, none of
	// the gone records may be refusable.
	Gone []*kgo.Record
	// Exactly makes a second dead letter of a record a difference.
	Exactly bool
}

// Report is the result of a check.
type Report struct {
	Records     int // of the log
	Keys        int // rows that the log requires
	Refusable   int // records of the log that require a dead letter
	Rows        int // of the table
	DeadLetters int // of the dead letter topic
	Repeated    int // dead letters of a record that already has one

	MissingRows           int // the log requires them
	ExtraRows             int // the log does not require them
	WrongRows             int // a column differs from the log
	MissingDeadLetters    int // a refusable record has none
	UndeservedDeadLetters int // of a record that is not refusable, or of none
	WrongDeadLetters      int // key, bytes, headers or code differ

	Diff string // the first difference in the order of the log; "" for none

	at position // of Diff
}

// Err returns the first difference and the counts of all differences, or nil.
func (r Report) Err() error {
	if r.Diff == "" {
		return nil
	}
	return fmt.Errorf("the table is not equal to the log: %s (rows: %d missing, %d extra, %d wrong; dead letters: %d missing, %d undeserved, %d wrong, %d repeated; records: %d)",
		r.Diff, r.MissingRows, r.ExtraRows, r.WrongRows, r.MissingDeadLetters, r.UndeservedDeadLetters, r.WrongDeadLetters, r.Repeated, r.Records)
}

// ErrUnjudged is the error of a check when the oracle cannot judge a record.
var ErrUnjudged = errors.New("a record that the oracle cannot judge")

// position is the partition and offset of a record.
type position struct {
	partition int32
	offset    int64
}

func (p position) before(q position) bool {
	return p.partition < q.partition || p.partition == q.partition && p.offset < q.offset
}

// nowhere is the position of something that is not in the log. It sorts last.
var nowhere = position{math.MaxInt32, math.MaxInt64}

// note keeps the difference if it is the first one.
func (r *Report) note(at position, format string, args ...any) {
	if r.Diff == "" || at.before(r.at) {
		r.at, r.Diff = at, fmt.Sprintf(format, args...)
	}
}

// check is one run.
type check struct {
	Config
	report  Report
	keys    map[string]*expected  // by primary key
	refused map[position]*refusal // by position
}

// Check compares the table and the dead letters with the log, from its start to its end
// at the time of the call. A record that is produced or stored during the call is a
// difference. The report has the differences. An error means that Check could not read
// or judge something.
//
// Check streams the topics. It holds one row for each key, about 300 bytes, and each
// refusable record in memory.
func Check(ctx context.Context, config Config) (Report, error) {
	log, err := ReadLog(ctx, config)
	if err != nil {
		return log.judged, err
	}
	return log.Compare(ctx, config)
}

// Log has the rows and the dead letters that a topic requires, for a caller that compares
// several tables with one topic. It is not for concurrent use.
type Log struct {
	judged  Report
	keys    map[string]*expected
	refused map[position]*refusal
}

// ReadLog judges every record of the topic. It ignores the settings of the table and of
// the dead letters.
func ReadLog(ctx context.Context, config Config) (*Log, error) {
	c := &check{Config: config.withDefaults(), keys: map[string]*expected{}, refused: map[position]*refusal{}}
	var err error
	for _, record := range c.Gone {
		err = errors.Join(err, c.judge(record))
	}
	if err == nil {
		err = kafka.Read(ctx, c.Seeds, c.Topic, c.judge)
	}
	if err != nil {
		err = fmt.Errorf("checking %s: %w", c.Topic, err)
	}
	return &Log{c.report, c.keys, c.refused}, err
}

// Compare compares the table and the dead letters with the log. Topic, Columns and Oracle
// of the config must be those of ReadLog.
func (l *Log) Compare(ctx context.Context, config Config) (Report, error) {
	c := &check{Config: config.withDefaults(), report: l.judged, keys: l.keys, refused: l.refused}
	for _, required := range c.keys { // of an earlier comparison
		required.stored = false
	}
	for _, required := range c.refused {
		required.found = 0
	}
	if c.DeadLetters != "" {
		if err := kafka.Read(ctx, c.Seeds, c.DeadLetters, c.compareDeadLetter); err != nil {
			return c.report, fmt.Errorf("checking %s: %w", c.DeadLetters, err)
		}
	}
	c.missingDeadLetters()
	if err := c.compareTable(ctx); err != nil {
		return c.report, fmt.Errorf("checking table %s: %w", c.Table, err)
	}
	c.missingRows()
	return c.report, nil
}

func (c Config) withDefaults() Config {
	if c.Table == "" {
		c.Table = "orders"
	}
	if c.Columns == nil {
		c.Columns = []string{"order_id", "user_id", "product_id", "qty", "unit_price", "total_price"}
	}
	if c.Oracle == nil {
		c.Oracle = SeedOracle(255)
	}
	if c.Version == nil {
		c.Version = func(*kgo.Record) int64 { return 0 }
	}
	return c
}

// judge asks the oracle about one record of the log and keeps the outcome.
func (c *check) judge(record *kgo.Record) error {
	c.report.Records++
	outcome := c.Oracle(record)
	switch {
	case outcome.Err != nil:
		return fmt.Errorf("%w: %s: %w", ErrUnjudged, location(record), outcome.Err)
	case outcome.Code != "":
		c.expectDeadLetter(record, outcome.Code)
	case outcome.Row != nil:
		if len(outcome.Row) != len(c.Columns) {
			return fmt.Errorf("%w: %s: the oracle gives %d columns of %d", ErrUnjudged, location(record), len(outcome.Row), len(c.Columns))
		}
		c.expectRow(record, outcome.Row)
	case outcome.Deleted != "" && c.keys[outcome.Deleted] != nil:
		delete(c.keys, outcome.Deleted)
		c.report.Keys--
	}
	return nil
}

func location(r *kgo.Record) string { return fmt.Sprintf("%s[%d]@%d", r.Topic, r.Partition, r.Offset) }

func (c *check) location(p position) string {
	return fmt.Sprintf("%s[%d]@%d", c.Topic, p.partition, p.offset)
}
