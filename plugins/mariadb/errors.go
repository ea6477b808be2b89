package mariadb

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// kind is what a failure means for the rows that met it.
type kind int

const (
	// unknown: no list knows the error. The row is refused after evidence that
	// other rows can be stored, see evidence.go. Without evidence the row waits.
	unknown kind = iota
	// refused: the row will never be taken as it is.
	refused
	// retryNow: the same statement will succeed, if repeated at once.
	retryNow
	// wait: MariaDB cannot take rows for now.
	wait
	// misconfigured: somebody must mend the table, the account or the server.
	// It is waited for like wait, since nothing may be lost meanwhile.
	misconfigured
)

// failure is an error of the server or of the way to it, judged. Its text holds
// the server's number, and the server's message only where the message cannot quote a
// row's value, see errors_texts.go.
type failure struct {
	kind   kind
	number uint16 // of the server; 0 if the error came from elsewhere
	state  string // SQLSTATE
	code   string // for a refusal
	path   string // column, constraint or index, if the server named one
	advice string // what to do about it, if the table tells
	err    error

	// lone says that the error can be the fault of one row, though the row may be
	// alone in its batch: evidence decides. See [onEvidence].
	lone bool
	// unproven says that there is no evidence: no other row could be stored.
	unproven bool
	// common says that other rows meet the failure too.
	common bool
}

// doubtful says that the failure does not tell whose fault it is.
func (f *failure) doubtful() bool { return f.kind == unknown || f.lone }

// blamesRows says whether a part of the rows may be stored without the others.
func (f *failure) blamesRows() bool {
	return f.kind == refused || f.doubtful()
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
	case !f.ofServer():
		return f.err.Error()
	case errors.As(f.err, &init):
		return init.Error()
	case errors.As(f.err, &connect) && errors.As(f.err, &server):
		return f.connectText(connect, server.Message)
	case f.kind == wait || f.kind == misconfigured || f.kind == retryNow:
		if _, listed := rules[f.number]; listed && errors.As(f.err, &server) && !isDataState(f.state) {
			return fmt.Sprintf("MariaDB error %d (%s): %s", f.number, f.state, f.messageText(server.Message))
		}
	}
	if sentence := f.wordsOf(); sentence != "" {
		return fmt.Sprintf("MariaDB error %d (%s): %s", f.number, f.state, sentence)
	}
	return fmt.Sprintf("MariaDB error %d (%s)", f.number, f.state)
}

func (f *failure) Unwrap() error { return f.err }

// ofServer says whether the server, or a proxy before it, sent the error. A proxy may
// send the number 0.
func (f *failure) ofServer() bool { return f.state != "" }

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
		rule, listed := rules[server.Number]
		switch {
		case strings.HasPrefix(f.state, "45"):
			// User-defined: SIGNAL in a trigger, which may give any number with it.
			f.kind, f.code = refused, refusal.Trigger
		case listed:
			f.kind, f.code, f.lone = rule.kind, rule.code, rule.lone
		default:
			f.kind, f.code, f.lone = judgeState(f.state)
			f.lone = f.lone && server.Number >= firstServerError
			if f.kind == unknown && server.Number < firstEngineError {
				f.kind = wait
			}
		}
		if f.kind == refused && f.code != refusal.Trigger { // whose text is the trigger's own
			// A unique index, a column or a constraint: named for the reader only.
			f.path = namedIn(server)
		}
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

// The numbers below firstEngineError are those of the server's file layer: a full
// disk, no memory, no file handle. From there to firstServerError they are those of
// its storage engines.
const (
	firstEngineError = 120
	firstServerError = 1000
)

// judgeState is for numbers that no list here knows: newer servers, storage
// engines, triggers that signal with a number of their own. lone is as in [failure].
func judgeState(state string) (k kind, code string, lone bool) {
	switch {
	case isDataState(state):
		return refused, refusal.Refused, false
	case strings.HasPrefix(state, "08"), // connection exception
		strings.HasPrefix(state, "25"), // invalid transaction state, e.g. read-only
		strings.HasPrefix(state, "53"), // insufficient resources
		strings.HasPrefix(state, "57"), // operator intervention
		strings.HasPrefix(state, "70"): // interrupted
		return wait, "", false
	case strings.HasPrefix(state, "40"): // transaction rollback
		return retryNow, "", false
	case strings.HasPrefix(state, "28"): // invalid authorization
		return misconfigured, "", false
	case strings.HasPrefix(state, "3D"), // no such database
		strings.HasPrefix(state, "3F"), // no such schema
		strings.HasPrefix(state, "21"), // column count
		strings.HasPrefix(state, "42"): // syntax or access rule
		return misconfigured, refusal.Refused, true
	}
	return unknown, refusal.Refused, true
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
