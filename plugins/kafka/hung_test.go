package kafka

import (
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

// hung is a topic of two partitions and two brokers. The leader of one partition hangs on
// ListOffsets, as when its disk hangs, until wake is called.
type hung struct {
	*kafka.Memory
	topic, group string
	leaders      [2]int32
	wake         func()
}

func hanging(t *testing.T, partition int) *hung {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(2))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	h := &hung{Memory: &kafka.Memory{Cluster: cluster}}
	h.topic = kafkatest.Topic(t, h.Memory, 2)
	h.group = "readers-of-" + h.topic
	answering := cluster.CoordinatorFor(h.group)
	h.leaders[partition], h.leaders[1-partition] = 1-answering, answering
	h.lead(t)
	awake := make(chan struct{})
	h.wake = sync.OnceFunc(func() { close(awake) })
	t.Cleanup(h.wake) // before the cluster closes
	cluster.ControlKey(int16(kmsg.ListOffsets), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		if cluster.CurrentNode() == answering {
			return nil, nil, false
		}
		select {
		case <-awake:
			return nil, nil, false
		default:
		}
		cluster.SleepControl(func() { <-awake })
		return nil, errors.New("the disk hangs"), true
	})
	return h
}

func (h *hung) lead(t *testing.T) {
	t.Helper()
	for partition, leader := range h.leaders {
		require.NoError(t, h.Cluster.MoveTopicPartition(h.topic, int32(partition), leader))
	}
}

// A broker that hangs keeps no member from the partitions of the other brokers, and does
// not hide their lag.
func TestABrokerThatHangsKeepsItsOwnPartitionsOnly(t *testing.T) {
	t.Parallel()
	h := hanging(t, 1)
	produce(t, h, numbered(h.topic, 0, 0, 10)...)
	for partition := range int32(2) {
		require.NoError(t, commit(t, h, h.group, at(h.topic, partition, 0)))
	}
	w := watching(t, open(h, h.topic, "buffer_bytes: 100B\nmax_batch_records: 1\n"))
	w.gate.close()
	w.eventually(t, "the first record of the other broker is being written", func() bool { return len(w.got()) == 1 })
	produce(t, h, numbered(h.topic, 0, 10, 100)...)
	w.eventually(t, "the lag is 100 while nothing is fetched", func() bool { return w.metric(metricLag, 0) == 100 })
	w.gate.open()
	w.eventually(t, "all is committed", func() bool { return committed(t, h, h.topic, 0) == 100 })
	require.Equal(t, expected(0, 100), w.got())
}

// A partition keeps its committed position while its leader hangs: once the leader answers,
// the input finds out that the offset is of a deleted topic.
func TestAnOffsetOfADeletedTopicIsFoundOutBehindAHungBroker(t *testing.T) {
	t.Parallel()
	h := hanging(t, 0)
	stale := offsets.Position{TopicID: [16]byte{1}, Next: 20, LogEnd: 20}
	var restored kadm.Offsets
	restored.Add(kadm.Offset{Topic: h.topic, At: 20, LeaderEpoch: -1, Metadata: stale.CommitMetadata()})
	require.NoError(t, commit(t, h, h.group, restored))
	produce(t, h, numbered(h.topic, 0, 0, 50)...)
	w := watching(t, open(h, h.topic, ""))
	w.eventually(t, "the partition is read from the committed offset", func() bool { return len(w.got()) == 30 })
	h.wake()
	w.eventually(t, "the topic is read from its beginning", func() bool { return len(w.got()) == 80 && committed(t, h, h.topic, 0) == 50 })
	require.Equal(t, append(expected(20, 50), expected(0, 50)...), w.got())
	require.Equal(t, 1, w.warned("the topic was deleted and created again"), "the warnings of the topic")
}
