package mariadb

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// kind is what a failure means for the rows that met it.
type kind int

const (
	// unknown: no list knows the error. It counts as refused for a row that
	// fails alone while its neighbours are stored, as wait otherwise.
	unknown kind = iota
	// refused: the row will never be taken as it is.
	refused
	// retry: the same statement will succeed, if repeated at once.
	retry
	// wait: MariaDB cannot take rows for now.
	wait
	// misconfigured: somebody must mend the table, the account or the server.
	// It is waited for like wait, since nothing may be lost meanwhile.
	misconfigured
)

// failure is an error of the server or of the way to it, judged. Its text holds
// the server's number, and the server's message only where that cannot quote a
// row's value.
type failure struct {
	kind   kind
	number uint16 // of the server; 0 if the error came from elsewhere
	state  string // SQLSTATE
	code   string // for a refusal
	path   string // column, constraint or index, if the server named one
	advice string // what to do about it, if the table tells
	err    error
}

func (f *failure) Error() string {
	if f.advice != "" {
		return f.text() + ": " + f.advice
	}
	return f.text()
}

func (f *failure) text() string {
	var (
		connect *connectError
		init    *initError
		server  *mysql.MySQLError
	)
	switch {
	case f.number == 0:
		return f.err.Error()
	case errors.As(f.err, &init):
		return init.Error()
	case errors.As(f.err, &connect) && errors.As(f.err, &server):
		return f.connectText(connect, server.Message)
	case f.kind == wait || f.kind == misconfigured || f.kind == retry:
		if errors.As(f.err, &server) && !f.quotesValues() {
			return fmt.Sprintf("MariaDB error %d (%s): %s", f.number, f.state, visible(server.Message))
		}
	}
	if sentence := f.wordsOf(); sentence != "" {
		return fmt.Sprintf("MariaDB error %d (%s): %s", f.number, f.state, sentence)
	}
	return fmt.Sprintf("MariaDB error %d (%s)", f.number, f.state)
}

func (f *failure) Unwrap() error { return f.err }

// quotesValues says whether the server's message may hold a piece of a row: any
// data exception, constraint violation and message of a user's trigger, and
// whatever is not on a list here.
func (f *failure) quotesValues() bool {
	rule, listed := rules[f.number]
	return !listed || rule.kind == refused || isDataState(f.state)
}

// tooMuchAtOnce says that the rows may fit in several transactions.
func (f *failure) tooMuchAtOnce() bool {
	return f.number == transCacheFull || f.number == stmtCacheFull
}

// cause is a short label for metrics.
func (f *failure) cause() string {
	switch {
	case f.number == lockDeadlock:
		return "deadlock"
	case f.number == lockWaitTimeout:
		return "lock_wait"
	case f.number != 0:
		return fmt.Sprintf("error_%d", f.number)
	}
	return "connection"
}

// judge is the one place that decides what an error means. It goes by number
// and SQLSTATE, never by text.
func judge(err error) *failure {
	var server *mysql.MySQLError
	if errors.As(err, &server) {
		f := &failure{number: server.Number, state: string(server.SQLState[:]), err: err}
		if rule, listed := rules[server.Number]; listed {
			f.kind, f.code = rule.kind, rule.code
		} else {
			f.kind, f.code = judgeState(f.state)
		}
		// A unique index, a column or a constraint: named for the reader only.
		f.path = namedIn(server)
		f.judgeConnect(err)
		return f
	}
	f := &failure{err: err}
	switch {
	case isSetUpWrongly(err):
		f.kind = misconfigured
	default:
		// Whatever else the driver, the network or the context says, no row
		// was judged: driver.ErrBadConn, mysql.ErrInvalidConn, io.EOF,
		// net.OpError, context.Canceled (a shutdown), mysql.ErrPktTooLarge (the
		// connection is older than the server's max_allowed_packet), ...
		f.kind = wait
	}
	return f
}

// judgeState is for numbers that no list here knows: newer servers, storage
// engines, triggers that signal with a number of their own.
func judgeState(state string) (kind, string) {
	switch {
	case isDataState(state):
		return refused, CodeRefused
	case strings.HasPrefix(state, "45"): // user-defined: SIGNAL in a trigger
		return refused, CodeTrigger
	case strings.HasPrefix(state, "08"), // connection exception
		strings.HasPrefix(state, "25"), // invalid transaction state, e.g. read-only
		strings.HasPrefix(state, "53"), // insufficient resources
		strings.HasPrefix(state, "57"), // operator intervention
		strings.HasPrefix(state, "70"): // interrupted
		return wait, ""
	case strings.HasPrefix(state, "40"): // transaction rollback
		return retry, ""
	case strings.HasPrefix(state, "28"), // invalid authorization
		strings.HasPrefix(state, "3D"), // no such database
		strings.HasPrefix(state, "3F"), // no such schema
		strings.HasPrefix(state, "21"), // column count
		strings.HasPrefix(state, "42"): // syntax or access rule
		return misconfigured, ""
	}
	return unknown, CodeRefused
}

// isDataState is true for SQLSTATE's data exceptions, integrity constraint
// violations and check option violations.
func isDataState(state string) bool {
	return strings.HasPrefix(state, "22") || strings.HasPrefix(state, "23") || strings.HasPrefix(state, "44")
}

// isSetUpWrongly is true for what no patience mends on the way to the server.
func isSetUpWrongly(err error) bool {
	for _, known := range []error{
		mysql.ErrNoTLS, mysql.ErrCleartextPassword, mysql.ErrNativePassword,
		mysql.ErrOldPassword, mysql.ErrUnknownPlugin, mysql.ErrOldProtocol,
	} {
		if errors.Is(err, known) {
			return true
		}
	}
	var (
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	return errors.As(err, &authority) || errors.As(err, &hostname) || errors.As(err, &invalid)
}
