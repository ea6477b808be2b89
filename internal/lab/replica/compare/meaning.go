package compare

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// meaning is what the values of a column are. The type in the source tells it. The target
// may have another type with the same values, such as DECIMAL(20,0) for BIGINT UNSIGNED.
type meaning int

const (
	number meaning = iota
	float
	text
	binary
	date
	clock
	moment
	uuid
	address
	geometry
)

var meanings = map[string]meaning{
	"tinyint": number, "smallint": number, "mediumint": number, "int": number, "bigint": number, "decimal": number, "bit": number, "year": number,
	"float": float, "double": float,
	"char": text, "varchar": text, "tinytext": text, "text": text, "mediumtext": text, "longtext": text, "enum": text, "set": text,
	"binary": binary, "varbinary": binary, "tinyblob": binary, "blob": binary, "mediumblob": binary, "longblob": binary,
	"date": date, "time": clock, "datetime": moment, "timestamp": moment,
	"uuid": uuid, "inet4": address, "inet6": address,
	"geometry": geometry, "point": geometry, "linestring": geometry, "polygon": geometry, "multipoint": geometry,
	"multilinestring": geometry, "multipolygon": geometry, "geometrycollection": geometry,
}

// exact returns the expression that has the exact value of a column as text: the same text
// for the same value, whatever the type of the column is. dataType is the DATA_TYPE of
// information_schema.COLUMNS. The session must be in UTC.
func exact(m meaning, dataType, column string) string {
	of := meanings[dataType]
	switch m {
	case number:
		if of == binary {
			return "CONV(HEX(" + column + "), 16, 10)"
		}
		if dataType == "bit" {
			return "CAST(" + column + " + 0 AS CHAR)"
		}
	case float:
		return "CAST(CAST(" + column + " AS DOUBLE) AS CHAR)"
	case text:
		return "HEX(CONVERT(" + column + " USING utf8mb4))"
	case binary:
		return "HEX(" + column + ")"
	case date: // as it is
	case clock:
		return "CAST(CAST(" + column + " AS TIME(6)) AS CHAR)"
	case moment:
		return "CAST(CAST(" + column + " AS DATETIME(6)) AS CHAR)"
	case uuid:
		if of == binary {
			return "LOWER(HEX(" + column + "))"
		}
		return "LOWER(REPLACE(CAST(" + column + " AS CHAR), '-', ''))"
	case address:
		if of == binary {
			return "INET6_NTOA(" + column + ")"
		}
	case geometry:
		if of == geometry {
			return "CONCAT(HEX(ST_AsWKB(" + column + ")), ' ', ST_SRID(" + column + "))"
		}
		return "HEX(" + column + ")"
	}
	return "CAST(" + column + " AS CHAR)"
}

// same returns one form of the texts of a number: 007, 7.00 and 7 are 7.
func (m meaning) same(value string) string {
	switch m {
	case number:
		if n, ok := new(big.Rat).SetString(value); ok {
			return n.RatString()
		}
	case float:
		if f, err := strconv.ParseFloat(value, 64); err == nil {
			return strconv.FormatFloat(f, 'x', -1, 64)
		}
	}
	return value
}

// plain returns a value for a person.
func (m meaning) plain(value *string) string {
	if value == nil {
		return "NULL"
	}
	switch m {
	case text:
		if plain, err := hex.DecodeString(*value); err == nil {
			return strconv.Quote(string(plain))
		}
	case binary:
		return "X'" + *value + "'"
	}
	return *value
}

// short is plain with the first 80 characters.
func (m meaning) short(value *string) string {
	text := m.plain(value)
	if runes := []rune(text); len(runes) > 80 {
		return fmt.Sprintf("%s… (%d characters)", string(runes[:80]), len(runes))
	}
	return text
}

func identifier(name string) string { return "`" + strings.ReplaceAll(name, "`", "``") + "`" }
