package mariadb

import (
	"math"
	"strings"
)

// classify derives what the column holds from what information_schema says.
func (c *column) classify(characters, octets int) {
	c.unsigned = strings.Contains(c.columnType, "unsigned")
	c.padSpace = c.charset != "" && !strings.Contains(c.collation, "nopad") && c.collation != "binary"
	switch c.dataType {
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
		c.family, c.max = bitStrings, math.MaxUint64>>(64-max(c.precision, 1))
	case "decimal":
		c.family = decimals
	case "float", "double":
		c.family = floats
	case "char", "varchar":
		c.family, c.characters, c.fixed = texts, characters, c.dataType == "char"
	case "tinytext", "text", "mediumtext", "longtext", "json":
		c.family = texts
		// These count bytes, of the column's own character set: what a text
		// of UTF-8 takes in another one, only the server knows for sure.
		if strings.HasPrefix(c.charset, "utf8") {
			c.octets = octets
		} else {
			c.encoded = octets
		}
	case "binary":
		c.family, c.octets, c.fixed = binaries, octets, true
	case "varbinary", "tinyblob", "blob", "mediumblob", "longblob":
		c.family, c.octets = binaries, octets
	case "date":
		c.family = dates
	case "datetime", "timestamp":
		c.family = datetimes
	case "time":
		c.family = times
	case "year":
		c.family = years
	case "enum":
		c.family, c.members = enums, parseMembers(c.columnType)
	case "set":
		c.family, c.members = sets, parseMembers(c.columnType)
	case "uuid":
		c.family = uuids
	case "inet4", "inet6":
		c.family = opaque
	}
}

func (c *column) integer(size int) {
	c.family = integers
	if c.unsigned {
		c.max = math.MaxUint64 >> (64 - size)
		return
	}
	c.min, c.max = -1<<(size-1), 1<<(size-1)-1
}

// unescape undoes what the server writes into a type's text.
var unescape = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\r`, "\r", `\0`, "\x00", `\Z`, "\x1a")

// parseMembers reads enum('a','it”s').
func parseMembers(columnType string) []string {
	_, list, _ := strings.Cut(columnType, "(")
	list = strings.TrimSuffix(list, ")")
	var members []string
	for strings.HasPrefix(list, "'") {
		var member strings.Builder
		list = list[1:]
		for {
			end := strings.IndexByte(list, '\'')
			if end < 0 {
				return members
			}
			member.WriteString(list[:end])
			list = list[end+1:]
			if !strings.HasPrefix(list, "'") {
				break
			}
			member.WriteByte('\'')
			list = list[1:]
		}
		members = append(members, unescape.Replace(member.String()))
		list = strings.TrimPrefix(list, ",")
	}
	return members
}

// identifies says whether equal values of the column are equal to this output
// too, so that the column may belong to a key.
func (c *column) identifies() bool {
	switch c.family {
	case integers, bitStrings, decimals, binaries, dates, datetimes, years, uuids:
		return true
	case texts, enums:
		return c.collation == "binary" || strings.HasSuffix(c.collation, "_bin")
	}
	return false
}

// orders says whether the column's values can be compared as versions.
func (c *column) orders() bool {
	switch c.family {
	case integers, decimals, dates, datetimes:
		return true
	}
	return false
}
