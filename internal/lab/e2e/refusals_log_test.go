package e2e

import (
	"regexp"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

var noticeLine = regexp.MustCompile(`level=info msg="Refused (\d+) records with code ([a-z_]+)\.`)

// Refused orders are nothing that an operator must act on at once: at full speed they
// cost one INFO line for a code, no warning, no error, and no output_error.
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
	if errors := metric(t, s, "output_error{"); errors != 0 {
		t.Errorf("output_error is %v", errors)
	}
	if sent := metric(t, s, "dead_letter_send_total{"); sent != n/100 {
		t.Errorf("%v dead letters were counted", sent)
	}
}
