package kafka

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

func deleteTopic(t *testing.T, b kafka.Broker, topic string) {
	t.Helper()
	_, err := admin(t, b).DeleteTopic(t.Context(), topic)
	require.NoError(t, err)
}

// of is a metric of a partition of a topic, -1 where it has none.
func (w *watched) of(name, topic string, partition int) (value int64) {
	_, text := w.get("/metrics")
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, name+"{") && strings.Contains(line, fmt.Sprintf(`partition="%d"`, partition)) && strings.Contains(line, `topic="`+topic+`"`) {
			var n float64
			if _, err := fmt.Sscan(line[strings.LastIndexByte(line, ' ')+1:], &n); err == nil {
				return int64(n)
			}
		}
	}
	return -1
}

// The other topics are read on, and the input does not wait.
func TestADeletedTopicDisturbsNoOther(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for _, how := range []string{offsets.GoneContinue, offsets.GoneStop} {
			t.Run(how, func(t *testing.T) {
				group := kafkatest.Topic(t, b, 1)
				kept, gone := create(t, b, group+".a", 1), create(t, b, group+".b", 1)
				records := append(named(kept, 0, 0, 5), named(gone, 0, 0, 5)...)
				produce(t, b, records...)
				w := watching(t, matching(b, group, group+`\..*`, "idle: 100ms\non_offset_gone: "+how+"\n"))
				w.has(t, values(records))
				w.eventually(t, "all is committed", func() bool { return committedBy(t, b, group, gone, 0) == 5 && committedBy(t, b, group, kept, 0) == 5 })
				deleteTopic(t, b, gone)
				more := named(kept, 0, 5, 10)
				produce(t, b, more...)
				w.has(t, append(values(records), values(more)...))
				w.eventually(t, "the group has given up the topic", func() bool {
					groups, err := admin(t, b).DescribeGroups(t.Context(), "readers-of-"+group)
					described := groups["readers-of-"+group]
					assigned := described.AssignedPartitions()
					return err == nil && len(assigned) == 1 && assigned.Lookup(kept, 0)
				})
				last := named(kept, 0, 10, 15)
				produce(t, b, last...)
				w.has(t, append(values(records), values(more, last)...))
				w.eventually(t, "the offset is committed", func() bool { return committedBy(t, b, group, kept, 0) == 15 })
				require.Zero(t, w.logged("waiting to read"), "the log reports a wait")
				require.Zero(t, w.of(metricLost, gone, 0), metricLost)
				// A topic of this name is another topic.
				create(t, b, gone, 1)
				again := named(gone, 0, 20, 25)
				produce(t, b, again...)
				w.has(t, append(values(records), values(more, last, again)...))
				require.Zero(t, w.of(metricLost, gone, 0), metricLost)
			})
		}
	})
}

// What was not read of a deleted topic is reported, and the records that are held are
// written.
func TestTheUnreadRecordsOfADeletedTopicAreReported(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for _, recreated := range []bool{false, true} {
			t.Run(fmt.Sprint("recreated ", recreated), func(t *testing.T) {
				const all, young = 2000, 30
				group := kafkatest.Topic(t, b, 1)
				kept, gone := create(t, b, group+".a", 1), create(t, b, group+".b", 1)
				w := watching(t, matching(b, group, group+`\..*`, "buffer_bytes: 1KiB\nfetch_max_bytes: 1KiB\nfetch_max_partition_bytes: 1KiB\n"))
				w.eventually(t, "it has the partition", func() bool { return w.of(metricLag, gone, 0) == 0 })
				w.gate.close()
				for i := 0; i < all; i += 20 {
					produce(t, b, named(gone, 0, i, i+20)...)
				}
				w.eventually(t, "the lag", func() bool { return w.of(metricLag, gone, 0) == all })
				deleteTopic(t, b, gone)
				var newer []string
				if recreated {
					await(t, "the topic is created again", func() bool { return b.CreateTopic(t.Context(), gone, 1, nil) == nil })
					produce(t, b, named(gone, 0, 0, young)...)
					newer = values(named(gone, 0, 0, young))
				}
				others := named(kept, 0, 0, 5)
				produce(t, b, others...)
				w.gate.open()
				w.eventually(t, "the others are read", func() bool {
					return committedBy(t, b, group, kept, 0) == 5 && (!recreated || committedBy(t, b, group, gone, 0) == young)
				})
				w.eventually(t, "the loss is reported", func() bool { return w.of(metricLost, gone, 0) > 0 })
				held := len(w.got()) - len(others) - len(newer)
				require.Positive(t, held, "records that were held")
				w.has(t, append(append(values(named(gone, 0, 0, held)), newer...), values(others)...))
				require.EqualValues(t, all-held, w.of(metricLost, gone, 0), metricLost)
				w.reported(t, w.metric(metricLost, 0), 1, fmt.Sprintf("topic %s, partition 0, offsets %d to %d (%d offsets): the topic was deleted", gone, held, all-1, all-held))
				w.eventually(t, "nothing is left to read", func() bool { return w.of(metricLag, gone, 0) == 0 })
			})
		}
	})
}
