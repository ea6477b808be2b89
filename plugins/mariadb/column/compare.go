package column

import (
	"cmp"
	"encoding/binary"
	"math"
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
			return strings.Compare(string(a), string(b))
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

// Beginning returns a number for a value that the column has accepted. Of two values,
// the one with the lower number is less to [Column.Compare]. Equal numbers say nothing.
func (c *Column) Beginning(v any) uint64 {
	if c.Family == Decimals { // as text
		return 0
	}
	var head [8]byte
	switch v := v.(type) {
	case int64:
		return uint64(v) ^ 1<<63
	case uint64: // only what no int64 holds is a uint64
		return math.MaxUint64
	case string:
		copy(head[:], v)
	case []byte:
		copy(head[:], v)
	}
	return binary.BigEndian.Uint64(head[:])
}
