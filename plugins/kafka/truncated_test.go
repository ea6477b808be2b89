package kafka

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// fill produces records batch by batch: the broker cuts a log off between two batches.
func fill(t *testing.T, b kafka.Broker, topic string, from, to int) {
	t.Helper()
	for i := from; i < to; i += 10 {
		produce(t, b, numbered(topic, 0, i, i+10)...)
	}
}

// A log that was cut off and has grown again beyond the position: reading goes on
// where the logs differ, and no record of the new log is skipped.
func TestATruncatedLogIsReadFromWhereItWasCut(t *testing.T) {
	b := kafkatest.Private(t)
	// read reads 100 records. Then the log loses 40 of them and gets 100 others: before the
	// input starts again, or under it.
	read := func(t *testing.T, options string, again bool) (w *watched, topic string) {
		t.Helper()
		topic = kafkatest.Topic(t, b, 1)
		fill(t, b, topic, 0, 100)
		w = watching(t, open(b, topic, options))
		w.eventually(t, "all is read", func() bool { return committed(t, b, topic, 0) == 100 })
		if again {
			w.end()
		}
		cutLog(t, b, topic, 60)
		fill(t, b, topic, 200, 300)
		if again {
			w = watching(t, open(b, topic, options))
		}
		return w, topic
	}
	expect := func(t *testing.T, w *watched, topic string, values []string, texts ...string) {
		t.Helper()
		w.eventually(t, "the new log is read", func() bool { return committed(t, b, topic, 0) == 160 })
		require.Equal(t, values, w.got())
		w.reported(t, 40, 1, texts...)
	}
	t.Run("while the sink is down", func(t *testing.T) {
		w, topic := read(t, "", true)
		expect(t, w, topic, expected(200, 300), "partition 0, offsets 60 to 99 (40 offsets): Kafka cut off the end of the log",
			"the sink had acknowledged all of these records. Reading goes on from offset 60.")
	})
	t.Run("while the sink waits for records", func(t *testing.T) {
		w, topic := read(t, "", false)
		expect(t, w, topic, append(expected(0, 100), expected(200, 300)...),
			"offsets 60 to 99 (40 offsets): Kafka cut off the end of the log", "the sink had acknowledged all of these records")
	})
	t.Run("behind what the sink has read", func(t *testing.T) { cutAhead(t, b) })
	t.Run("and the sink stops", func(t *testing.T) {
		w, topic := read(t, "on_offset_gone: stop\n", false)
		w.eventually(t, "it is not ready", func() bool {
			status, text := w.get("/ready")
			return status == 503 && strings.Contains(text, "offsets 60 to 99 (40 offsets): Kafka cut off the end of the log")
		})
		w.eventually(t, "the offset can be set", func() bool { return commit(t, b, "readers-of-"+topic, at(topic, 0, 60)) == nil })
		expect(t, w, topic, append(expected(0, 100), expected(200, 300)...))
	})
}

// cutAhead cuts a log off behind the last record that a sink has read.
func cutAhead(t *testing.T, b *kafka.Java) {
	topic := kafkatest.Topic(t, b, 1)
	w := watching(t, open(b, topic, "buffer_bytes: 1KiB\nfetch_max_bytes: 1KiB\nfetch_max_partition_bytes: 1KiB\n"))
	w.gate.close()
	fill(t, b, topic, 0, 1000)
	w.eventually(t, "the lag", func() bool { return w.metric(metricLag, 0) == 1000 })
	cutLog(t, b, topic, 600)
	fill(t, b, topic, 2000, 2600)
	w.gate.open()
	w.eventually(t, "the new log is read", func() bool { return committed(t, b, topic, 0) == 1200 && w.metric(metricLag, 0) == 0 })
	// The records in flight when the broker went may have come twice.
	require.Equal(t, append(expected(0, 600), expected(2000, 2600)...), distinct(w.got()))
	w.reported(t, 400, 1, "offsets 600 to 999 (400 offsets): Kafka cut off the end of the log", "the sink had acknowledged none of these records")
}

// distinct leaves out the values that have come before.
func distinct(all []string) (once []string) {
	seen := map[string]bool{}
	for _, one := range all {
		if !seen[one] {
			seen[one] = true
			once = append(once, one)
		}
	}
	return once
}
