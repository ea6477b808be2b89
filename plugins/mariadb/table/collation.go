package table

import "github.com/order-sink/order-sink/plugins/mariadb/column"

// Spellings finds keys of a table that differ and may be one row.
type Spellings map[string]string // the text of a key by the folded text

// Add adds a key, and says whether the table may take it and another one of the added keys, or
// any other key, for one row.
func (s Spellings) Add(t *Table, values []any) (mayMerge bool) {
	known := true
	folded := t.keyText(values, func(c *column.Column, text string) string {
		if !c.Loose {
			return text
		}
		text, isKnown := c.Fold(text)
		known = known && isKnown
		return text
	})
	if !known {
		return true
	}
	key := t.KeyText(values)
	other, found := s[folded]
	s[folded] = key
	return found && other != key
}

// KeepingOrder returns the table for rows that must be written in their order.
func (t *Table) KeepingOrder() *Table {
	ordered := *t
	ordered.InOrder = true
	return &ordered
}
