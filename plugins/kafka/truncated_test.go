package kafka

import (
	"slices"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// cutLog kills a broker, cuts a log off at an offset, and starts the broker again.
func cutLog(t *testing.T, b *kafka.Java, topic string, offset int64) {
	t.Helper()
	if err := b.Kill(); err != nil {
		t.Fatal(err)
	}
	if first, err := b.Cut(topic, 0, offset); err != nil || first != offset {
		t.Fatalf("cut at %d: %v", first, err)
	}
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	new(reading).eventually(t, "the topic is there", func() bool {
		ends, err := admin(t, b).ListEndOffsets(t.Context(), topic)
		end, ok := ends.Lookup(topic, 0)
		return err == nil && ok && end.Err == nil && end.Offset == offset
	})
}

// A log that was cut off and has grown again beyond the position: reading goes on
// where the logs part, and no record of the new log is skipped.
func TestATruncatedLogIsReadFromWhereItWasCut(t *testing.T) {
	b := kafkatest.Private(t)
	fill := func(t *testing.T, topic string, from, to int) {
		for i := from; i < to; i += 10 {
			produce(t, b, values(topic, i, i+10)...) // a batch
		}
	}
	const slow = "buffer_bytes: 1KiB\nfetch_max_bytes: 1KiB\nfetch_max_partition_bytes: 1KiB\n"
	t.Run("while the sink is down", func(t *testing.T) {
		topic := kafkatest.Topic(t, b, 1)
		fill(t, topic, 0, 100)
		w := watching(t, open(b, topic, ""))
		w.eventually(t, "all is read", func() bool { return committedAt(t, b, topic) == 100 })
		w.end()
		cutLog(t, b, topic, 60)
		fill(t, topic, 200, 300)
		w = watching(t, open(b, topic, ""))
		w.eventually(t, "the new log is read", func() bool { return committedAt(t, b, topic) == 160 })
		if got := w.got(); !slices.Equal(got, expected(200, 300)) {
			t.Errorf("read: %v", got)
		}
		w.reported(t, 40, 1, "partition 0, offsets 60 to 99 (40 offsets): Kafka cut off the end of the log", "the sink had acknowledged all of these records. Reading goes on from offset 60.")
	})
	t.Run("while the sink waits for records", func(t *testing.T) {
		topic := kafkatest.Topic(t, b, 1)
		fill(t, topic, 0, 100)
		w := watching(t, open(b, topic, ""))
		w.eventually(t, "all is read", func() bool { return committedAt(t, b, topic) == 100 })
		cutLog(t, b, topic, 60)
		fill(t, topic, 200, 300)
		w.eventually(t, "the new log is read", func() bool { return committedAt(t, b, topic) == 160 })
		if got := w.got(); !slices.Equal(got, append(expected(0, 100), expected(200, 300)...)) {
			t.Errorf("read: %v", got)
		}
		w.reported(t, 40, 1, "offsets 60 to 99 (40 offsets): Kafka cut off the end of the log", "the sink had acknowledged all of these records")
	})
	t.Run("behind what the sink has read", func(t *testing.T) {
		topic := kafkatest.Topic(t, b, 1)
		w := watching(t, open(b, topic, slow))
		w.gate.close()
		fill(t, topic, 0, 1000)
		w.eventually(t, "the lag", func() bool { return w.metric(metricLag, 0) == 1000 })
		cutLog(t, b, topic, 600)
		fill(t, topic, 2000, 2600)
		w.gate.open()
		w.eventually(t, "the new log is read", func() bool { return committedAt(t, b, topic) == 1200 && w.metric(metricLag, 0) == 0 })
		// What was in flight when the broker went may have come twice.
		if got := distinct(w.got()); !slices.Equal(got, append(expected(0, 600), expected(2000, 2600)...)) {
			t.Errorf("read: %v", got)
		}
		w.reported(t, 400, 1, "offsets 600 to 999 (400 offsets): Kafka cut off the end of the log", "the sink had acknowledged none of these records")
	})
	t.Run("and the sink stops", func(t *testing.T) {
		topic := kafkatest.Topic(t, b, 1)
		fill(t, topic, 0, 100)
		w := watching(t, open(b, topic, "on_offset_gone: stop\n"))
		w.eventually(t, "all is read", func() bool { return committedAt(t, b, topic) == 100 })
		cutLog(t, b, topic, 60)
		fill(t, topic, 200, 300)
		w.eventually(t, "it is not ready", func() bool {
			status, text := w.get("/ready")
			return status == 503 && strings.Contains(text, "offsets 60 to 99 (40 offsets): Kafka cut off the end of the log")
		})
		w.eventually(t, "the offset can be set", func() bool { return commit(t, b, "readers-of-"+topic, at(topic, 0, 60)) == nil })
		w.eventually(t, "it goes on by itself", func() bool { return committedAt(t, b, topic) == 160 })
		if got := w.got(); !slices.Equal(got, append(expected(0, 100), expected(200, 300)...)) {
			t.Errorf("read: %v", got)
		}
		w.reported(t, 40, 1)
	})
}

// distinct leaves out what has come before.
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
