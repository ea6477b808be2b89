package mariadb

import "time"

// The outcomes of a message, as labels.
const (
	outcomeInserted  = "inserted"
	outcomeUpdated   = "updated"
	outcomeUnchanged = "unchanged"
	outcomeCompacted = "compacted"
	outcomeRefused   = "refused"
)

// metric counts, or times in nanoseconds, under labels.
type metric func(n int64, labels ...string)

type metrics struct {
	rows, refused, retries, waits, statement, lag metric
}

// newMetrics makes the metrics that [Spec] describes.
func newMetrics(counter, timer func(name string, labels ...string) metric) *metrics {
	return &metrics{
		rows:      counter("mariadb_upsert_rows_total", "outcome"),
		refused:   counter("mariadb_upsert_refused_total", "code"),
		retries:   counter("mariadb_upsert_retries_total", "cause"),
		waits:     counter("mariadb_upsert_waits_total", "cause"),
		statement: timer("mariadb_upsert_statement_ns"),
		lag:       timer("mariadb_upsert_commit_lag_ns"),
	}
}

func (m *metrics) observer() observer {
	return observer{
		statement: func(d time.Duration) { m.statement(d.Nanoseconds()) },
		retry:     func(cause string) { m.retries(1, cause) },
	}
}

// count is called after the commit.
func (m *metrics) count(r *result) {
	for _, counted := range []struct {
		outcome string
		n       int
	}{
		{outcomeInserted, r.inserted}, {outcomeUpdated, r.updated}, {outcomeUnchanged, r.unchanged},
		{outcomeCompacted, r.compacted}, {outcomeRefused, len(r.refused)},
	} {
		if counted.n > 0 {
			m.rows(int64(counted.n), counted.outcome)
		}
	}
	for _, refusal := range r.refused {
		m.refused(1, refusal.Code)
	}
}
