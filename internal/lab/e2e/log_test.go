package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

var logfmtLine = regexp.MustCompile(`^time=\S+ level=(info|warning|error) msg=("(?:[^"\\]|\\.)*"|\S+)( [@a-z_]+=("(?:[^"\\]|\\.)*"|[^\s"]*))+$`)

// Both forms of the log can be read by a program, line by line, and none has a
// value of an order or a password in it, whatever is refused (Invariant 7).
func TestTheLogIsReadableAndKeepsSecrets(t *testing.T) {
	for format, readable := range map[string]func(line string) bool{
		"logfmt": logfmtLine.MatchString,
		"json": func(line string) bool {
			var entry struct {
				Level, Msg, Time string
				Service          string `json:"@service"`
			}
			return json.Unmarshal([]byte(line), &entry) == nil &&
				entry.Level != "" && entry.Msg != "" && entry.Time != "" && entry.Service == "order-sink"
		},
	} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Private(t))
			w.exec("ALTER TABLE orders MODIFY user_id VARCHAR(20) NOT NULL")
			w.env = map[string]string{"LOG_FORMAT": format}
			s := w.startReady()
			const value = "a-customers-value"
			secret := func(change func(*orders.Order)) orders.Message {
				o := orders.NewGenerator(9).Order()
				o.UserID = value
				change(&o)
				return orders.Good(o)
			}
			broken := secret(func(*orders.Order) {})
			broken.Value = broken.Value[:len(broken.Value)-2]
			broken.Code = "bad_json"
			rule := secret(func(o *orders.Order) { o.Quantity = 0 })
			rule.Code = "order_range"
			long := secret(func(o *orders.Order) { o.UserID = value + value })
			long.Code = "row_too_long"
			w.produce(broken, rule, long, secret(func(*orders.Order) {}))
			report := w.check(checker.Config{Exactly: true, Oracle: checker.SeedOracle(20)})
			if report.Rows != 1 || report.DeadLetters != 3 {
				t.Errorf("%d rows and %d dead letters, expected 1 and 3", report.Rows, report.DeadLetters)
			}
			w.must(w.server.Kill())
			w.produce(secret(func(o *orders.Order) { o.OrderID = "another" }))
			w.awaitState(s, "waiting")
			w.eventually("the log says that it waits", func(context.Context) error {
				if !strings.Contains(w.log.String(), "waiting for MariaDB since") {
					return errors.New("not yet")
				}
				return nil
			})

			for line := range strings.Lines(w.log.String()) {
				line = strings.TrimSuffix(line, "\n")
				if !readable(line) {
					t.Errorf("cannot be read: %s", line)
				}
				if strings.Contains(line, value) || strings.Contains(line, "sink-password") {
					t.Errorf("keeps no secret: %s", line)
				}
			}
		})
	}
}
