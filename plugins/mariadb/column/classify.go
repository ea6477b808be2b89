package column

import (
	"fmt"
	"math"
	"regexp"
	"strings"
)

// Classify sets what the column holds, by what information_schema says.
func (c *Column) Classify(characters, octets int) {
	c.unsigned = strings.Contains(c.ColumnType, "unsigned")
	c.padSpace = c.Charset != "" && !strings.Contains(c.Collation, "nopad") && c.Collation != "binary"
	switch c.DataType {
	case "tinyint":
		c.integer(8)
	case "smallint":
		c.integer(16)
	case "mediumint":
		c.integer(24)
	case "int":
		c.integer(32)
	case "bigint":
		c.integer(64)
	case "bit":
		// Whatever the type's text says, BIT(n) has no sign.
		c.Family, c.Max = BitStrings, math.MaxUint64>>(64-max(c.Precision, 1))
	case "decimal":
		c.Family = Decimals
	case "float", "double":
		c.Family = Floats
	case "char", "varchar":
		c.Family, c.characters, c.fixed = Texts, characters, c.DataType == "char"
	case "tinytext", "text", "mediumtext", "longtext", "json":
		c.Family = Texts
		// These count bytes, of the column's own character set: what a text
		// of UTF-8 takes in another one, only the server knows for sure.
		if strings.HasPrefix(c.Charset, "utf8") {
			c.octets = octets
		} else {
			c.encoded = octets
		}
	case "binary":
		c.Family, c.octets, c.fixed = Binaries, octets, true
	case "varbinary", "tinyblob", "blob", "mediumblob", "longblob":
		c.Family, c.octets = Binaries, octets
	case "date":
		c.Family = Dates
	case "datetime", "timestamp":
		c.Family = Datetimes
	case "time":
		c.Family = Times
	case "year":
		c.Family = Years
	case "enum":
		c.Family, c.members = Enums, parseMembers(c.ColumnType)
	case "set":
		c.Family, c.members = Sets, parseMembers(c.ColumnType)
	case "uuid":
		c.Family = UUIDs
	case "inet4", "inet6":
		c.Family = Opaque
	}
}

func (c *Column) integer(size int) {
	c.Family = Integers
	if c.unsigned {
		c.Max = math.MaxUint64 >> (64 - size)
		return
	}
	c.min, c.Max = -1<<(size-1), 1<<(size-1)-1
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
	switch c.Family {
	case Integers, Decimals, Dates, Datetimes:
		return true
	}
	return false
}

// WhyNoKey says why the column cannot belong to a key.
func (c *Column) WhyNoKey() string {
	if c.Family == Floats {
		return "a float is no exact key: use an integer, a decimal or text"
	}
	return fmt.Sprintf("type %s has several spellings for one value: use an integer, a decimal, a date or text", c.ColumnType)
}
