package kafka

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"pgregory.net/rapid"

	"github.com/order-sink/order-sink/internal/broker"
)

// clients is what the client library makes of a record's timestamp.
func clients(ms int64) *kgo.Record { return &kgo.Record{Timestamp: time.Unix(0, ms*1e6)} }

func TestTheNumberOfATimestampIsRecovered(t *testing.T) {
	exact := func(ms int64) {
		if got, known := Timestamp(clients(ms)); !known || got != ms {
			t.Fatalf("%d became %d, %v", ms, got, known)
		}
	}
	for _, ms := range []int64{0, 1, 63, 64, 1709210096789, 9223372036854, 9223372036855, 18446744073709, 18446744073710, 1795784212612000, MaxTimestamp} {
		exact(ms)
	}
	for ms := range int64(1_000_000) {
		exact(ms)
		exact(MaxTimestamp - ms)
		exact(1795784212612000 + ms)
	}
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, MaxTimestamp).Draw(t, "ms")
		if got, known := Timestamp(clients(ms)); !known || got != ms {
			t.Fatalf("%d became %d, %v", ms, got, known)
		}
	})
	for _, ms := range []int64{-1, -2, -1709210096789, MaxTimestamp + 1, 1795784212612000000, 1<<63 - 1} {
		if got, known := Timestamp(clients(ms)); known {
			t.Errorf("%d became %d", ms, got)
		}
	}
}

func BenchmarkTimestamp(b *testing.B) {
	r := clients(1795784212612)
	for b.Loop() {
		if _, known := Timestamp(r); !known {
			b.Fatal("not known")
		}
	}
}

// produceAt writes a record with any timestamp. A client library would change it.
func produceAt(t *testing.T, b broker.Broker, topic string, ms int64, value string) error {
	t.Helper()
	record := []byte{0}                      // attributes
	record = binary.AppendVarint(record, 0)  // timestamp, offset: as the batch has them
	record = binary.AppendVarint(record, 0)  //
	record = binary.AppendVarint(record, -1) // no key
	record = binary.AppendVarint(record, int64(len(value)))
	record = append(record, value...)
	record = binary.AppendVarint(record, 0) // headers
	batch := kmsg.RecordBatch{
		Magic: 2, PartitionLeaderEpoch: -1, FirstTimestamp: ms, MaxTimestamp: ms, ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1, NumRecords: 1,
		Records: append(binary.AppendVarint(nil, int64(len(record))), record...),
	}
	raw := batch.AppendTo(nil)
	binary.BigEndian.PutUint32(raw[8:], uint32(len(raw)-12))
	binary.BigEndian.PutUint32(raw[17:], crc32.Checksum(raw[21:], crc32.MakeTable(crc32.Castagnoli)))

	client := connect(t, b)
	ask := kmsg.NewPtrMetadataRequest()
	ask.Topics = []kmsg.MetadataRequestTopic{{Topic: &topic}}
	known, err := ask.RequestWith(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	request := kmsg.NewPtrProduceRequest()
	request.Acks, request.TimeoutMillis = -1, 5000
	request.Topics = []kmsg.ProduceRequestTopic{{Topic: topic, TopicID: known.Topics[0].TopicID, Partitions: []kmsg.ProduceRequestTopicPartition{{Records: raw}}}}
	answer, err := request.RequestWith(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	return kerr.ErrorForCode(answer.Topics[0].Partitions[0].ErrorCode)
}

// The number goes on as it is in the log. A record without one that can be read has
// none, whatever a header of that name says.
func TestTheTimestampIsThatOfTheLog(t *testing.T) {
	broker.Each(t, func(t *testing.T, b broker.Broker) {
		topic := broker.Topic(t, b, 1) + "-any-time"
		if err := b.CreateTopic(t.Context(), topic, 1, map[string]string{
			"message.timestamp.before.max.ms": "9223372036854775807", "message.timestamp.after.max.ms": "9223372036854775807",
		}); err != nil {
			t.Fatal(err)
		}
		var expected []any
		for _, ms := range []int64{1795784212612, 1795784212612000, -1, 0, 9223372036855, 1795784212612000000, 1795784212613} {
			err := produceAt(t, b, topic, ms, "an order")
			if err != nil && !errors.Is(err, kerr.InvalidTimestamp) {
				t.Fatal(err)
			}
			switch {
			case err != nil:
				t.Logf("the broker refuses %d: %v", ms, err)
			case ms < 0 || ms > MaxTimestamp:
				expected = append(expected, nil)
			default:
				expected = append(expected, ms)
			}
		}
		if len(expected) < 5 {
			t.Fatalf("the broker has taken %d records only", len(expected))
		}
		got := make(chan any, 10)
		r := &reading{}
		r.run(t, func(builder *service.StreamBuilder) error {
			return errors.Join(builder.AddInputYAML(open(b, topic, "")), builder.AddConsumerFunc(func(_ context.Context, m *service.Message) error {
				ms, found := m.MetaGetMut("kafka_timestamp_ms")
				if !found {
					return errors.New("there is no such metadata")
				}
				got <- ms
				return nil
			}))
		})
		for i, want := range expected {
			if ms := <-got; ms != want {
				t.Errorf("record %d: %v (%T), expected %v", i, ms, ms, want)
			}
		}
	})
}

func TestAHeaderDoesNotStandForAMissingTimestamp(t *testing.T) {
	b := &batch{records: []*kgo.Record{{Topic: "orders", Timestamp: clients(-1).Timestamp, Headers: []kgo.RecordHeader{{Key: "kafka_timestamp_ms", Value: []byte("9")}}}}}
	if ms, _ := messages(b)[0].MetaGetMut("kafka_timestamp_ms"); ms != nil {
		t.Errorf("it is %v", ms)
	}
}
