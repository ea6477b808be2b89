package mariadb

import (
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
)

// The outcomes of a message, as labels.
const (
	outcomeInserted  = "inserted"
	outcomeUpdated   = "updated"
	outcomeUnchanged = "unchanged"
	outcomeCompacted = "compacted"
	outcomeRefused   = "refused"
)

type metrics struct {
	rows, refused, retries, waits *service.MetricCounter
	statement, lag                *service.MetricTimer
}

func newMetrics(m *service.Metrics) *metrics {
	return &metrics{
		rows:      m.NewCounter("order_sink_rows", "outcome"),
		refused:   m.NewCounter("order_sink_rows_refused", "code"),
		retries:   m.NewCounter("order_sink_retries", "cause"),
		waits:     m.NewCounter("order_sink_waits", "cause"),
		statement: m.NewTimer("order_sink_statement_ns"),
		lag:       m.NewTimer("order_sink_commit_lag_ns"),
	}
}

func (m *metrics) observer() observer {
	return observer{
		statement: func(d time.Duration) { m.statement.Timing(d.Nanoseconds()) },
		retry:     func(cause string) { m.retries.Incr(1, cause) },
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
			m.rows.Incr(int64(counted.n), counted.outcome)
		}
	}
	for _, refusal := range r.refused {
		m.refused.Incr(1, refusal.Code)
	}
}

// lagOf is the time from the Kafka timestamp of a message until now.
func lagOf(m *service.Message) (time.Duration, bool) {
	v, found := m.MetaGetMut("kafka_timestamp_ms")
	if ms, ok := v.(int64); found && ok {
		return max(0, time.Since(time.UnixMilli(ms))), true
	}
	return 0, false
}
