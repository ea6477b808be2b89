package ddl

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
)

// The limits of MariaDB.
const (
	maxBits      = 64
	maxVarBytes  = 65532 // of a VARCHAR or VARBINARY
	maxPrecision = 65
	maxScale     = 38
	maxMembers   = 64 // of a SET
)

// A text of a key compares byte by byte, and spaces at its end count: two texts are the
// same key only when they are equal.
const (
	anyText   = " CHARACTER SET utf8mb4"
	exactText = anyText + " COLLATE utf8mb4_nopad_bin"
)

const (
	nameBits          = "io.debezium.data.Bits"
	nameVariableScale = "io.debezium.data.VariableScaleDecimal"
	geometries        = "io.debezium.data.geometry."
)

func (f field) isGeometry() bool { return strings.HasPrefix(f.Name, geometries) }

// native returns a type that holds each value of the schema exactly.
func native(f field) string {
	switch f.Name {
	case "io.debezium.time.Year":
		return "YEAR"
	case "io.debezium.time.ZonedTime":
		return f.orKeyText("TIME(6)")
	case "io.debezium.data.Uuid":
		return "UUID"
	case "io.debezium.data.Json":
		return f.orKeyText("JSON")
	case nameBits:
		return f.bits()
	case "io.debezium.data.Enum":
		return f.members("ENUM")
	case "io.debezium.data.EnumSet":
		return f.members("SET")
	case nameVariableScale:
		return "DECIMAL(65,30)"
	}
	if f.isGeometry() && column.Writes("geometry") {
		return "GEOMETRY"
	}
	digits := 6
	if f.Unit == time.Millisecond {
		digits = 3
	}
	switch f.Logical {
	case schema.Decimal:
		return f.decimal()
	case schema.Date:
		return "DATE"
	case schema.Time:
		return f.orKeyText(fmt.Sprintf("TIME(%d)", digits))
	case schema.Timestamp, schema.ZonedTime:
		return fmt.Sprintf("DATETIME(%d)", digits)
	}
	return f.plain()
}

// plain returns the type of a field without a logical type. The type of the source column,
// which Debezium propagates on request, tells more than that of the field.
func (f field) plain() string {
	source := f.source()
	switch f.Type {
	case schema.Int8, schema.Int16, schema.Int32, schema.Int64:
		return cmp.Or(sourceInteger(source), [...]string{"TINYINT", "SMALLINT", "INT", "BIGINT"}[f.Type])
	case schema.Float32, schema.Float64:
		if f.key { // a float is no exact key, its shortest decimal is
			return "DECIMAL(65,30)"
		}
		return map[schema.Type]string{schema.Float32: "FLOAT", schema.Float64: "DOUBLE"}[f.Type]
	case schema.Boolean:
		return "BOOLEAN"
	case schema.String:
		return f.text(source)
	case schema.Bytes:
		if n := f.number(parameterLength); n > 0 && n <= maxVarBytes && strings.HasSuffix(source, "BINARY") {
			return fmt.Sprintf("VARBINARY(%d)", f.limit(n))
		}
		if f.key {
			return fmt.Sprintf("VARBINARY(%d)", f.limit(keyText))
		}
		return "LONGBLOB"
	}
	return f.orKeyText("JSON")
}

func (f field) text(source string) string {
	n := f.number(parameterLength)
	switch {
	case slices.Contains([]string{"DECIMAL", "NUMERIC"}, source) && n > 0 && n <= maxPrecision:
		return fmt.Sprintf("DECIMAL(%d,%d)", n, f.number(parameterSourceScale))
	case source == "UUID":
		return "UUID"
	case source == "JSON":
		return f.orKeyText("JSON")
	case f.key:
		if !slices.Contains([]string{"CHAR", "VARCHAR"}, source) || n == 0 {
			n = keyText
		}
		return fmt.Sprintf("VARCHAR(%d)%s", f.limit(n), exactText)
	case slices.Contains([]string{"CHAR", "VARCHAR"}, source) && n > 0 && n <= maxVarBytes/4:
		return fmt.Sprintf("VARCHAR(%d)%s", n, anyText) // a CHAR loses spaces at the end
	case slices.Contains([]string{"TINYTEXT", "TEXT", "MEDIUMTEXT"}, source):
		return source + anyText
	}
	return "LONGTEXT" + anyText
}

// orKeyText returns a type, or for a column of the key the type of the value's text: the
// type has several spellings for one value.
func (f field) orKeyText(kind string) string {
	if f.key {
		return fmt.Sprintf("VARCHAR(%d)%s", f.limit(keyText), exactText)
	}
	return kind
}

// limit returns a length that fits in the key.
func (f field) limit(n int) int {
	if f.key {
		return min(n, f.room)
	}
	return n
}

func (f field) decimal() string {
	if source := f.source(); strings.HasPrefix(source, "BIGINT") {
		return sourceInteger(source)
	}
	if !f.HasScale {
		return "DECIMAL(65,30)"
	}
	precision, scale := f.Precision, int(f.Scale)
	if precision == 0 {
		precision = maxPrecision
	}
	if scale < 0 { // zeros before the point
		precision, scale = min(precision-scale, maxPrecision), 0
	}
	if scale > maxScale || precision > maxPrecision || scale > precision { // only text is exact
		return field{Schema: &schema.Schema{Type: schema.String}, key: f.key, room: f.room}.text("")
	}
	return fmt.Sprintf("DECIMAL(%d,%d)", precision, scale)
}

func (f field) bits() string {
	if n := f.number("length"); n > 0 && n <= maxBits {
		return fmt.Sprintf("BIT(%d)", n)
	}
	return field{Schema: &schema.Schema{Type: schema.Bytes}, key: f.key, room: f.room}.plain()
}

// members returns ENUM or SET with the members that the parameter `allowed` lists. A list
// that MariaDB would change, or would not take, becomes text.
func (f field) members(kind string) string {
	all := allowed(f.Parameters["allowed"])
	isBad := func(member string) bool {
		return strings.HasSuffix(member, " ") || !utf8.ValidString(member) || kind == "SET" && strings.Contains(member, ",")
	}
	isTwice := len(slices.Compact(slices.Sorted(slices.Values(all)))) < len(all)
	if len(all) == 0 || isTwice || slices.ContainsFunc(all, isBad) || kind == "SET" && (len(all) > maxMembers || f.key) {
		return f.text("")
	}
	for i, member := range all {
		all[i] = quoteText(member)
	}
	return kind + "(" + strings.Join(all, ",") + ")" + exactText
}

// allowed reads Debezium's list of members: commas separate them, and a comma within a
// member has a backslash before it.
func allowed(list string) []string {
	if list == "" {
		return nil
	}
	const escaped = "\x00"
	all := strings.Split(strings.ReplaceAll(list, `\,`, escaped), ",")
	for i := range all {
		all[i] = strings.ReplaceAll(all[i], escaped, ",")
	}
	return all
}

// The parameters by which Debezium propagates the type of a source column
// (column.propagate.source.type).
const (
	parameterType        = "__debezium.source.column.type"
	parameterLength      = "__debezium.source.column.length"
	parameterSourceScale = "__debezium.source.column.scale"
)

// source returns the type of the source column in upper case, "" if it is not known.
func (f field) source() string { return strings.ToUpper(f.Parameters[parameterType]) }

// number returns a parameter that is a number, 0 if there is none.
func (f field) number(parameter string) int {
	n, _ := strconv.Atoi(f.Parameters[parameter])
	return max(n, 0)
}

// sourceInteger returns a source type if it is one of MariaDB's integers, else "".
func sourceInteger(source string) string {
	name, rest, _ := strings.Cut(source, " ")
	if !slices.Contains([]string{"TINYINT", "SMALLINT", "MEDIUMINT", "INT", "INTEGER", "BIGINT"}, name) {
		return ""
	}
	if strings.HasPrefix(rest, "UNSIGNED") {
		return name + " UNSIGNED"
	}
	return name
}
