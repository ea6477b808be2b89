package mariadb

import (
	"time"

	"github.com/order-sink/order-sink/plugins/internal/retry"
	"github.com/order-sink/order-sink/plugins/mariadb/writer"
)

// metric counts, times in nanoseconds or shows a figure, under labels.
type metric func(n int64, labels ...string)

type metrics struct {
	rows, batches, refused, retries, waits, replays, statement, lag, commit, build metric

	state func(state string)
}

// newMetrics makes the metrics that description.md describes. The framework's timers are
// in nanoseconds, and so are their names; config/service.yaml exports them in
// seconds, under names that say so.
func newMetrics(counter, timer, gauge func(name string, labels ...string) metric) *metrics {
	return &metrics{
		rows:      counter("mariadb_upsert_rows_total", "outcome"),
		batches:   counter("mariadb_upsert_batches_total"),
		refused:   counter("mariadb_upsert_refused_total", "code"),
		retries:   counter("mariadb_upsert_retries_total", "cause"),
		waits:     counter("mariadb_upsert_waits_total", "cause"),
		replays:   counter("mariadb_upsert_replayed_total"),
		statement: timer("mariadb_upsert_statement_ns"),
		lag:       timer("mariadb_upsert_commit_lag_ns"),
		commit:    gauge("mariadb_upsert_last_commit_timestamp_seconds"),
		state:     retry.Gauge(gauge("mariadb_upsert_state", "state"), retry.Running, retry.Waiting, retry.Stopped),
		build:     gauge("mariadb_upsert_build_info", "version"),
	}
}

func (m *metrics) observer() writer.Observer {
	return writer.Observer{
		Statement: func(d time.Duration) { m.statement(d.Nanoseconds()) },
		Retry:     func(cause string) { m.retries(1, cause) },
	}
}

// outcomes counts a batch when all of its messages have their outcomes.
func (m *metrics) outcomes(r *result) {
	m.batches(1)
	m.count("inserted", r.Inserted)
	m.count("updated", r.Updated)
	m.count("unchanged", r.Unchanged)
	m.count("stale", r.Stale)
	m.count("deleted", r.Deleted)
	m.count("compacted", r.compacted)
	m.count("ignored", r.ignored)
	m.count("refused", len(r.refused))
	m.count("failed", len(r.failed))
	for _, refusal := range r.refused {
		m.refused(1, refusal.Code)
	}
}

func (m *metrics) count(outcome string, n int) {
	if n > 0 {
		m.rows(int64(n), outcome)
	}
}
