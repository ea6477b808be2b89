package dlq

import (
	"context"
	"net"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// The offsets behind the last dead letter may have no record.
func TestAMarkerAtTheEndIsNotWaitedFor(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		u := newUser(t, b)
		client := kafkatest.Client(t, b, kgo.TransactionalID(u.deadLetters))
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		record := u.deadLetter(refusal{Message: orders.NewGenerator(1).NotJSON(), code: "bad_json"})
		if err := client.ProduceSync(t.Context(), record).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := client.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
			t.Fatal(err)
		}
		if got := parse[summary](t, u.expect(0, "list", "-o", "json").out); got.Open != 1 {
			t.Errorf("got %+v", got)
		}
	})
}

func TestAHoleAtTheEndIsNotWaitedFor(t *testing.T) {
	b := kafkatest.InMemory(t)
	u := newUser(t, b)
	fill(u)
	// As if the last three records of each partition had been compacted away.
	b.Cluster.ControlKey(int16(kmsg.ListOffsets), func(request kmsg.Request) (kmsg.Response, error, bool) {
		b.Cluster.KeepControl()
		ask := request.(*kmsg.ListOffsetsRequest)
		if ask.Topics[0].Partitions[0].Timestamp != -1 {
			return nil, nil, false
		}
		answer := ask.ResponseKind().(*kmsg.ListOffsetsResponse)
		for _, topic := range ask.Topics {
			of := kmsg.NewListOffsetsResponseTopic()
			of.Topic = topic.Topic
			for _, partition := range topic.Partitions {
				end := kmsg.NewListOffsetsResponseTopicPartition()
				end.Partition, end.Offset, end.LeaderEpoch = partition.Partition, 6-int64(partition.Partition), 0
				of.Partitions = append(of.Partitions, end)
			}
			answer.Topics = append(answer.Topics, of)
		}
		return answer, nil, true
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if got := u.runContext(ctx, "list", "-o", "json"); got.code != 0 || parse[summary](t, got.out).Open != 5 {
		t.Errorf("got %+v", got)
	}
}

// elects answers requests for the metadata of topics while electing returns true: no
// partition has a leader, as while brokers elect one.
func elects(b *kafka.Memory, electing func() bool) {
	host, port, _ := net.SplitHostPort(b.Seeds()[0])
	number, _ := strconv.Atoi(port)
	b.Cluster.ControlKey(int16(kmsg.Metadata), func(request kmsg.Request) (kmsg.Response, error, bool) {
		b.Cluster.KeepControl()
		ask := request.(*kmsg.MetadataRequest)
		if len(ask.Topics) == 0 || !electing() {
			return nil, nil, false
		}
		node := kmsg.NewMetadataResponseBroker()
		node.Host, node.Port = host, int32(number)
		answer := ask.ResponseKind().(*kmsg.MetadataResponse)
		answer.Brokers = append(answer.Brokers, node)
		for _, topic := range ask.Topics {
			of := kmsg.NewMetadataResponseTopic()
			of.Topic, of.TopicID = topic.Topic, topic.TopicID
			for partition := range int32(2) {
				p := kmsg.NewMetadataResponseTopicPartition()
				p.Partition, p.Leader, p.ErrorCode = partition, -1, kerr.LeaderNotAvailable.Code
				of.Partitions = append(of.Partitions, p)
			}
			answer.Topics = append(answer.Topics, of)
		}
		return answer, nil, true
	})
}

// The first answers say that no partition has a leader.
func TestAnElectionOfALeaderIsWaitedFor(t *testing.T) {
	b := kafkatest.InMemory(t)
	u := newUser(t, b)
	fill(u)
	var answers atomic.Int32
	elects(b, func() bool { return answers.Add(1) <= 2 })
	if got := parse[summary](t, u.expect(0, "list", "-o", "json").out); got.Open != 5 || answers.Load() <= 2 {
		t.Errorf("got %+v after %d answers", got, answers.Load())
	}
}

// The partitions lose their leaders while the command reads them.
func TestAnElectionWhileReadingIsWaitedFor(t *testing.T) {
	b := kafkatest.InMemory(t)
	u := newUser(t, b)
	fill(u)
	var end atomic.Int64 // of the election
	electing := func() bool { return time.Now().UnixNano() < end.Load() }
	elects(b, electing)
	b.Cluster.ControlKey(int16(kmsg.Fetch), func(request kmsg.Request) (kmsg.Response, error, bool) {
		b.Cluster.KeepControl()
		end.CompareAndSwap(0, time.Now().Add(3*time.Second).UnixNano())
		if !electing() {
			return nil, nil, false
		}
		answer := request.ResponseKind().(*kmsg.FetchResponse)
		for _, topic := range request.(*kmsg.FetchRequest).Topics {
			of := kmsg.NewFetchResponseTopic()
			of.Topic, of.TopicID = topic.Topic, topic.TopicID
			for _, partition := range topic.Partitions {
				p := kmsg.NewFetchResponseTopicPartition()
				p.Partition, p.ErrorCode = partition.Partition, kerr.NotLeaderForPartition.Code
				of.Partitions = append(of.Partitions, p)
			}
			answer.Topics = append(answer.Topics, of)
		}
		return answer, nil, true
	})
	if got := parse[summary](t, u.expect(0, "list", "-o", "json").out); got.Open != 5 || electing() {
		t.Errorf("got %+v", got)
	}
}

func TestACompactedTopicIsRead(t *testing.T) {
	b := kafkatest.InMemory(t)
	u := newUser(t, b)
	u.deadLetters += "-compacted"
	if err := b.CreateTopic(t.Context(), u.deadLetters, 1, map[string]string{"cleanup.policy": "compact"}); err != nil {
		t.Fatal(err)
	}
	for i := range int64(4) {
		m := orders.Message{Key: []byte("the same"), Value: []byte("{}")}
		u.refuse(refusal{Message: m, at: i, code: "order_missing"})
	}
	b.Cluster.Compact()
	got := parse[summary](t, u.expect(0, "list", "-o", "json").out)
	if got.Open == 0 || got.Open == 4 {
		t.Errorf("got %+v, expected some of the 4 to be compacted away", got)
	}
	u.expect(0, "replay", "--all", "--yes", strconv.Itoa(got.Open))
	b.Cluster.Compact()
	u.expect(exitNothing, "replay", "--all")
}
