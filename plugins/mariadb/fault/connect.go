package fault

import (
	"errors"
	"fmt"

	"github.com/go-sql-driver/mysql"
)

// ConnectError is a failure to open a connection or to set up its session. No row
// is on its way yet, so the server's message cannot quote a row.
type ConnectError struct {
	Err error
	// Why the account may be denied although the password looks right, or "".
	Hint string
	// The driver has not finished: it was sending the DSN's parameters, not the
	// statements of this output.
	Parameters bool
}

func (e *ConnectError) Error() string { return e.Err.Error() }

func (e *ConnectError) Unwrap() error { return e.Err }

const parseError = 1064 // in the text of a statement

// connectWords explains the errors that only a new connection meets, and only a change of
// the DSN ends. The driver sends the DSN's unknown parameters as SET name = value.
var connectWords = map[uint16]string{
	parseError: "MariaDB cannot read the SET statement that the parameters of dsn become: write text values in quotes, as in sql_mode=%27ANSI%27",
	1102:       "change the database at the end of dsn",
	1115:       "change the parameters of dsn", // an unknown character set
	1193:       "a parameter of dsn is one of github.com/go-sql-driver/mysql or a system variable of MariaDB, as in user:password@tcp(host:port)/database?timeout=10s; the parameters of a JDBC URL are neither: remove the parameter",
	1228:       "remove the variable from the parameters of dsn", // a variable of a session only
	1229:       "remove the variable from the parameters of dsn", // a global variable
	1231:       "correct the parameter of dsn",                   // its value
	1232:       "correct the parameter of dsn, whose text values need quotes (%27)",
	1238:       "remove the variable from the parameters of dsn", // a variable that is read-only
	1273:       "correct the parameter of dsn",                   // an unknown collation
	1298:       "correct the parameter of dsn, or load the time zones into MariaDB with mariadb-tzinfo-to-sql; order-sink sets time_zone to +00:00 in any case, so that the parameter can go",
}

// judgeConnect judges an error of the server that came before the session could be
// used. Only an operator can correct a mistake in the configuration. An error that no
// list knows may go away, as with a proxy that has no server to offer.
func (f *Fault) judgeConnect() {
	_, connect := errors.AsType[*ConnectError](f.Err)
	_, init := errors.AsType[*InitError](f.Err)
	if !connect && !init {
		return
	}
	f.Lone = false // no row is on its way
	_, listed := connectWords[f.Number]
	switch {
	case listed || f.Kind == Refused:
		f.Kind, f.Code = Misconfigured, ""
	case f.Kind == Unknown:
		f.Kind, f.Code = Wait, ""
	}
}

// connectText returns what follows the number in the text of a failure to connect. It shows
// the server's message, unless the message quotes a statement: the DSN's parameters may
// contain a secret.
func (f *Fault) connectText(connect *ConnectError, message string) (text string) {
	if f.Number != parseError {
		text += ": " + visible(message)
	}
	if words := connectWords[f.Number]; words != "" && connect.Parameters {
		text += ": " + words
	}
	if connect.Hint != "" && (f.Number == accessDenied || f.Number == accessDeniedNoPwd) {
		text += ": " + connect.Hint
	}
	return text
}

// FieldInitStatement is the setting with a statement of the user.
const FieldInitStatement = "init_statement"

// InitError hides what the server quotes of the user's statement, which may
// hold a secret.
type InitError struct{ Err error }

func (e *InitError) Error() string {
	if server, ok := errors.AsType[*mysql.MySQLError](e.Err); ok {
		return fmt.Sprintf("running %s: MariaDB error %d (%s)", FieldInitStatement, server.Number, server.SQLState)
	}
	return fmt.Sprintf("running %s: the connection failed", FieldInitStatement)
}

func (e *InitError) Unwrap() error { return e.Err }
