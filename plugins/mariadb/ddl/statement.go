package ddl

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// CreateText returns the statement that creates the table of a target with these columns.
func CreateText(m Mapping, t *table.Target, all []Column) string {
	var parts []string
	for _, c := range all {
		parts = append(parts, c.definition())
	}
	var key []string
	for _, name := range t.Key {
		key = append(key, table.Quote(m.columnName(name)))
	}
	parts = append(parts, "PRIMARY KEY ("+strings.Join(key, ", ")+")")
	text := "CREATE TABLE IF NOT EXISTS " + t.Name() + " (" + strings.Join(parts, ", ") + ")"
	if m == Native {
		text += " ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4"
	}
	return text
}

// lockWait is for how many seconds a statement waits for the transactions on a table to
// end. Meanwhile each new statement on the table waits behind it.
const lockWait = 2

// AddText returns the statement that adds columns to the table of a target. It changes the
// description of the table only: when MariaDB would have to copy the rows, it fails.
func AddText(t *table.Target, missing []Column) string {
	text := fmt.Sprintf("ALTER TABLE %s WAIT %d", t.Name(), lockWait)
	for _, c := range missing {
		text += " ADD COLUMN IF NOT EXISTS " + c.definition() + ","
	}
	return text + " ALGORITHM=INSTANT"
}

// IsAddable says whether the rows of a table have a value for the column when it is added.
func (c *Column) IsAddable() bool { return !c.Key && (c.Null || c.Default != "") }

func (c *Column) definition() string {
	text := table.Quote(c.Name) + " " + c.Type
	switch {
	case !c.Null:
		text += " NOT NULL"
	case !c.Key:
		text += " NULL" // a TIMESTAMP is NOT NULL by default
	}
	if c.Default != "" {
		text += " DEFAULT " + c.Default
	}
	return text
}

// defaultOf returns the default of a schema as a literal for a column type, "" if there is
// none, or none that the column has exactly.
func defaultOf(s *schema.Schema, kind string) string {
	switch v := s.Default.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return map[bool]string{false: "0", true: "1"}[v]
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return ""
		}
		return strconv.FormatFloat(v, 'g', -1, 64)
	case json.Number: // Bits that no int64 holds
		return v.String()
	case string:
		if !utf8.ValidString(v) {
			return ""
		}
		return quoteText(v)
	case []byte:
		return "X'" + hex.EncodeToString(v) + "'"
	case time.Time:
		return timeOf(v.UTC(), kind)
	case map[string]any, []any:
		var text strings.Builder
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(v); err != nil {
			return ""
		}
		return quoteText(strings.TrimSuffix(text.String(), "\n"))
	}
	return ""
}

func timeOf(t time.Time, kind string) string {
	if kind == "DATE" {
		return quoteText(t.Format(time.DateOnly))
	}
	_, size, _ := strings.Cut(kind, "(")
	digits, _ := strconv.Atoi(strings.TrimSuffix(size, ")"))
	unit := int(time.Second)
	for range digits {
		unit /= 10
	}
	if t.Nanosecond()%unit != 0 {
		return ""
	}
	return quoteText(t.Format("2006-01-02 15:04:05.000000"[:len(time.DateTime)+min(digits, 1)+digits]))
}

var escapes = strings.NewReplacer(`\`, `\\`, `'`, `''`, "\x00", `\0`, "\n", `\n`, "\r", `\r`, "\x1a", `\Z`)

// quoteText makes any text a literal.
func quoteText(text string) string { return "'" + escapes.Replace(text) + "'" }
