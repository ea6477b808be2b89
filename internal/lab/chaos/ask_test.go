package chaos

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/order-sink/order-sink/internal/servers/ordersink"
)

func (tr *trial) eventually(what string, condition func(context.Context) error) {
	tr.Helper()
	ctx, cancel := context.WithTimeout(tr.Context(), patience)
	defer cancel()
	for {
		once, done := context.WithTimeout(ctx, 5*time.Second)
		err := condition(once)
		done()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			tr.Fatalf("waiting until %s: %v", what, err)
		case <-time.After(25 * time.Millisecond):
		}
	}
}

func (tr *trial) exec(query string) {
	tr.Helper()
	if _, err := tr.db.ExecContext(tr.Context(), query); err != nil {
		tr.Fatalf("%s: %v", query, err)
	}
}

func matches(pattern, text string) bool { return regexp.MustCompile(pattern).MatchString(text) }

// value reads one value of the database.
func (tr *trial) value(query string) (text string) {
	tr.Helper()
	if err := tr.db.QueryRowContext(tr.Context(), query).Scan(&text); err != nil {
		tr.Fatalf("%s: %v", query, err)
	}
	return text
}

// metric sums a metric of a sink over its labels.
func (tr *trial) metric(s *ordersink.Sink, prefix string) (sum float64) {
	tr.Helper()
	text, err := s.Metrics(tr.Context())
	tr.must(err)
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(line, prefix); found {
			var n float64
			_, err := fmt.Sscan(value[strings.LastIndexByte(value, ' ')+1:], &n)
			tr.must(err)
			sum += n
		}
	}
	return sum
}

func (tr *trial) must(err error) {
	tr.Helper()
	if err != nil {
		tr.Fatal(err)
	}
}

// waited asserts that a fault was noticed: a metric of the last sink counts it.
func (tr *trial) waited(metric string) {
	tr.Helper()
	if n := tr.metric(tr.current(), metric); n == 0 {
		tr.Errorf("%s…} is 0: the fault did not strike", metric)
	}
}

// says asserts that /orders/ready of the last sink gives this reason.
func (tr *trial) says(ctx context.Context, reason string) error {
	body, status, err := tr.current().Get(ctx, "/orders/ready")
	if err == nil && (status != 503 || !matches(reason, body)) {
		err = fmt.Errorf("/orders/ready answers %d: %s", status, body)
	}
	return err
}

func (tr *trial) awaitState(reason string) {
	tr.Helper()
	tr.eventually("/orders/ready says "+reason, func(ctx context.Context) error { return tr.says(ctx, reason) })
}

// silent asserts that no warning or error of the log has the words.
func (tr *trial) silent(words string) {
	tr.Helper()
	for line := range strings.Lines(tr.log.String()) {
		if strings.Contains(strings.ToLower(line), words) && !strings.Contains(line, "level=info") {
			tr.Errorf("%s reached the outside: %s", words, line)
		}
	}
}
