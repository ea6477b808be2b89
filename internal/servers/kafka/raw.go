package kafka

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// AnyTimestamp has the settings of a topic that accepts records of any timestamp.
var AnyTimestamp = map[string]string{
	"message.timestamp.before.max.ms": "9223372036854775807", "message.timestamp.after.max.ms": "9223372036854775807",
}

// ProduceAt writes a record with any number as its timestamp. A client library would
// change the number. A nil key or value is null.
func ProduceAt(ctx context.Context, b Broker, topic string, partition int32, timestamp int64, key, value []byte) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Seeds()...))
	if err != nil {
		return fmt.Errorf("producing to topic %s: %w", topic, err)
	}
	defer client.Close()
	ask := kmsg.NewPtrMetadataRequest()
	ask.Topics = []kmsg.MetadataRequestTopic{{Topic: &topic}}
	known, err := ask.RequestWith(ctx, client)
	if err != nil {
		return fmt.Errorf("describing topic %s: %w", topic, err)
	}
	request := kmsg.NewPtrProduceRequest()
	request.Acks, request.TimeoutMillis = -1, 5000
	request.Topics = []kmsg.ProduceRequestTopic{{
		Topic: topic, TopicID: known.Topics[0].TopicID,
		Partitions: []kmsg.ProduceRequestTopicPartition{{Partition: partition, Records: batchOf(timestamp, key, value)}},
	}}
	answer, err := request.RequestWith(ctx, client)
	if err == nil {
		err = kerr.ErrorForCode(answer.Topics[0].Partitions[0].ErrorCode)
	}
	if err != nil {
		return fmt.Errorf("producing to topic %s: %w", topic, err)
	}
	return nil
}

// batchOf returns a batch of one record in the format of Kafka since 0.11:
// https://kafka.apache.org/documentation/#recordbatch
func batchOf(timestamp int64, key, value []byte) []byte {
	record := []byte{0}                     // attributes
	record = binary.AppendVarint(record, 0) // timestamp, relative to the batch
	record = binary.AppendVarint(record, 0) // offset, relative to the batch
	for _, part := range [][]byte{key, value} {
		length := int64(len(part))
		if part == nil {
			length = -1
		}
		record = append(binary.AppendVarint(record, length), part...)
	}
	record = binary.AppendVarint(record, 0) // headers
	batch := kmsg.RecordBatch{
		PartitionLeaderEpoch: -1, Magic: 2, FirstTimestamp: timestamp, MaxTimestamp: timestamp,
		ProducerID: -1, ProducerEpoch: -1, FirstSequence: -1, NumRecords: 1,
		Records: append(binary.AppendVarint(nil, int64(len(record))), record...),
	}
	raw := batch.AppendTo(nil)
	binary.BigEndian.PutUint32(raw[8:], uint32(len(raw)-12))
	binary.BigEndian.PutUint32(raw[17:], crc32.Checksum(raw[21:], crc32.MakeTable(crc32.Castagnoli)))
	return raw
}
