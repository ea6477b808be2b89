package checker

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
)

// expected has the rows that the log allows for one key.
type expected struct {
	candidates []candidate // at least one, at most one for each partition
	stored     bool        // the table has the key
}

// candidate is the newest record of a key in one partition.
type candidate struct {
	position
	version int64
	row     string // the texts of the columns, see separator
}

// separator is between the columns of a row: UTF-8 never has this byte.
const separator = "\xff"

func (c *check) expectRow(record *kgo.Record, row Row) {
	joined := strings.Join(row, separator)
	key := joined[:len(row[0])] // shares its bytes with the row
	next := candidate{position{record.Partition, record.Offset}, c.Version(record), joined}
	known := c.keys[key]
	if known == nil {
		c.keys[key] = &expected{candidates: []candidate{next}}
		c.report.Keys++
		return
	}
	// No older version may be stored, in any partition.
	kept, stale := known.candidates[:0], false
	for _, other := range known.candidates {
		if other.version > next.version {
			stale = true
		}
		if other.version > next.version || other.version == next.version && other.partition != next.partition {
			kept = append(kept, other)
		}
	}
	if !stale {
		kept = append(kept, next)
	}
	known.candidates = kept
}

// compareTable reads every row of the table in one statement: one snapshot.
func (c *check) compareTable(ctx context.Context) error {
	quoted := make([]string, len(c.Columns))
	for i, column := range c.Columns {
		quoted[i] = "`" + column + "`"
	}
	rows, err := c.DB.QueryContext(ctx, "SELECT "+strings.Join(quoted, ", ")+" FROM `"+c.Table+"`")
	if err != nil {
		return err
	}
	defer rows.Close()
	values := make([]sql.NullString, len(c.Columns))
	targets := make([]any, len(values))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		c.report.Rows++
		c.compareRow(values)
	}
	return rows.Err()
}

func (c *check) compareRow(found []sql.NullString) {
	key := found[0].String
	required := c.keys[key]
	switch {
	case required == nil || !found[0].Valid:
		c.report.ExtraRows++
		c.report.note(nowhere, "row %s: the log has no such key", show(found))
		return
	case required.stored:
		c.report.ExtraRows++
		c.report.note(nowhere, "row %s: the table has the key twice", show(found))
		return
	}
	required.stored = true
	for _, candidate := range required.candidates {
		if firstDifference(candidate.columns(), found) < 0 {
			return
		}
	}
	c.report.WrongRows++
	first := required.candidates[0]
	i := firstDifference(first.columns(), found)
	others := ""
	if n := len(required.candidates) - 1; n > 0 {
		others = fmt.Sprintf(" (nor is the row equal to the key's last record in %d other partitions)", n)
	}
	c.report.note(first.position, "%s: key %q: column %s: expected %q, found %s%s",
		c.location(first.position), key, c.Columns[i], first.columns()[i], show(found[i:i+1]), others)
}

func (c *check) missingRows() {
	for key, required := range c.keys {
		if required.stored {
			continue
		}
		c.report.MissingRows++
		first := required.candidates[0]
		c.report.note(first.position, "%s: key %q: the table has no such row, expected %q",
			c.location(first.position), key, first.columns())
	}
}

func (c candidate) columns() []string { return strings.Split(c.row, separator) }

// firstDifference returns the index of a column, or -1. NULL equals no text.
func firstDifference(expected []string, found []sql.NullString) int {
	for i, text := range expected {
		if !found[i].Valid || found[i].String != text {
			return i
		}
	}
	return -1
}

func show(values []sql.NullString) string {
	texts := make([]string, len(values))
	for i, v := range values {
		if texts[i] = "NULL"; v.Valid {
			texts[i] = fmt.Sprintf("%q", v.String)
		}
	}
	return strings.Join(texts, ", ")
}
