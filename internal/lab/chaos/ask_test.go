package chaos

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/order-sink/order-sink/internal/lab/scrape"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
)

// eventually gives each try five seconds: a request to a broken server may hang.
func (tr *trial) eventually(what string, condition func(context.Context) error) {
	tr.Helper()
	eventuallytest.Succeeds(tr, patience, what, func(ctx context.Context) error {
		tr.Helper()
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		return condition(ctx)
	})
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

// metric sums the series of a sink's metric that have these labels.
func (tr *trial) metric(s *ordersink.Sink, name string, labels ...string) float64 {
	tr.Helper()
	metrics, err := scrape.Read(tr.Context(), s)
	tr.must(err)
	return metrics.Sum(name, labels...)
}

func (tr *trial) must(err error) {
	tr.Helper()
	if err != nil {
		tr.Fatal(err)
	}
}

// waited asserts that a metric of the last sink counts the fault.
func (tr *trial) waited(metric string, labels ...string) {
	tr.Helper()
	if n := tr.metric(tr.current(), metric, labels...); n == 0 {
		tr.Errorf("%s%q is 0: the fault did not strike", metric, labels)
	}
}

// says asserts that the pipeline of the last sink is not ready, for this reason.
func (tr *trial) says(ctx context.Context, reason string) error {
	address := "/" + strings.TrimSuffix(filepath.Base(cmp.Or(tr.pipeline, "orders.yaml")), ".yaml") + "/ready"
	body, status, err := tr.current().Get(ctx, address)
	if err == nil && (status != 503 || !matches(reason, body)) {
		err = fmt.Errorf("%s answers %d: %s", address, status, body)
	}
	return err
}

func (tr *trial) awaitState(reason string) {
	tr.Helper()
	tr.eventually("the sink is not ready: "+reason, func(ctx context.Context) error { return tr.says(ctx, reason) })
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
