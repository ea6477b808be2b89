package mariadb

import (
	"errors"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/retry"
	"github.com/order-sink/order-sink/plugins/mariadb/breaker"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/store"
)

const (
	// connecting is the waiter for a connection, beside the batches.
	connecting = ^uint64(0)

	storing = "Storing rows" // the work, as the log names it
)

// reason is why a batch cannot be stored now.
type reason struct {
	retry.Reason
	parent   time.Duration // the pause, when MariaDB works and a parent row may come
	unproven bool          // nothing shows whether the batch is at fault or MariaDB
}

// reasonOf returns the reason of a wait for a fault.
func reasonOf(f *fault.Fault) *reason {
	r := &reason{Reason: retry.Reason{Work: storing, For: "for MariaDB", Cause: f.Cause(), Text: f.Error()}, unproven: f.Unproven}
	if f.Unproven && (f.Kind == fault.Unknown || !f.Common) {
		r.Text += ": no other record could be stored to compare with"
	}
	if f.Kind == fault.Misconfigured {
		r.Ending = "Nothing is dropped: an operator must correct this; the sink retries until then"
	}
	return r
}

// stopped returns why a refused record or the breaker stops all batches now, nil when nothing
// does.
func (o *output) stopped() *reason {
	if why := o.stop.reason(); why != nil {
		return why
	}
	if o.breaker == nil {
		return nil
	}
	text := o.breaker.Stopped(time.Now())
	if text == "" {
		return nil
	}
	return &reason{Reason: retry.Reason{Work: storing, Cause: breaker.FieldLimit, Text: text, Stopped: true}}
}

// explain returns an error whose text is safe to show: for an error of the server its
// fault. The texts of a fault and of an [fault.InitError] are safe already.
func explain(err error) error {
	_, judged := errors.AsType[*fault.Fault](err)
	_, hidden := errors.AsType[*fault.InitError](err)
	if f := store.Judge(err); f.OfServer() && !judged && !hidden {
		return f
	}
	return err
}
