// Package fault decides what an error of MariaDB, or of the connection to it, means for
// the rows that met the error. It goes by number and SQLSTATE, never by text.
package fault

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

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
// row's value, see [Fault.messageText].
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
func (f *Fault) BlamesRows() bool { return f.Kind == Refused || f.Doubtful() }

// LacksParent says that a foreign key refused the row because its parent row is missing. An
// account that may not see the parent table gets another number.
func (f *Fault) LacksParent() bool {
	return f.Code == refusal.ForeignKey && (f.Number == NoReferencedRow2 || f.Number == noReferencedRow)
}

func (f *Fault) Unwrap() error { return f.Err }

// OfServer says whether the server, or a proxy before it, sent the error. A proxy may
// send the number 0.
func (f *Fault) OfServer() bool { return f.State != "" }

// TooMuchAtOnce says that the rows may fit in several transactions.
func (f *Fault) TooMuchAtOnce() bool { return f.Number == transCacheFull || f.Number == stmtCacheFull }

// TooManyConnections says that the server, or the account, allows no further connection now.
func (f *Fault) TooManyConnections() bool {
	return f.Number == tooManyConnections || f.Number == tooManyOfAccount || f.Number == exceedsResource
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
	server, ok := errors.AsType[*mysql.MySQLError](err)
	if !ok {
		// Whatever else the driver, the network or the context says, no row was judged:
		// driver.ErrBadConn, mysql.ErrInvalidConn, io.EOF, net.OpError, context.Canceled (a
		// shutdown), mysql.ErrPktTooLarge (the connection is older than the server's
		// max_allowed_packet), ...
		f := &Fault{Kind: Wait, Err: err}
		if isSetUpWrongly(err) {
			f.Kind = Misconfigured
		}
		return f
	}
	f := &Fault{Number: server.Number, State: string(server.SQLState[:]), Err: err}
	rule, listed := rules[server.Number]
	switch {
	case class(f.State) == "45":
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
	f.judgeConnect()
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
	if isDataState(state) {
		return Refused, refusal.Refused, false
	}
	switch class(state) {
	case "08", // connection exception
		"25", // invalid transaction state, e.g. read-only
		"53", // insufficient resources
		"57", // operator intervention
		"70": // interrupted
		return Wait, "", false
	case "40": // transaction rollback
		return RetryNow, "", false
	case "28": // invalid authorization
		return Misconfigured, "", false
	case "3D", // no such database
		"3F", // no such schema
		"21", // column count
		"42": // syntax or access rule
		return Misconfigured, refusal.Refused, true
	}
	return Unknown, refusal.Refused, true
}

// class returns the class of an SQLSTATE: its first two characters.
func class(state string) string { return state[:min(2, len(state))] }

// isDataState is true for SQLSTATE's data exceptions, integrity constraint
// violations and check option violations.
func isDataState(state string) bool {
	return slices.Contains([]string{"22", "23", "44"}, class(state))
}

// isSetUpWrongly is true for errors of the connection that no retry ends.
func isSetUpWrongly(err error) bool {
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	_, hostname := errors.AsType[x509.HostnameError](err)
	_, invalid := errors.AsType[x509.CertificateInvalidError](err)
	return authority || hostname || invalid || slices.ContainsFunc([]error{
		mysql.ErrNoTLS, mysql.ErrCleartextPassword, mysql.ErrNativePassword,
		mysql.ErrOldPassword, mysql.ErrUnknownPlugin, mysql.ErrOldProtocol,
	}, func(known error) bool { return errors.Is(err, known) })
}
