package offsets

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/kafka/client"
)

// answerTimeout is how long a broker may take for one answer about the logs. When the
// disk of one broker hangs, the member must still get the partitions of the other brokers.
const answerTimeout = 3 * time.Second

// ReadLogs asks the leaders of partitions for their logs. states has no partition whose
// leader does not answer in time. gone has the topics that the broker does not show: one
// that somebody deletes must not keep the others from being read.
func ReadLogs(ctx context.Context, logs *kgo.Client, partitions []TopicPartition) (states map[TopicPartition]LogState, gone map[string]bool, err error) {
	named := map[string]bool{}
	for _, tp := range partitions {
		named[tp.Topic] = true
	}
	topics := slices.Sorted(maps.Keys(named))
	// A topic may be created again between the questions.
	before, err := client.IDs(ctx, logs, topics)
	if err != nil {
		return nil, nil, err
	}
	maps.DeleteFunc(named, func(name string, _ bool) bool { _, shown := before[name]; return shown })
	if topics = slices.Sorted(maps.Keys(before)); len(topics) == 0 {
		return nil, named, nil
	}
	lists, err := listOffsets(ctx, logs, topics)
	if err != nil {
		return nil, nil, err
	}
	ids, err := client.IDs(ctx, logs, topics)
	if err != nil {
		return nil, nil, err
	}
	states = map[TopicPartition]LogState{}
	for _, tp := range partitions {
		var found [3]kadm.ListedOffset
		id, shown := ids[tp.Topic]
		complete := shown && before[tp.Topic] == id
		for i, list := range lists {
			var ok bool
			found[i], ok = list.Lookup(tp.Topic, tp.Partition)
			complete = complete && ok && found[i].Err == nil && found[i].Offset >= 0
		}
		if complete {
			states[tp] = LogState{
				TopicID: id, Start: found[0].Offset, StartEpoch: found[0].LeaderEpoch,
				StableEnd: found[1].Offset, End: found[2].Offset, Epoch: found[2].LeaderEpoch,
			}
		}
	}
	return states, named, nil
}

// listOffsets asks for the starts, the stable ends and the ends of the logs of topics. It
// asks for all three at once, and returns what arrives in time.
func listOffsets(ctx context.Context, logs *kgo.Client, topics []string) (lists [3]kadm.ListedOffsets, err error) {
	ctx, done := context.WithTimeout(ctx, answerTimeout)
	defer done()
	admin := kadm.NewClient(logs)
	admin.SetTimeoutMillis(0) // it is for remote storage, and would add to answerTimeout
	var errs [3]error
	var asked sync.WaitGroup
	for i, list := range []func(context.Context, ...string) (kadm.ListedOffsets, error){
		admin.ListStartOffsets, admin.ListCommittedOffsets, admin.ListEndOffsets,
	} {
		asked.Go(func() { lists[i], errs[i] = list(ctx, topics...) })
	}
	asked.Wait()
	for i, err := range errs {
		if err != nil && len(lists[i]) == 0 {
			return lists, fmt.Errorf("asking for the offsets of %v: %w", topics, err)
		}
	}
	return lists, nil
}

// EpochEnds asks where leader epochs end (KIP-320). The result has no partition whose
// leader does not answer: its client checks the epoch itself before it reads.
func EpochEnds(ctx context.Context, logs *kgo.Client, epochs map[TopicPartition]int32) map[TopicPartition]EpochEnd {
	var request kadm.OffsetForLeaderEpochRequest
	for tp, epoch := range epochs {
		if epoch >= 0 {
			request.Add(tp.Topic, tp.Partition, epoch)
		}
	}
	ends := map[TopicPartition]EpochEnd{}
	if len(request) == 0 {
		return ends
	}
	answers, _ := kadm.NewClient(logs).OffsetForLeaderEpoch(ctx, request)
	for topic, partitions := range answers {
		for number, answer := range partitions {
			if answer.Err == nil {
				ends[TopicPartition{topic, number}] = EpochEnd{true, answer.EndOffset, answer.LeaderEpoch}
			}
		}
	}
	return ends
}
