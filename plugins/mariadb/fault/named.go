package fault

import (
	"regexp"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// How the server's messages name what a row hit. The output reads them for a name only,
// never for a decision. Each form has the whole text of the server before the name, so
// that a value which the message quotes, or a trigger's own text, does not pass for a name.
var names = []*regexp.Regexp{
	regexp.MustCompile(`^(?:Data too long|Data truncated|Out of range value) for column '([^']+)' at row \d+$`),
	regexp.MustCompile("(?s)^Incorrect [^:']+ value: '.*' for column `[^`]*`\\.`[^`]*`\\.`([^`]+)` at row \\d+$"),
	regexp.MustCompile(`^Column '([^']+)' cannot be null$`),
	regexp.MustCompile(`^Field '([^']+)' doesn't have a default value$`),
	regexp.MustCompile("^CONSTRAINT `([^`]+)` failed for `[^`]*`\\.`[^`]*`$"),
	regexp.MustCompile("^Cannot (?:add or update a child|delete or update a parent) row: a foreign key constraint fails \\(`(?:[^`]|``)+`\\.`(?:[^`]|``)+`, CONSTRAINT `(?:[^`]|``)+` FOREIGN KEY \\(`([^`]+)`"),
	regexp.MustCompile(`(?s)^Duplicate entry '.*' for key '([^']+)'$`),
}

// Named returns the column, constraint or index that the server's message names, or "".
func Named(err *mysql.MySQLError) string {
	for _, name := range names {
		if match := name.FindStringSubmatch(err.Message); match != nil {
			// "table.column" for a CHECK that belongs to a column.
			return match[1][strings.LastIndexByte(match[1], '.')+1:]
		}
	}
	return ""
}
