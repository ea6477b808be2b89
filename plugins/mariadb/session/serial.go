package session

import (
	"context"
	"slices"

	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// maxLookups is how many keys one question may have. From 1,000 on MariaDB makes a
// temporary table of them (in_predicate_conversion_threshold).
const maxLookups = 512

// Numbered returns rows. The rows that the table has carry their number. They are before the
// rows that it does not have, unless the rows have an order. Numbered locks the rows that it finds, so that a number
// stays with its key until the transaction ends. A row that it misses is written without a
// number, which is as exact.
func (s *Session) Numbered(ctx context.Context, t *table.Table, batch []rows.Row) ([]rows.Row, *fault.Fault) {
	all := slices.Clone(batch)
	indexes := make(map[string]int, len(all)) // of keys
	for i := range all {
		if !all[i].Deletes {
			indexes[t.KeyText(all[i].Values)] = i
		}
	}
	records := slices.DeleteFunc(slices.Clone(all), rows.IsDelete)
	for chunk := range slices.Chunk(records, min(maxLookups, max(1, table.MaxPlaceholders/len(t.Key)))) {
		numbers, f := s.lookUp(ctx, t, chunk)
		if f != nil {
			return nil, f
		}
		for key, number := range numbers {
			if i, known := indexes[key]; known {
				all[i].Number = number
				all[i].Size += column.Size(number)
			}
		}
	}
	if t.InOrder {
		return all, nil
	}
	stored := slices.DeleteFunc(slices.Clone(all), func(r rows.Row) bool { return !rows.IsNumbered(r) })
	return append(stored, slices.DeleteFunc(all, rows.IsNumbered)...), nil
}

// Sparing returns a row that takes no value of the AUTO_INCREMENT column although its
// transaction is rolled back, which gives no value back. A row that the table has
// carries its number. A new row carries 0, which is a number like any other here (see
// [sqlModes]) and leaves the next value as it is. If a row has the number 0, MariaDB
// numbers the new row.
func (s *Session) Sparing(ctx context.Context, t *table.Table, r rows.Row) (rows.Row, *fault.Fault) {
	r.Number = nil
	if !t.Spares || r.Deletes {
		return r, nil
	}
	one, f := s.Numbered(ctx, t, []rows.Row{r})
	if f != nil {
		return r, f
	}
	if r = one[0]; r.Number != nil {
		return r, nil
	}
	var taken bool
	if err := s.QueryRowContext(ctx, t.ZeroText()).Scan(&taken); err != nil {
		return r, fault.Judge(err)
	}
	if !taken {
		r.Number = int64(0)
	}
	return r, nil
}

// lookUp returns the numbers of the rows that the table has, by their keys.
func (s *Session) lookUp(ctx context.Context, t *table.Table, batch []rows.Row) (map[string]any, *fault.Fault) {
	args := make([]any, 0, len(batch)*len(t.Key))
	for i := range batch {
		for _, k := range t.Key {
			args = append(args, batch[i].Values[k])
		}
	}
	answer, err := s.QueryContext(ctx, t.LookUpText(len(batch)), args...)
	if err != nil {
		return nil, unlessRowsAreBlamed(fault.Judge(err))
	}
	defer answer.Close()
	fields := make([][]byte, len(t.Key)+1)
	into := make([]any, len(fields))
	for i := range fields {
		into[i] = &fields[i]
	}
	numbers := make(map[string]any)
	for answer.Next() {
		if err := answer.Scan(into...); err != nil {
			return nil, fault.Judge(err)
		}
		if key, number, known := t.LookedUp(fields); known {
			numbers[key] = number
		}
	}
	if err := answer.Err(); err != nil {
		return numbers, unlessRowsAreBlamed(fault.Judge(err))
	}
	return numbers, nil
}

// unlessRowsAreBlamed leaves it to the statement that writes a row to refuse the row.
func unlessRowsAreBlamed(f *fault.Fault) *fault.Fault {
	if f.BlamesRows() {
		return nil
	}
	return f
}
