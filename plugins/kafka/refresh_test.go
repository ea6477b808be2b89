package kafka

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// A leader answers a fetch with nothing although it has records while its remote storage
// is slow. That is no proof of a hole: the records must be read later.
func TestAnEmptyAnswerIsNoHole(t *testing.T) {
	t.Parallel()
	b := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, b, 1)
	produce(t, b, numbered(topic, 0, 0, 100)...)
	var answers atomic.Bool
	var checks atomic.Int32
	b.Cluster.ControlKey(int16(kmsg.Fetch), func(r kmsg.Request) (kmsg.Response, error, bool) {
		b.Cluster.KeepControl()
		if answers.Load() {
			return nil, nil, false
		}
		request := r.(*kmsg.FetchRequest)
		if request.MaxWaitMillis == 0 { // a check of the log, and no fetch of the client
			checks.Add(1)
		}
		response := request.ResponseKind().(*kmsg.FetchResponse)
		for _, asked := range request.Topics {
			topic := kmsg.NewFetchResponseTopic()
			topic.Topic, topic.TopicID = asked.Topic, asked.TopicID
			for _, of := range asked.Partitions {
				partition := kmsg.NewFetchResponseTopicPartition()
				partition.Partition, partition.HighWatermark, partition.LastStableOffset, partition.LogStartOffset = of.Partition, 100, 100, 0
				topic.Partitions = append(topic.Partitions, partition)
			}
			response.Topics = append(response.Topics, topic)
		}
		return response, nil, true
	})
	b.Cluster.ControlKey(int16(kmsg.ListOffsets), func(r kmsg.Request) (kmsg.Response, error, bool) {
		b.Cluster.KeepControl()
		request := r.(*kmsg.ListOffsetsRequest)
		asked := request.Topics[0].Partitions[0]
		if asked.Timestamp != -4 { // the start of the local log
			return nil, nil, false
		}
		response := request.ResponseKind().(*kmsg.ListOffsetsResponse)
		partition := kmsg.NewListOffsetsResponseTopicPartition()
		partition.Partition, partition.Offset = asked.Partition, 100
		response.Topics = append(response.Topics, kmsg.ListOffsetsResponseTopic{Topic: request.Topics[0].Topic, Partitions: []kmsg.ListOffsetsResponseTopicPartition{partition}})
		return response, nil, true
	})
	w := watching(t, open(b, topic, ""))
	w.eventually(t, "the input checks the log twice", func() bool { return checks.Load() > 1 })
	require.EqualValues(t, 100, w.metric(metricLag, 0), "%s while nothing was read", metricLag)
	answers.Store(true)
	w.eventually(t, "all is committed", func() bool { return committed(t, b, topic, 0) == 100 })
	require.Equal(t, expected(0, 100), w.got())
	w.reported(t, 0, 0)
}

// A leader that moves without a loss is no truncation, also when the input ends before
// it has checked the log again.
func TestAChangeOfTheLeaderIsNoLoss(t *testing.T) {
	t.Parallel()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(2))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	b := &kafka.Memory{Cluster: cluster}
	topic := kafkatest.Topic(t, b, 1)
	move := func(leader int32) {
		t.Helper()
		require.NoError(t, b.Cluster.MoveTopicPartition(topic, 0, leader))
	}
	move(0)
	produce(t, b, numbered(topic, 0, 0, 10)...)
	w := watching(t, open(b, topic, ""))
	w.eventually(t, "the first leader's records are committed", func() bool { return committed(t, b, topic, 0) == 10 })
	move(1)
	produce(t, b, numbered(topic, 0, 10, 20)...)
	w.eventually(t, "the second leader's records are committed", func() bool { return committed(t, b, topic, 0) == 20 })
	w.end()
	again := watching(t, open(b, topic, ""))
	produce(t, b, numbered(topic, 0, 20, 21)...)
	again.eventually(t, "the last record is committed", func() bool { return committed(t, b, topic, 0) == 21 })
	again.reported(t, 0, 0)
	require.Equal(t, expected(20, 21), again.got(), "only the last record is read again")
}

// A loss is reported once, also when the sink stops, or the partition goes to another
// member, before a record behind the loss was acknowledged.
func TestALossIsReportedByOneMember(t *testing.T) {
	t.Parallel()
	for _, restarts := range []bool{false, true} {
		t.Run(map[bool]string{false: "another member joins", true: "the sink restarts"}[restarts], func(t *testing.T) {
			t.Parallel()
			b := kafkatest.InMemory(t)
			topic := kafkatest.Topic(t, b, 2)
			for partition := range int32(2) {
				records := numbered(topic, 0, 0, 100)
				for _, r := range records {
					r.Partition = partition
				}
				produce(t, b, records...)
				require.NoError(t, commit(t, b, "readers-of-"+topic, at(topic, partition, 10)))
				_, err := admin(t, b).DeleteRecords(t.Context(), at(topic, partition, 100))
				require.NoError(t, err)
			}
			first := watching(t, open(b, topic, ""))
			first.eventually(t, "both losses are reported", func() bool {
				return first.metric(metricLost, 0) == 90 && first.metric(metricLost, 1) == 90
			})
			if restarts {
				first.end()
			}
			second := watching(t, open(b, topic, ""))
			second.eventually(t, "it has a partition", func() bool {
				return second.metric(metricLost, 0) >= 0 || second.metric(metricLost, 1) >= 0
			})
			for partition := range 2 {
				assert.LessOrEqual(t, second.metric(metricLost, partition), int64(0), "partition %d: the second member reports lost records again", partition)
			}
		})
	}
}

// An offset that the coordinator cannot tell now is not the same as no offset: with
// start_offset latest the input would skip all that was not read.
func TestAnUnknownOffsetIsNotNone(t *testing.T) {
	t.Parallel()
	b := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, b, 1)
	produce(t, b, numbered(topic, 0, 0, 100)...)
	require.NoError(t, commit(t, b, "readers-of-"+topic, at(topic, 0, 10)))
	topics, err := admin(t, b).ListTopics(t.Context(), topic)
	require.NoError(t, err)
	var refusals atomic.Int32
	b.Cluster.ControlKey(int16(kmsg.OffsetFetch), func(r kmsg.Request) (kmsg.Response, error, bool) {
		b.Cluster.KeepControl()
		request := r.(*kmsg.OffsetFetchRequest)
		if len(request.Groups) != 1 || request.Groups[0].Topics != nil || refusals.Add(1) > 3 {
			return nil, nil, false // not the comparison with the logs
		}
		response := request.ResponseKind().(*kmsg.OffsetFetchResponse)
		partition := kmsg.NewOffsetFetchResponseGroupTopicPartition()
		partition.Offset, partition.ErrorCode = -1, kerr.UnstableOffsetCommit.Code
		group := kmsg.NewOffsetFetchResponseGroup()
		group.Group = request.Groups[0].Group
		group.Topics = append(group.Topics, kmsg.OffsetFetchResponseGroupTopic{Topic: topic, TopicID: topics[topic].ID, Partitions: []kmsg.OffsetFetchResponseGroupTopicPartition{partition}})
		response.Groups = append(response.Groups, group)
		return response, nil, true
	})
	w := watching(t, open(b, topic, "start_offset: latest"))
	w.eventually(t, "all is read", func() bool { return len(w.got()) >= 90 })
	require.Equal(t, expected(10, 100), w.got(), "what follows the committed offset is read")
}
