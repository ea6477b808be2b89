package checker

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

func TestEventuallyWaitsForTheLastRow(t *testing.T) {
	s := newStory(t, kafkatest.InMemory(t))
	s.deadLetters(nil)
	s.exec("DELETE FROM orders WHERE order_id = ?", s.b.OrderID)
	judged, oracle := 0, SeedOracle(255)
	s.config.Oracle = func(r *kgo.Record) Outcome {
		if judged++; judged == 7 { // the second check has begun
			s.store(s.b)
		}
		return oracle(r)
	}
	if got := Eventually(t, time.Minute, s.config); got.Rows != 3 || judged != 12 {
		t.Errorf("%d rows after %d records, expected 3 after 12", got.Rows, judged)
	}
}

func TestEventuallyFailsWithTheLastDifference(t *testing.T) {
	s := newStory(t, kafkatest.InMemory(t))
	s.deadLetters(nil)
	s.exec("DELETE FROM orders WHERE order_id = ?", s.b.OrderID)
	// On a busy machine a single check can take longer than a second.
	failed, patience := "not checked", time.Second
	for ; strings.Contains(failed, "not checked"); patience *= 2 {
		failed = failure(t, func(t testing.TB) { Eventually(t, patience, s.config) })
	}
	if !strings.Contains(failed, fmt.Sprintf("after %s", patience/2)) || !strings.Contains(failed, s.at(0, 2)) {
		t.Errorf("failed with %q, expected the missing row", failed)
	}
	s.config.Oracle = func(*kgo.Record) Outcome { return Outcome{Row: Row{"alone"}} }
	failed = failure(t, func(t testing.TB) { Eventually(t, time.Hour, s.config) })
	if !strings.Contains(failed, ErrUnjudged.Error()) {
		t.Errorf("failed with %q, expected it to fail at once", failed)
	}
}

// failing replaces a test that must fail.
type failing struct {
	testing.TB
	text string
}

func (f *failing) Helper()           {}
func (f *failing) Fatal(args ...any) { f.text = fmt.Sprint(args...); runtime.Goexit() }
func (f *failing) Fatalf(format string, args ...any) {
	f.text = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func failure(t testing.TB, call func(testing.TB)) string {
	f, done := &failing{TB: t}, make(chan struct{})
	go func() {
		defer close(done)
		call(f)
	}()
	<-done
	return f.text
}
