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
// the end of its log. Where the leader cannot answer now, the answer is true: the
// client tries again by itself.
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
			return false, nil
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
