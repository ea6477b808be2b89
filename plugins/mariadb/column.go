package mariadb

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// family is a group of column types that take the same values.
type family int

const (
	unsupported family = iota
	integers
	decimals
	floats
	bitStrings
	texts
	binaries
	enums
	sets
	dates
	datetimes // DATETIME and TIMESTAMP
	times
	years
	uuids
	opaque // text that only the server can judge: INET4, INET6
)

// column is what one configured column can hold.
type column struct {
	name       string
	dataType   string // as information_schema names it, e.g. "varchar"
	columnType string // as SHOW CREATE TABLE writes it, e.g. "varchar(64)"
	charset    string
	collation  string
	family     family

	nullable  bool
	generated bool
	key       bool

	min      int64
	max      uint64
	unsigned bool

	precision int // decimal digits in all
	scale     int // decimal digits behind the point; -1: any (DOUBLE)
	fraction  int // digits of a second's fraction

	characters int // at most; 0: no such limit
	octets     int // at most; 0: no such limit
	encoded    int // octets at most in a charset other than UTF-8; 0: no such limit
	fixed      bool
	indexBytes int  // what a key over the column takes, at most
	padSpace   bool // the collation ignores spaces at the end

	members []string // of an ENUM or SET
}

// accept returns v as the column will hold it, or why it cannot hold it
// exactly. What it lets through may still be refused by the server; nothing
// that it lets through is changed on the way into the column.
func (c *column) accept(v any) (any, *record.Refusal) {
	if v == nil {
		if !c.nullable {
			return nil, refusal.New(refusal.Null, c.name, "the column is NOT NULL")
		}
		return nil, nil
	}
	switch c.family {
	case integers, bitStrings:
		return c.acceptInteger(v)
	case decimals:
		return c.acceptDecimal(v)
	case floats:
		return c.acceptFloat(v)
	case texts:
		return c.acceptText(v)
	case binaries:
		return c.acceptBytes(v)
	case dates, datetimes:
		return c.acceptTimestamp(v)
	case times:
		return c.acceptTime(v)
	case years:
		return c.acceptYear(v)
	case enums, sets:
		return c.acceptMember(v)
	default:
		return c.acceptOpaque(v)
	}
}

func (c *column) mismatch(v any, expected string) *record.Refusal {
	return refusal.New(refusal.Type, c.name, "%s takes %s, got %s", strings.ToUpper(c.columnType), expected, typeName(v))
}

func (c *column) acceptBytes(value any) (any, *record.Refusal) {
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
		return nil, c.mismatch(v, "bytes")
	}
	if n > c.octets {
		return nil, refusal.New(refusal.TooLong, c.name, "%d bytes, %s holds %d", n, strings.ToUpper(c.columnType), c.octets)
	}
	if c.fixed && n < c.octets {
		return nil, refusal.New(refusal.Padded, c.name, "%d bytes, %s would be filled up with zero bytes", n, strings.ToUpper(c.columnType))
	}
	return value, nil
}

// acceptMember takes members by their own spelling only: MariaDB would take
// '1' for the first member of an ENUM that has no member '1'. What has letters
// that information_schema cannot show is left to the server, which compares by
// the collation: only a binary one takes no letter for another.
func (c *column) acceptMember(v any) (any, *record.Refusal) {
	text, ok := v.(string)
	if !ok {
		return nil, c.mismatch(v, "one of its members as text")
	}
	chosen := []string{text}
	if c.family == sets {
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
			return nil, refusal.New(refusal.BadValue, c.name, "not a member of the %s", strings.ToUpper(c.dataType))
		}
		if !strings.HasSuffix(c.collation, "_bin") {
			return nil, refusal.New(refusal.BadValue, c.name, "letters beyond U+FFFF, of which collation %s may take one for another: a _bin collation does not", c.collation)
		}
	}
	return text, nil
}

func (c *column) acceptOpaque(v any) (any, *record.Refusal) {
	text, ok := v.(string)
	if !ok {
		return nil, c.mismatch(v, "text")
	}
	if !utf8.ValidString(text) {
		return nil, refusal.New(refusal.BadText, c.name, "the text is not valid UTF-8")
	}
	if c.family == uuids {
		// One spelling for a value: it may be a key.
		return strings.ToLower(strings.ReplaceAll(text, "-", "")), nil
	}
	return text, nil
}
