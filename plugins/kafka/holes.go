package kafka

import (
	"context"
	"errors"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// holesFetch is how many bytes a question for records may bring.
const holesFetch = 1 << 20

// HasRecords says whether the offsets of a partition from one up to before end have a
// record, or a transaction's marker. Compaction and transactions leave offsets without
// one, at the end of a log too, and a client passes over them without a word: so this
// asks the partition's leader itself. A leader that answers with nothing has come to
// the end of its log, unless the log is in remote storage (KIP-405), which may be slow.
// Where the leader cannot tell now, the answer is true: the client tries again by
// itself.
func HasRecords(ctx context.Context, client *kgo.Client, name string, partition int32, from, end int64) (bool, error) {
	topics, err := kadm.NewClient(client).ListTopics(ctx, name)
	if err = errors.Join(err, topics.Error()); err != nil {
		return false, err
	}
	topic := topics[name]
	for from < end {
		ask := kmsg.NewFetchRequestTopicPartition()
		ask.Partition, ask.FetchOffset, ask.PartitionMaxBytes = partition, from, holesFetch
		of := kmsg.NewFetchRequestTopic()
		of.Topic, of.TopicID = name, topic.ID
		of.Partitions = append(of.Partitions, ask)
		request := kmsg.NewPtrFetchRequest()
		request.MaxBytes, request.SessionEpoch = holesFetch, -1
		request.Topics = append(request.Topics, of)
		answer, err := request.RequestWith(ctx, client.Broker(int(topic.Partitions[partition].Leader)))
		if err != nil {
			return false, err
		}
		if len(answer.Topics) != 1 || len(answer.Topics[0].Partitions) != 1 {
			return false, errors.Join(errors.New("the broker answers for another partition"), kerr.ErrorForCode(answer.ErrorCode))
		}
		found := &answer.Topics[0].Partitions[0]
		if err := kerr.ErrorForCode(found.ErrorCode); kerr.IsRetriable(err) {
			return true, nil
		} else if err != nil {
			return false, err
		}
		if len(found.RecordBatches) == 0 {
			return isRemote(ctx, client, name, partition, from)
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

// isRemote says whether a leader has the log at an offset in remote storage. Brokers
// before Kafka 3.4 have none, and answer with no such offset.
func isRemote(ctx context.Context, client *kgo.Client, name string, partition int32, offset int64) (bool, error) {
	admin := kadm.NewClient(client)
	admin.SetTimeoutMillis(0) // it is for answers from remote storage
	starts, err := admin.ListLocalLogStartOffsets(ctx, name)
	if err != nil && len(starts) == 0 {
		return false, err
	}
	start, found := starts.Lookup(name, partition)
	if found && kerr.IsRetriable(start.Err) {
		return true, nil
	}
	return found && start.Err == nil && start.Offset > offset, nil
}
