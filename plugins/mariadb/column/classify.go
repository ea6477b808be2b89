package column

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
)

var families = map[string]Family{ // by DATA_TYPE
	"tinyint": Integers, "smallint": Integers, "mediumint": Integers, "int": Integers, "bigint": Integers, "bit": BitStrings,
	"decimal": Decimals, "float": Floats, "double": Floats,
	"char": Texts, "varchar": Texts, "tinytext": Texts, "text": Texts, "mediumtext": Texts, "longtext": Texts, "json": Texts,
	"binary": Binaries, "varbinary": Binaries, "tinyblob": Binaries, "blob": Binaries, "mediumblob": Binaries, "longblob": Binaries,
	"date": Dates, "datetime": Datetimes, "timestamp": Datetimes, "time": Times, "year": Years,
	"enum": Enums, "set": Sets, "uuid": UUIDs,
	"geometry": Geometries, "point": Geometries, "linestring": Geometries, "polygon": Geometries,
	"multipoint": Geometries, "multilinestring": Geometries, "multipolygon": Geometries, "geometrycollection": Geometries,
	"inet4": Opaque, "inet6": Opaque,
}

// Writes says whether a column of this DATA_TYPE can be written.
func Writes(dataType string) bool { return families[dataType] != Unsupported }

// Classify sets what the column holds, by what information_schema says.
func (c *Column) Classify(characters, octets int) {
	c.unsigned = strings.Contains(c.ColumnType, "unsigned")
	c.padSpace = c.Charset != "" && !strings.Contains(c.Collation, "nopad") && c.Collation != "binary"
	c.Family = families[c.DataType]
	switch c.Family {
	case Integers:
		size := map[string]int{"tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32, "bigint": 64}[c.DataType]
		if c.unsigned {
			c.Max = math.MaxUint64 >> (64 - size)
		} else {
			c.min, c.Max = -1<<(size-1), 1<<(size-1)-1
		}
	case BitStrings:
		// Whatever the type's text says, BIT(n) has no sign.
		c.Max = math.MaxUint64 >> (64 - max(c.Precision, 1))
	case Texts:
		c.fixed = c.DataType == "char"
		switch {
		case c.fixed || c.DataType == "varchar":
			c.characters = characters
		// The others count bytes, of the column's own character set: what a text of UTF-8
		// takes in another one, only the server knows for sure.
		case strings.HasPrefix(c.Charset, "utf8"):
			c.octets = octets
		default:
			c.encoded = octets
		}
	case Binaries:
		c.octets, c.fixed = octets, c.DataType == "binary"
	case Enums, Sets:
		c.members = parseMembers(c.ColumnType)
	}
}

// unescape undoes the escapes that the server writes into the text of a type.
var unescape = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r", `\0`, "\x00", `\Z`, "\x1a")

var memberForm = regexp.MustCompile(`'((?:[^']|'')*)'`)

// parseMembers reads enum('a','it”s').
func parseMembers(columnType string) []string {
	var members []string
	for _, match := range memberForm.FindAllStringSubmatch(columnType, -1) {
		members = append(members, unescape.Replace(strings.ReplaceAll(match[1], "''", "'")))
	}
	return members
}

// Identifies says whether the column takes only equal values as equal, so that it may
// belong to a key.
func (c *Column) Identifies() bool {
	switch c.Family {
	case Integers, BitStrings, Decimals, Binaries, Dates, Datetimes, Years, UUIDs:
		return true
	case Texts, Enums:
		return c.Collation == "binary" || strings.HasSuffix(c.Collation, "_bin")
	}
	return false
}

// Orders says whether the column's values can be compared as versions.
func (c *Column) Orders() bool {
	return slices.Contains([]Family{Integers, Decimals, Dates, Datetimes}, c.Family)
}

// WhyNoKey says why the column cannot belong to a key.
func (c *Column) WhyNoKey() string {
	if c.Family == Floats {
		return "a float is no exact key: use an integer, a decimal or text"
	}
	return fmt.Sprintf("type %s has several spellings for one value: use an integer, a decimal, a date or text", c.ColumnType)
}
