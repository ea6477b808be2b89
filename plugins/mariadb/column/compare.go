package column

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
)

// Compare compares two values that the column has accepted. nil is less than any other.
func (c *Column) Compare(a, b any) int {
	switch a := a.(type) {
	case int64:
		switch b := b.(type) {
		case int64:
			return cmp.Compare(a, b)
		case uint64: // only what no int64 holds is a uint64
			return -1
		}
	case uint64:
		switch b := b.(type) {
		case uint64:
			return cmp.Compare(a, b)
		case int64:
			return 1
		}
	case string:
		switch b := b.(type) {
		case string:
			if c.Family == Decimals {
				return compareDecimals(a, b)
			}
			return strings.Compare(a, b)
		case []byte:
			return strings.Compare(a, string(b))
		}
	case []byte:
		switch b := b.(type) {
		case string:
			return strings.Compare(string(a), b)
		case []byte:
			return bytes.Compare(a, b)
		}
	}
	return cmp.Compare(present(a), present(b))
}

func present(v any) int {
	if v == nil {
		return 0
	}
	return 1
}

// Exactly returns an expression whose comparison distinguishes all values that the column
// distinguishes. A collation may not.
func (c *Column) Exactly(expression string) string {
	switch c.Family {
	case Texts, Enums, Sets:
		return "BINARY " + expression
	}
	return expression
}

// Placeholder returns the placeholder of a value that a statement compares with the
// column. A decimal is sent as text, and the server compares text with a decimal as floats.
func (c *Column) Placeholder() string {
	if c.Family == Decimals {
		return fmt.Sprintf("CAST(? AS DECIMAL(%d,%d))", c.Precision, c.Scale)
	}
	return "?"
}
