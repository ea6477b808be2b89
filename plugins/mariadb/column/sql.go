package column

import "fmt"

// Exactly returns an expression whose comparison tells apart all values that the column
// tells apart. A collation may not.
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

// Size returns the bytes of a value in a statement: the value, its length, its type and
// its bit in the map of NULLs.
func Size(v any) int {
	switch v := v.(type) {
	case string:
		return len(v) + 12
	case []byte:
		return len(v) + 12
	}
	return 11
}

// WhyNoKey says why the column cannot belong to a key.
func (c *Column) WhyNoKey() string {
	if c.Family == Floats {
		return "a float is no exact key: use an integer, a decimal or text"
	}
	return fmt.Sprintf("type %s has several spellings for one value: use an integer, a decimal, a date or text", c.ColumnType)
}
