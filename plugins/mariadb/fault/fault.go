// Package fault decides what an error of MariaDB, or of the connection to it, means for
// the rows that met the error. It goes by number and SQLSTATE, never by text.
package fault

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// Kind is what a fault means for the rows that met it.
type Kind int

// The kinds.
const (
	// Unknown: no list knows the error. The row is refused after evidence that
	// other rows can be stored. Without evidence the row waits.
	Unknown Kind = iota
	// Refused: MariaDB can never accept the row as it is.
	Refused
	// RetryNow: the same statement will succeed when it is repeated at once.
	RetryNow
	// Wait: MariaDB cannot take rows now.
	Wait
	// Misconfigured: an operator must correct the table, the account or the server.
	// Rows wait as with Wait.
	Misconfigured
)

// Fault is a judged error of the server or of the connection to it. Its text has the
// server's number. It has the server's message only where the message cannot quote a
// row's value, see texts.go.
type Fault struct {
	Kind   Kind
	Number uint16 // of the server; 0 if the error came from elsewhere
	State  string // SQLSTATE
	Code   string // for a refusal
	Path   string // column, constraint or index, if the server named one
	Advice string // what to do about it, if the table tells
	Err    error

	// Lone says that the error can be the fault of one row although the row may be
	// alone in its batch: evidence decides. See [onEvidence].
	Lone bool
	// Unproven says that there is no evidence: no other row could be stored.
	Unproven bool
	// Common says that other rows meet the fault too.
	Common bool
}

// Doubtful says that the error does not tell whether the row or MariaDB is at fault.
func (f *Fault) Doubtful() bool { return f.Kind == Unknown || f.Lone }

// BlamesRows says whether a part of the rows may be stored without the others.
func (f *Fault) BlamesRows() bool {
	return f.Kind == Refused || f.Doubtful()
}

func (f *Fault) Error() string {
	if f.Advice != "" {
		return f.text() + ": " + f.Advice
	}
	return f.text()
}

func (f *Fault) text() string {
	var (
		connect *ConnectError
		init    *InitError
		server  *mysql.MySQLError
	)
	switch {
	case !f.OfServer():
		return f.Err.Error()
	case errors.As(f.Err, &init):
		return init.Error()
	case errors.As(f.Err, &connect) && errors.As(f.Err, &server):
		return f.connectText(connect, server.Message)
	case f.Kind == Wait || f.Kind == Misconfigured || f.Kind == RetryNow:
		if _, listed := rules[f.Number]; listed && errors.As(f.Err, &server) && !isDataState(f.State) {
			return fmt.Sprintf("MariaDB error %d (%s): %s", f.Number, f.State, f.messageText(server.Message))
		}
	}
	if sentence := f.sentence(); sentence != "" {
		return fmt.Sprintf("MariaDB error %d (%s): %s", f.Number, f.State, sentence)
	}
	return fmt.Sprintf("MariaDB error %d (%s)", f.Number, f.State)
}

func (f *Fault) Unwrap() error { return f.Err }

// OfServer says whether the server, or a proxy before it, sent the error. A proxy may
// send the number 0.
func (f *Fault) OfServer() bool { return f.State != "" }

// TooMuchAtOnce says that the rows may fit in several transactions.
func (f *Fault) TooMuchAtOnce() bool {
	return f.Number == transCacheFull || f.Number == stmtCacheFull
}

// Cause returns a short label for metrics.
func (f *Fault) Cause() string {
	switch {
	case f.Number == lockDeadlock:
		return "deadlock"
	case f.Number == lockWaitTimeout:
		return "lock_wait"
	case f.Number != 0:
		return fmt.Sprintf("error_%d", f.Number)
	}
	return "connection"
}

// Judge returns what an error means. No other place decides that.
func Judge(err error) *Fault {
	var server *mysql.MySQLError
	if errors.As(err, &server) {
		f := &Fault{Number: server.Number, State: string(server.SQLState[:]), Err: err}
		rule, listed := rules[server.Number]
		switch {
		case strings.HasPrefix(f.State, "45"):
			// User-defined: SIGNAL in a trigger, which may give any number with it.
			f.Kind, f.Code = Refused, refusal.Trigger
		case listed:
			f.Kind, f.Code, f.Lone = rule.kind, rule.code, rule.lone
		default:
			f.Kind, f.Code, f.Lone = judgeState(f.State)
			f.Lone = f.Lone && server.Number >= firstServerError
			if f.Kind == Unknown && server.Number < firstEngineError {
				f.Kind = Wait
			}
		}
		if f.Kind == Refused && f.Code != refusal.Trigger { // whose text is the trigger's own
			// A unique index, a column or a constraint: named for the reader only.
			f.Path = Named(server)
		}
		f.judgeConnect(err)
		return f
	}
	f := &Fault{Err: err}
	switch {
	case isSetUpWrongly(err):
		f.Kind = Misconfigured
	default:
		// Whatever else the driver, the network or the context says, no row
		// was judged: driver.ErrBadConn, mysql.ErrInvalidConn, io.EOF,
		// net.OpError, context.Canceled (a shutdown), mysql.ErrPktTooLarge (the
		// connection is older than the server's max_allowed_packet), ...
		f.Kind = Wait
	}
	return f
}

// The numbers below firstEngineError are those of the server's file layer: a full
// disk, no memory, no file handle. From there to firstServerError they are those of
// its storage engines.
const (
	firstEngineError = 120
	firstServerError = 1000
)

// judgeState is for numbers that no list here knows: newer servers, storage
// engines, triggers that signal with a number of their own. lone is as in [Fault].
func judgeState(state string) (k Kind, code string, lone bool) {
	switch {
	case isDataState(state):
		return Refused, refusal.Refused, false
	case strings.HasPrefix(state, "08"), // connection exception
		strings.HasPrefix(state, "25"), // invalid transaction state, e.g. read-only
		strings.HasPrefix(state, "53"), // insufficient resources
		strings.HasPrefix(state, "57"), // operator intervention
		strings.HasPrefix(state, "70"): // interrupted
		return Wait, "", false
	case strings.HasPrefix(state, "40"): // transaction rollback
		return RetryNow, "", false
	case strings.HasPrefix(state, "28"): // invalid authorization
		return Misconfigured, "", false
	case strings.HasPrefix(state, "3D"), // no such database
		strings.HasPrefix(state, "3F"), // no such schema
		strings.HasPrefix(state, "21"), // column count
		strings.HasPrefix(state, "42"): // syntax or access rule
		return Misconfigured, refusal.Refused, true
	}
	return Unknown, refusal.Refused, true
}

// isDataState is true for SQLSTATE's data exceptions, integrity constraint
// violations and check option violations.
func isDataState(state string) bool {
	return strings.HasPrefix(state, "22") || strings.HasPrefix(state, "23") || strings.HasPrefix(state, "44")
}

// isSetUpWrongly is true for errors of the connection that no retry ends.
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
