package kafka

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

// A committed offset that retention has passed is no offset of a group that begins.
func TestRecordsDeletedBeforeTheStartAreReported(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for _, start := range []string{startEarliest, startLatest} {
			t.Run(start, func(t *testing.T) {
				topic := kafkatest.Topic(t, b, 2)
				produce(t, b, numbered(topic, 0, 0, 100)...)
				require.NoError(t, commit(t, b, "readers-of-"+topic, at(topic, 0, 10)))
				deleteTo(t, b, topic, 50)
				w := watching(t, open(b, topic, "start_offset: "+start+"\n"))
				w.eventually(t, "the rest is read", func() bool { return len(w.got()) == 50 && committed(t, b, topic, 0) == 100 })
				require.Equal(t, expected(50, 100), w.got())
				w.reported(t, 40, 1, "topic "+topic+", partition 0, offsets 10 to 49 (40 offsets)", "Reading goes on from offset 50.")
				require.Zero(t, w.metric(metricLost, 1), "%s of the other partition", metricLost)
			})
		}
	})
}

// The group's own offset moves to where reading goes on, also where there is nothing
// to read: the next start must not report the same loss again.
func TestALossIsReportedOnce(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 1)
		produce(t, b, numbered(topic, 0, 0, 100)...)
		require.NoError(t, commit(t, b, "readers-of-"+topic, at(topic, 0, 10)))
		deleteTo(t, b, topic, 100)
		w := watching(t, open(b, topic, ""))
		w.eventually(t, "the offset is committed", func() bool { return committed(t, b, topic, 0) == 100 })
		w.reported(t, 90, 1, "offsets 10 to 99 (90 offsets)")
		w.end()
		again := watching(t, open(b, topic, ""))
		produce(t, b, numbered(topic, 0, 100, 101)...)
		again.eventually(t, "the new record is read", func() bool { return len(again.got()) == 1 })
		again.reported(t, 0, 0)
	})
}

// Retention deletes records while a sink cannot write: the sink writes the records that it
// holds, and reports the others.
func TestRecordsDeletedUnderARunningInputAreReported(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for name, left := range map[string]int{"some are left": 100, "none is left": 0} {
			t.Run(name, func(t *testing.T) {
				const all = 2000
				topic := kafkatest.Topic(t, b, 1)
				w := watching(t, open(b, topic, "buffer_bytes: 1KiB\nfetch_max_bytes: 1KiB\nfetch_max_partition_bytes: 1KiB\n"))
				w.gate.close()
				for i := 0; i < all; i += 20 {
					produce(t, b, numbered(topic, 0, i, i+20)...)
				}
				w.eventually(t, "the lag", func() bool { return w.metric(metricLag, 0) == all })
				deleteTo(t, b, topic, int64(all-left))
				w.gate.open()
				w.eventually(t, "the rest is read", func() bool { return committed(t, b, topic, 0) == all })
				got := w.got()
				missing := all - len(got)
				held := len(got) - left
				require.NotZero(t, missing, "all records were read")
				require.Equal(t, append(expected(0, held), expected(all-left, all)...), got)
				w.reported(t, int64(missing), 1, fmt.Sprintf("offsets %d to %d (%d offsets)", held, all-left-1, missing))
			})
		}
	})
}

// With on_offset_gone: stop the input waits, outside of the group, until an operator
// has set the offset.
func TestALossStopsTheInput(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 1)
		group := "readers-of-" + topic
		produce(t, b, numbered(topic, 0, 0, 100)...)
		require.NoError(t, commit(t, b, group, at(topic, 0, 10)))
		deleteTo(t, b, topic, 50)
		w := watching(t, open(b, topic, "on_offset_gone: stop\n"))
		stopped := func(offsets string, lost int64, warnings int) {
			t.Helper()
			w.eventually(t, "it is not ready", func() bool {
				status, text := w.get("/ready")
				return status == 503 && strings.Contains(text, "records are gone: topic "+topic+", partition 0, "+offsets) && strings.Contains(text, "kafka-consumer-groups")
			})
			w.reported(t, lost, warnings, offsets, "The input stops, since on_offset_gone is stop.")
			w.eventually(t, "the group has no member", func() bool {
				groups, err := admin(t, b).DescribeGroups(t.Context(), group)
				return err == nil && len(groups[group].Members) == 0
			})
		}
		stopped("offsets 10 to 49 (40 offsets)", 40, 1)
		w.eventually(t, "the lag is what is left", func() bool { return w.metric(metricLag, 0) == 50 })
		// More is deleted meanwhile.
		deleteTo(t, b, topic, 60)
		w.eventually(t, "the rest of the loss is reported", func() bool { return w.metric(metricLost, 0) == 50 })
		w.reported(t, 50, 2, "offsets 50 to 59 (10 offsets)")
		w.eventually(t, "less is left", func() bool { return w.metric(metricLag, 0) == 40 })
		require.Empty(t, w.got())
		require.NoError(t, commit(t, b, group, at(topic, 0, 60)))
		w.eventually(t, "it goes on by itself", func() bool { return committed(t, b, topic, 0) == 100 })
		require.Equal(t, expected(60, 100), w.got())
		// Now under a running input.
		w.gate.close()
		produce(t, b, numbered(topic, 0, 100, 110)...)
		w.eventually(t, "it is held up", func() bool { return len(w.got()) == 41 })
		held, err := admin(t, b).ListEndOffsets(t.Context(), topic)
		require.NoError(t, err)
		end, _ := held.Lookup(topic, 0)
		require.EqualValues(t, 110, end.Offset)
		w.gate.open()
		w.eventually(t, "all is read", func() bool { return committed(t, b, topic, 0) == 110 })
		status, text := w.get("/ready")
		require.Equal(t, 200, status, "/ready: %s", text)
	})
}

// A topic that was deleted and created again is another log.
func TestARecreatedTopicIsReadFromItsBeginning(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for _, how := range []string{offsets.GoneContinue, offsets.GoneStop} {
			t.Run(how, func(t *testing.T) {
				const old, young = 2000, 30
				topic := kafkatest.Topic(t, b, 1)
				group := "readers-of-" + topic
				w := watching(t, open(b, topic, "buffer_bytes: 1KiB\nfetch_max_bytes: 1KiB\nfetch_max_partition_bytes: 1KiB\n"+
					"start_offset: latest\nmetadata_max_age: 500ms\non_offset_gone: "+how+"\n"))
				w.eventually(t, "it has the partition", func() bool { return w.metric(metricLag, 0) == 0 })
				w.gate.close()
				for i := 0; i < old; i += 20 {
					produce(t, b, numbered(topic, 0, i, i+20)...)
				}
				w.eventually(t, "the lag", func() bool { return w.metric(metricLag, 0) == old })
				recreate(t, b, topic)
				produce(t, b, numbered(topic, 0, 0, young)...)
				w.gate.open()
				if how == offsets.GoneStop {
					w.eventually(t, "it is not ready", func() bool {
						status, text := w.get("/ready")
						return status == 503 && strings.Contains(text, "the topic was deleted and created again")
					})
					w.eventually(t, "the offset can be set", func() bool { return commit(t, b, group, at(topic, 0, 0)) == nil })
				}
				w.eventually(t, "the new topic is read", func() bool { return committed(t, b, topic, 0) == young })
				got := w.got()
				held := len(got) - young
				require.Positive(t, held, "read: %v", got)
				require.Equal(t, append(expected(0, held), expected(0, young)...), got)
				w.reported(t, int64(old-held), 1, fmt.Sprintf("offsets %d to %d (%d offsets): the topic was deleted and created again", held, old-1, old-held))
			})
		}
	})
}

// An offset of the old topic that is still there, as in a group that was restored,
// skips no record of the new one.
func TestAnOffsetOfADeletedTopicIsIgnored(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 1)
		group := "readers-of-" + topic
		produce(t, b, numbered(topic, 0, 0, 20)...)
		w := watching(t, open(b, topic, ""))
		w.eventually(t, "all is read", func() bool { return committed(t, b, topic, 0) == 20 })
		w.end()
		offsets, err := admin(t, b).FetchOffsets(t.Context(), group)
		require.NoError(t, err)
		stale, _ := offsets.Lookup(topic, 0)
		recreate(t, b, topic)
		produce(t, b, numbered(topic, 0, 100, 150)...)
		var restored kadm.Offsets
		restored.Add(kadm.Offset{Topic: topic, At: stale.At, LeaderEpoch: stale.LeaderEpoch, Metadata: stale.Metadata})
		require.NoError(t, commit(t, b, group, restored))
		again := watching(t, open(b, topic, ""))
		again.eventually(t, "the new topic is read", func() bool { return committed(t, b, topic, 0) == 50 })
		require.Equal(t, expected(100, 150), again.got())
		again.reported(t, 0, 1, "the topic was deleted and created again; no record of the deleted topic is known to be lost")
	})
}
