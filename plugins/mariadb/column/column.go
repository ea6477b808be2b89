// Package column knows what a column of a table can hold: whether it takes a value
// exactly, how it compares values, and how a statement writes them.
package column

import (
	"slices"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// Family is a group of column types that take the same values.
type Family int

// The families.
const (
	Unsupported Family = iota
	Integers
	Decimals
	Floats
	BitStrings
	Texts
	Binaries
	Enums
	Sets
	Dates
	Datetimes // DATETIME and TIMESTAMP
	Times
	Years
	UUIDs
	Geometries
	Opaque // text that only the server can judge: INET4, INET6
)

// Column describes what one configured column can hold.
type Column struct {
	Name       string
	DataType   string // as information_schema names it, e.g. "varchar"
	ColumnType string // as SHOW CREATE TABLE writes it, e.g. "varchar(64)"
	Charset    string
	Collation  string
	Family     Family

	Nullable  bool
	Generated bool
	Key       bool
	Loose     bool // of the key: texts that the collation takes as equal are one row
	Version   bool

	min      int64
	Max      uint64
	unsigned bool

	Precision int // decimal digits in all
	Scale     int // decimal digits behind the point; -1: any (DOUBLE)
	Fraction  int // digits of a second's fraction

	characters int // at most; 0: no such limit
	octets     int // at most; 0: no such limit
	encoded    int // octets at most in a charset other than UTF-8; 0: no such limit
	fixed      bool
	IndexBytes int  // what a key over the column takes, at most
	padSpace   bool // the collation ignores spaces at the end

	members []string // of an ENUM or SET

	Zone *Zone // whose clock the column has; nil for UTC
}

// Accept returns v as the column will hold it, or why the column cannot hold it exactly.
// The server may still refuse a value that Accept returns, but the server stores no such
// value in another form.
func (c *Column) Accept(v any) (any, *record.Refusal) {
	if v == nil {
		if !c.Nullable {
			return nil, refusal.New(refusal.Null, c.Name, "the column is NOT NULL")
		}
		return nil, nil
	}
	switch c.Family {
	case Integers, BitStrings:
		return c.acceptInteger(v)
	case Decimals:
		return c.acceptDecimal(v)
	case Floats:
		return c.acceptFloat(v)
	case Texts:
		return c.acceptText(v)
	case Binaries:
		return c.acceptBytes(v)
	case Dates, Datetimes:
		return c.acceptTimestamp(v)
	case Times:
		return c.acceptTime(v)
	case Years:
		return c.acceptYear(v)
	case Enums, Sets:
		return c.acceptMember(v)
	case Geometries:
		return c.acceptGeometry(v)
	default:
		return c.acceptOpaque(v)
	}
}

func (c *Column) wrongType(v any, expected string) *record.Refusal {
	remedy := ""
	switch v.(type) {
	case map[string]any, []any:
		remedy = ": only a JSON or text column takes a nested value"
	}
	return refusal.New(refusal.Type, c.Name, "%s takes %s, got %s%s", strings.ToUpper(c.ColumnType), expected, TypeName(v), remedy)
}

func (c *Column) acceptBytes(value any) (any, *record.Refusal) {
	var n int
	switch v := value.(type) {
	case []byte:
		if v == nil {
			value = []byte{} // to the driver, no bytes at all are NULL
		}
		n = len(v)
	case string:
		n = len(v)
	default:
		return nil, c.wrongType(v, "bytes")
	}
	if n > c.octets {
		if uuid, isUUID := parseUUID(textOf(value)); isUUID && c.fixed && c.octets == uuidBytes {
			return uuid, nil
		}
		return nil, refusal.New(refusal.TooLong, c.Name, "%d bytes, %s holds %d", n, strings.ToUpper(c.ColumnType), c.octets)
	}
	if c.fixed && n < c.octets {
		return nil, refusal.New(refusal.Padded, c.Name, "%d bytes, %s would be filled up with zero bytes", n, strings.ToUpper(c.ColumnType))
	}
	return value, nil
}

// textOf returns bytes or a text as text.
func textOf(v any) string {
	if b, isBytes := v.([]byte); isBytes {
		return string(b)
	}
	text, _ := v.(string)
	return text
}

// acceptMember takes members by their own spelling only: MariaDB would take '1' for the
// first member of an ENUM that has no member '1'. The server judges a text with characters
// that information_schema cannot show. It compares by the collation, and only a binary
// collation takes no character for another.
func (c *Column) acceptMember(v any) (any, *record.Refusal) {
	text, ok := v.(string)
	if !ok {
		return nil, c.wrongType(v, "one of its members as text")
	}
	chosen := []string{text}
	if c.Family == Sets {
		if text == "" {
			return text, nil
		}
		chosen = strings.Split(text, ",")
	}
	for _, member := range chosen {
		if slices.Contains(c.members, member) {
			continue
		}
		if !slices.Contains(c.members, shown(member)) {
			return nil, refusal.New(refusal.BadValue, c.Name, "not a member of the %s: add the member to the column, or correct the value", strings.ToUpper(c.DataType))
		}
		if !strings.HasSuffix(c.Collation, "_bin") {
			return nil, refusal.New(refusal.BadValue, c.Name, "letters beyond U+FFFF, of which collation %s may take one for another: a _bin collation does not", c.Collation)
		}
	}
	return text, nil
}

// FromMetadata gives bytes, as Kafka's key comes, the type that the column takes. The
// redpanda input sets a record's headers, which are text, over its own metadata: a
// version must not come from there. A header may be absent, and is NULL then: not in a
// key or a version, and not under a name that only an input sets.
func (c *Column) FromMetadata(v any) (any, *record.Refusal) {
	switch raw := v.(type) {
	case nil:
		if c.Name == record.Timestamp {
			return nil, refusal.New(refusal.Missing, c.Name, "the record has no timestamp that order-sink can read (none, or not in milliseconds or microseconds)")
		}
		if c.Nullable && !c.Key && !c.Version && !strings.HasPrefix(c.Name, record.InputPrefix) {
			return nil, nil
		}
		return nil, refusal.New(refusal.Missing, c.Name, "the message has no such metadata")
	case string:
		if record.IsNumber(c.Name) {
			return nil, refusal.New(refusal.Type, c.Name, "a header of this name hides the record's own")
		}
	case []byte:
		if raw == nil { // no key
			return nil, nil
		}
		if c.Family != Binaries && (c.Family != UUIDs || len(raw) != uuidBytes) {
			return string(raw), nil
		}
	}
	return v, nil
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
