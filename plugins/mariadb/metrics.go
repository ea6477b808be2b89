package mariadb

import (
	"time"

	"github.com/order-sink/order-sink/plugins/internal/retry"
	"github.com/order-sink/order-sink/plugins/mariadb/writer"
)

// The outcomes of a message, as labels.
const (
	outcomeInserted  = "inserted"
	outcomeUpdated   = "updated"
	outcomeUnchanged = "unchanged"
	outcomeStale     = "stale"
	outcomeDeleted   = "deleted"
	outcomeCompacted = "compacted"
	outcomeIgnored   = "ignored"
	outcomeRefused   = "refused"
	outcomeFailed    = "failed"
)

// metric counts, times in nanoseconds or shows a figure, under labels.
type metric func(n int64, labels ...string)

type metrics struct {
	rows, batches, refused, retries, waits, replays, statement, lag, commit, build metric

	state func(state string)
}

// newMetrics makes the metrics that [Spec] describes. The framework's timers are
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

// verdicts counts a batch once all of its messages have their verdicts.
func (m *metrics) verdicts(r *result) {
	m.batches(1)
	m.count(outcomeInserted, r.Inserted)
	m.count(outcomeUpdated, r.Updated)
	m.count(outcomeUnchanged, r.Unchanged)
	m.count(outcomeStale, r.Stale)
	m.count(outcomeDeleted, r.Deleted)
	m.count(outcomeCompacted, r.compacted)
	m.count(outcomeIgnored, r.ignored)
	m.count(outcomeRefused, len(r.refused))
	m.count(outcomeFailed, len(r.failed))
	for _, refusal := range r.refused {
		m.refused(1, refusal.Code)
	}
}

func (m *metrics) count(outcome string, n int) {
	if n > 0 {
		m.rows(int64(n), outcome)
	}
}

const descriptionOfMetrics = `== Metrics

- ` + "`mariadb_upsert_rows_total`" + `, a counter of messages by ` + "`outcome`" + `: ` + "`inserted`, `updated`, `unchanged`, `stale`" + ` (older than the stored ` + "`version`), `deleted`, `compacted`" + ` (another message of its key in the batch stands for it), ` + "`ignored`" + ` (a tombstone), ` + "`refused`" + ` and ` + "`failed`" + ` (a processor had refused it). Each message counts once, when it has its verdict; a batch that is written again after a lost answer is counted as unchanged. A batch that ` + "`dead_letter_limit`" + ` holds back counts when it passes, with the outcomes of its first write. A tombstone that finds nothing to delete counts as unchanged.
- ` + "`mariadb_upsert_refused_total`" + `, a counter by ` + "`code`" + `.
- ` + "`mariadb_upsert_batches_total`" + `, a counter of the batches that had their verdicts: rows by batches is the size of a batch.
- ` + "`mariadb_upsert_statement_ns`" + `, a timer of each statement. The framework's timers are in nanoseconds; its ` + "`prometheus`" + ` exporter turns them into seconds, and leaves their names alone, where ` + "`use_histogram_timing`" + ` is set. A ` + "`metrics.mapping`" + ` gives them a name of that unit: ` + "`root = this.re_replace_all(\"_ns$\", \"_seconds\")`" + `.
- ` + "`mariadb_upsert_commit_lag_ns`" + `, a timer from the ` + "`kafka_timestamp_ms`" + ` of a batch's first message to its commit, where that is in milliseconds.
- ` + "`mariadb_upsert_retries_total`" + `, a counter by ` + "`cause`" + `: ` + "`deadlock`, `lock_wait`, `connection`, `error_<number>`" + `.
- ` + "`mariadb_upsert_waits_total`" + `, a counter by ` + "`cause`" + ` of tries that ended in waiting: ` + "`dead_letter`" + ` is a wait for the output of dead letters.
- ` + "`mariadb_upsert_state`" + `, a gauge by ` + "`state`: `running`, `waiting` or `stopped`" + ` is 1, the others are 0.
- ` + "`mariadb_upsert_last_commit_timestamp_seconds`" + `, a gauge: the Unix time of the last commit, at first of the start.
- ` + "`mariadb_upsert_replayed_total`" + `, a counter of messages that had been dead letters (they carry a header ` + "`order_sink.replayed_from`" + `).
- ` + "`mariadb_upsert_build_info`" + `, a gauge that is 1, by the ` + "`version`" + ` of the program.
`
