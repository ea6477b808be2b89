package report

import (
	"sync"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/retry"
	"github.com/order-sink/order-sink/plugins/mariadb/store"
	"github.com/order-sink/order-sink/plugins/mariadb/writer"
)

// Metric counts, times in nanoseconds or shows a figure, under labels.
type Metric = func(n int64, labels ...string)

// Metrics are the metrics of the output, see description.md.
type Metrics struct {
	rows, batches, refused, retries, unpaired, statement Metric
	Waits, Replays, Lag, Commit, Build                   Metric

	State func(state string)
	Table string // the configured table, "" when each message names its own

	tables tables
}

// NewMetrics makes the metrics that description.md describes. The framework's timers are
// in nanoseconds, and so are their names; config/service.yaml exports them in
// seconds, under names that say so.
func NewMetrics(counter, timer, gauge func(name string, labels ...string) Metric) *Metrics {
	return &Metrics{
		rows:      counter("mariadb_upsert_rows_total", "outcome", "table"),
		batches:   counter("mariadb_upsert_batches_total"),
		refused:   counter("mariadb_upsert_refused_total", "code", "table"),
		retries:   counter("mariadb_upsert_retries_total", "cause"),
		unpaired:  counter("mariadb_upsert_unpaired_total", "table"),
		Waits:     counter("mariadb_upsert_waits_total", "cause"),
		Replays:   counter("mariadb_upsert_replayed_total"),
		statement: timer("mariadb_upsert_statement_ns"),
		Lag:       timer("mariadb_upsert_commit_lag_ns"),
		Commit:    gauge("mariadb_upsert_last_commit_timestamp_seconds"),
		State:     retry.Gauge(gauge("mariadb_upsert_state", "state"), retry.Running, retry.Waiting, retry.Stopped),
		Build:     gauge("mariadb_upsert_build_info", "version"),
	}
}

// Observer returns the observer of a writer that feeds the metrics.
func (m *Metrics) Observer() writer.Observer {
	return writer.Observer{
		Statement: func(d time.Duration) { m.statement(d.Nanoseconds()) },
		Retry:     func(cause string) { m.retries(1, cause) },
	}
}

// Outcomes counts a batch when all of its messages have their outcomes.
func (m *Metrics) Outcomes(r *store.Result) {
	m.batches(1)
	if m.Table != "" {
		m.outcomes(m.Table, r)
	}
	for name, of := range r.Tables {
		m.outcomes(m.tables.label(name), of)
	}
	m.count("failed", m.tables.label(m.Table), len(r.Failed))
}

func (m *Metrics) outcomes(table string, r *store.Result) {
	m.count("inserted", table, r.Inserted)
	m.count("updated", table, r.Updated)
	m.count("unchanged", table, r.Unchanged)
	m.count("stale", table, r.Stale)
	m.count("deleted", table, r.Deleted)
	m.count("missing", table, r.Missing)
	m.count("truncated", table, r.Truncated)
	m.count("compacted", table, r.Compacted)
	m.count("ignored", table, r.Ignored)
	m.count("refused", table, len(r.Refused))
	for _, refusal := range r.Refused {
		m.refused(1, refusal.Code, table)
	}
	if r.Unpaired > 0 {
		m.unpaired(int64(r.Unpaired), table)
	}
}

func (m *Metrics) count(outcome, table string, n int) {
	if n > 0 {
		m.rows(int64(n), outcome, table)
	}
}

const (
	// maxTables bounds the series of a metric. The rows of further tables count together.
	maxTables   = 100
	otherTables = "(other)"
	noTable     = "(none)"
)

// tables gives tables their label.
type tables struct {
	mutex sync.Mutex
	known map[string]bool
}

func (t *tables) label(name string) string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	switch {
	case name == "":
		return noTable
	case t.known[name]:
	case len(t.known) >= maxTables:
		return otherTables
	case t.known == nil:
		t.known = map[string]bool{name: true}
	default:
		t.known[name] = true
	}
	return name
}
