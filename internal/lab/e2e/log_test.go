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

// A program can read both forms of the log line by line. No line has a value of an order
// or a password, whatever the sink refuses (invariant 7).
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

var noticeLine = regexp.MustCompile(`level=info msg="Refused (\d+) records with code ([a-z_]+)\.`)

// An operator need not act on a refused order at once. At full speed, refusals cost one
// INFO line for each code, and no warning, no error and no output_error.
func TestRefusalsDoNotFillTheLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
	w.exec("ALTER TABLE orders MODIFY user_id VARCHAR(60) NOT NULL")
	g := orders.NewGenerator(34)
	const n = 20_000
	messages := make([]orders.Message, n)
	for i := range messages {
		switch i % 400 {
		case 100:
			messages[i] = g.BrokenRule()
		case 200:
			messages[i] = g.TooLong(60)
		case 300:
			messages[i] = g.NotJSON()
		case 399:
			messages[i] = g.WrongType()
		default:
			messages[i] = g.Good()
		}
	}
	w.produce(messages...)
	s := w.startReady()
	w.awaitCommitted()
	report := w.check(checker.Config{Exactly: true, Oracle: checker.SeedOracle(60)})
	if report.DeadLetters != n/100 {
		t.Errorf("%d dead letters, expected %d", report.DeadLetters, n/100)
	}
	lines := map[string]int{}
	for line := range strings.Lines(w.log.String()) {
		if !strings.Contains(line, "level=info") {
			t.Errorf("the log says %s", line)
		}
		if found := noticeLine.FindStringSubmatch(line); found != nil {
			lines[found[2]]++
		}
	}
	for _, code := range []string{"order_range", "row_too_long", "bad_json", "type_mismatch"} {
		if lines[code] != 1 {
			t.Errorf("the log has %d lines of code %s, expected 1: %v", lines[code], code, lines)
		}
	}
	if n := len(w.log.String()); n > 8000 {
		t.Errorf("the log has %d bytes", n)
	}
	if errors := w.metric(s, "output_error"); errors != 0 {
		t.Errorf("output_error is %v", errors)
	}
	if sent := w.metric(s, "dead_letter_send_total"); sent != n/100 {
		t.Errorf("%v dead letters were counted", sent)
	}
}
