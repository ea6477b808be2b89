package client

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// AnswerTimeout is how long a broker may take to answer.
const AnswerTimeout = 10 * time.Second

// fetchBytes is how many bytes one fetch of [HasRecords] may bring.
const fetchBytes = 1 << 20

// HasRecords says whether any offset of a partition, from from up to before end, has a
// record or the marker of a transaction. Compaction and transactions leave offsets without
// a record, also at the end of a log, and a client passes over these without a sign. So
// HasRecords asks the leader of the partition. A leader that returns no record has come to
// the end of its log, unless the log is in remote storage (KIP-405), which may be slow.
// HasRecords returns true when the leader cannot tell now: the client retries by itself.
func HasRecords(ctx context.Context, c *kgo.Client, name string, partition int32, from, end int64) (bool, error) {
	topics, err := kadm.NewClient(c).ListTopics(ctx, name)
	if err = errors.Join(err, topics.Error()); err != nil {
		return false, err
	}
	if topics[name].Partitions[partition].Leader < 0 { // the brokers elect one
		return true, nil
	}
	for from < end {
		found, err := fetch(ctx, c, topics[name], partition, from)
		if err != nil {
			return false, err
		}
		if err := kerr.ErrorForCode(found.ErrorCode); kerr.IsRetriable(err) {
			return true, nil
		} else if err != nil {
			return false, err
		}
		if len(found.RecordBatches) == 0 {
			return isRemote(ctx, c, name, partition, from)
		}
		records, next := kgo.ProcessFetchPartition(kgo.ProcessFetchPartitionOpts{
			KeepControlRecords: true, Offset: from, Topic: name, Partition: partition,
		}, found, kgo.DefaultDecompressor(), nil)
		if len(records.Records) > 0 {
			return records.Records[0].Offset < end, nil
		}
		if next <= from {
			return true, records.Err
		}
		from = next
	}
	return false, nil
}

// fetch asks the leader of a partition for the records from an offset on.
func fetch(ctx context.Context, c *kgo.Client, topic kadm.TopicDetail, partition int32, from int64) (*kmsg.FetchResponseTopicPartition, error) {
	asked := kmsg.NewFetchRequestTopicPartition()
	asked.Partition, asked.FetchOffset, asked.PartitionMaxBytes = partition, from, fetchBytes
	of := kmsg.NewFetchRequestTopic()
	of.Topic, of.TopicID = topic.Topic, topic.ID
	of.Partitions = append(of.Partitions, asked)
	request := kmsg.NewPtrFetchRequest()
	request.MaxBytes, request.SessionEpoch = fetchBytes, -1
	request.Topics = append(request.Topics, of)
	answer, err := request.RequestWith(ctx, c.Broker(int(topic.Partitions[partition].Leader)))
	if err != nil {
		return nil, err
	}
	if len(answer.Topics) != 1 || len(answer.Topics[0].Partitions) != 1 {
		return nil, errors.Join(errors.New("the broker answers for another partition"), kerr.ErrorForCode(answer.ErrorCode))
	}
	return &answer.Topics[0].Partitions[0], nil
}

// isRemote says whether a leader has the log at an offset in remote storage. Brokers
// before Kafka 3.4 have none, and answer with no such offset.
func isRemote(ctx context.Context, c *kgo.Client, name string, partition int32, offset int64) (bool, error) {
	admin := kadm.NewClient(c)
	admin.SetTimeoutMillis(0) // it is for answers from remote storage
	starts, err := admin.ListLocalLogStartOffsets(ctx, name)
	if err != nil && len(starts) == 0 {
		return false, err
	}
	start, found := starts.Lookup(name, partition)
	return found && (kerr.IsRetriable(start.Err) || start.Err == nil && start.Offset > offset), nil
}
