package fault

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
)

func (f *Fault) Error() string {
	if f.Advice != "" {
		return f.text() + ": " + f.Advice
	}
	return f.text()
}

func (f *Fault) text() string {
	if !f.OfServer() {
		return f.Err.Error()
	}
	if init, ok := errors.AsType[*InitError](f.Err); ok {
		return init.Error()
	}
	text, more := fmt.Sprintf("MariaDB error %d (%s)", f.Number, f.State), ""
	server, _ := errors.AsType[*mysql.MySQLError](f.Err)
	connect, connecting := errors.AsType[*ConnectError](f.Err)
	_, listed := rules[f.Number]
	switch {
	case connecting:
		return text + f.connectText(connect, server.Message)
	case f.Kind == Refused:
		more = f.sentence()
	case f.Kind != Unknown && listed && !isDataState(f.State):
		more = f.messageText(server.Message)
	}
	if more == "" {
		return text
	}
	return text + ": " + more
}

// sentence is the sentence for a refusal, "" if none is known.
func (f *Fault) sentence() string {
	if class(f.State) == "45" { // whatever number the trigger has given it
		return wordsTrigger
	}
	if sentence := rules[f.Number].sentence; sentence != "" {
		return sentence
	}
	switch class(f.State) {
	case "22":
		return "a value does not fit its column, or an expression over it failed: correct the value"
	case "23":
		return "the row violates a constraint of the table: correct the value, or change the constraint"
	case "44":
		return rules[viewCheckFailed].sentence
	}
	return ""
}

// variables are the patterns of the variables in the forms of [rules]: names for %s, digits
// for %d, the error of the operating system for %M, privileges for %A and one word for %w.
var variables = strings.NewReplacer("%s", "[^'\"`]*", "%d", `\d+`, "%M", `\d+ "[^"]*"`, "%A", `[A-Z, ]+`, "%w", "[^ '\"]+")

// messageText is the server's message if it cannot hold a row value, else what to do
// without it.
//
// A trigger can SIGNAL with any number and class, and with a row value as its text. So the
// output shows the server's message only where the message has exactly a form that MariaDB
// itself gives the number (Invariant 7). Numbers whose text ends in words of another program
// have no form: the message of a FEDERATED table may quote a row. Numbers that only a new
// connection meets have none either, see [Fault.connectText]. The session asks for English,
// see the package session.
func (f *Fault) messageText(message string) string {
	if slices.ContainsFunc(rules[f.Number].forms, func(form string) bool {
		return regexp.MustCompile("^" + variables.Replace(regexp.QuoteMeta(form)) + "$").MatchString(message)
	}) {
		return visible(message)
	}
	return fmt.Sprintf("the sink does not show the server's message, because the message may contain a row value: run perror %d to read what the number means, and SHOW TRIGGERS to find a SIGNAL with the number", f.Number)
}

// visible writes control characters, such as a newline in a name, as escapes.
func visible(text string) string {
	var all strings.Builder
	for _, char := range text {
		if strconv.IsPrint(char) {
			all.WriteRune(char)
		} else {
			all.WriteString(strings.Trim(strconv.QuoteRune(char), "'"))
		}
	}
	return all.String()
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
