package e2e

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/checkertest"
	"github.com/order-sink/order-sink/internal/lab/scrape"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
)

// check ends every test: the table equals the log, and the dead letters are
// those that are deserved.
func (w *world) check(config checker.Config) checker.Report {
	w.t.Helper()
	config.Seeds, config.Topic, config.DeadLetters, config.DB = w.broker.Seeds(), w.topic, w.deadLetterTopic, w.db
	return checkertest.Eventually(w.t, patience, config)
}

// awaitCommitted waits until the group has acknowledged the whole topic.
func (w *world) awaitCommitted() {
	w.t.Helper()
	w.awaitGroup(w.topic)
}

func (w *world) awaitGroup(group string) {
	w.t.Helper()
	kafkatest.AwaitGroup(w.t, w.broker, group, w.topic)
}

// awaitRows waits until the table has at least so many rows.
func (w *world) awaitRows(atLeast int) {
	w.t.Helper()
	w.eventually(fmt.Sprintf("%d rows are stored", atLeast), func(ctx context.Context) error {
		var count int
		if err := w.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM orders").Scan(&count); err != nil {
			return err
		}
		if count < atLeast {
			return fmt.Errorf("there are %d", count)
		}
		return nil
	})
}

// awaitAnswer waits until a path of the sink answers with a status and a body that the
// regular expression matches.
func (w *world) awaitAnswer(s *ordersink.Sink, path string, status int, pattern string) {
	w.t.Helper()
	body := regexp.MustCompile(pattern)
	w.eventually(fmt.Sprintf("%s answers %d %s", path, status, pattern), func(ctx context.Context) error {
		text, got, err := s.Get(ctx, path)
		if err == nil && (got != status || !body.MatchString(text)) {
			err = fmt.Errorf("%d: %s", got, text)
		}
		return err
	})
}

// awaitEnd waits until the sink has ended, and returns what it ended with.
func (w *world) awaitEnd(s *ordersink.Sink) error {
	w.t.Helper()
	select {
	case <-s.Done():
	case <-time.After(patience):
		w.t.Fatal("the sink did not end")
	}
	return s.Err()
}

func (w *world) eventually(what string, condition func(context.Context) error) {
	w.t.Helper()
	eventuallytest.Succeeds(w.t, patience, what, condition)
}

func (w *world) awaitState(s *ordersink.Sink, state string) {
	w.t.Helper()
	w.eventually("the state is "+state, func(ctx context.Context) error {
		metrics, err := scrape.Read(ctx, s)
		if err != nil {
			return err
		}
		for _, other := range []string{"running", "waiting", "stopped"} {
			expected := []float64{0}
			if other == state {
				expected = []float64{1}
			}
			if got := metrics.Values("mariadb_upsert_state", "state", other); !slices.Equal(got, expected) {
				return fmt.Errorf("%s is %v", other, got)
			}
		}
		return nil
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}
