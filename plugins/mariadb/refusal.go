package mariadb

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// The codes of refusals, the first word of every refusal's text.
const (
	CodeShape      = "row_shape"
	CodeMissing    = "row_missing"
	CodeNull       = "row_null"
	CodeType       = "row_type"
	CodeOutOfRange = "row_out_of_range"
	CodeTooPrecise = "row_too_precise"
	CodeTooLong    = "row_too_long"
	CodeTooLarge   = "row_too_large"
	CodePadded     = "row_padded"
	CodeBadText    = "row_bad_text"
	CodeBadValue   = "row_bad_value"
	CodeDuplicate  = "row_duplicate"
	CodeForeignKey = "row_foreign_key"
	CodeCheck      = "row_check"
	CodeTrigger    = "row_trigger"
	CodePartition  = "row_partition"
	CodeRefused    = "row_refused"
)

// Code is one way in which a row is refused.
type Code struct {
	Name    string
	Meaning string
}

// Codes lists every code, for the reference documentation.
var Codes = []Code{
	{CodeShape, "the message is not an object, so it has no columns"},
	{CodeMissing, "the record lacks a member that is a configured column"},
	{CodeNull, "null for a column that is NOT NULL"},
	{CodeType, "a value of a type that the column cannot hold exactly"},
	{CodeOutOfRange, "a number, date or time beyond the column's ends"},
	{CodeTooPrecise, "more digits than the column keeps (a float counts with its shortest decimal), or a time of day for a DATE"},
	{CodeTooLong, "more characters or bytes than the column holds"},
	{CodeTooLarge, "a row of more bytes than max_allowed_packet or a page of the table allows"},
	{CodePadded, "a value whose end the column would pad, cut off or ignore: spaces at the end of a CHAR or of a key whose collation ignores them, too few bytes for a BINARY"},
	{CodeBadText, "text that is not valid UTF-8"},
	{CodeBadValue, "a value that the column does not know: no such date, no member of the ENUM, a letter outside the character set"},
	{CodeDuplicate, "another row has this value in a unique index other than the key"},
	{CodeForeignKey, "a foreign key without its parent row"},
	{CodeCheck, "a CHECK constraint says no"},
	{CodeTrigger, "a trigger of the table says no (SIGNAL)"},
	{CodePartition, "no partition of the table takes the row"},
	{CodeRefused, "MariaDB refused the row with another error; its number is in the text"},
}

// Refusal says why a row will never be stored as it is.
type Refusal struct {
	Code   string
	Path   string // the column, else the constraint, else the table
	Detail string // never holds a value
}

func (r *Refusal) Error() string { return r.Code + ": " + r.Path + ": " + r.Detail }

func refuse(code, path, detail string, args ...any) *Refusal {
	if len(args) > 0 {
		detail = fmt.Sprintf(detail, args...)
	}
	return &Refusal{Code: code, Path: path, Detail: detail}
}

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

func namedIn(err *mysql.MySQLError) string {
	for _, name := range names {
		if match := name.FindStringSubmatch(err.Message); match != nil {
			// "table.column" for a CHECK that belongs to a column.
			return match[1][strings.LastIndexByte(match[1], '.')+1:]
		}
	}
	return ""
}
