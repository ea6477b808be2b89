package report

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
	"github.com/order-sink/order-sink/plugins/mariadb/store"
)

// The log has one line for a code at once, and the rest of a minute in one more.
func TestTheLogHasOneLineForACodeInAMinute(t *testing.T) {
	t.Parallel()
	var lines []string
	n := &Notices{info: func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }, every: time.Hour}
	for range 100 {
		r := &store.Result{Refused: map[int]*record.Refusal{0: refusal.New(refusal.TooLong, "product", "too long"), 1: refusal.New(refusal.TooLong, "product", "too long")}}
		r.Failed = map[int]error{2: errors.New("order_range: qty: too few")}
		n.Add(r)
		n.Add(&store.Result{})
	}
	require.ElementsMatch(t, []string{
		"Refused 2 records with code row_too_long. To see them: order-sink dlq list --letters --code row_too_long",
		"Refused 1 records with code order_range. To see them: order-sink dlq list --letters --code order_range",
	}, lines)
	lines = nil
	n.next(refusal.TooLong)
	require.Equal(t, []string{"Refused 198 more records with code row_too_long in the last 1h0m0s. To see them: order-sink dlq list --letters --code row_too_long"}, lines)
	n.next(refusal.TooLong)
	require.Len(t, lines, 1, "none came since then")
	n.End()
	n.next("order_range")
	n.Add(&store.Result{Refused: map[int]*record.Refusal{0: refusal.New(refusal.Null, "qty", "null")}})
	require.Len(t, lines, 1, "the output has ended")
}
