// Package target has the topics that a replay sends dead letters to, and their settings.
package target

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Limits of a batch, in bytes.
const (
	defaultMaxBytes = 1_000_000 // somewhat below Kafka's
	clientMaxBytes  = 99 << 20  // below the largest request of the client
	overhead        = 512       // of a batch of one record, and the header of a replay
)

// Topics are the topics that dead letters go to, by name.
type Topics map[string]*Topic

// Topic is a topic that dead letters go to.
type Topic struct {
	Name          string
	Count         int  // of dead letters
	OwnTimestamps bool // the broker replaces the timestamps of records

	partitions int32
	byKey      kgo.TopicPartitioner
	oldest     int64         // time of the first refusal, Unix milliseconds
	maxBytes   int           // of a batch, compressed
	largest    int           // dead letter, not compressed
	retention  time.Duration // 0: without limit, or unknown
}

// Add adds a dead letter of size bytes to those that go to a topic.
func (to Topics) Add(name string, failedAt int64, size int) {
	t := to[name]
	if t == nil {
		t = &Topic{
			Name: name, oldest: failedAt, maxBytes: defaultMaxBytes,
			// Kafka's own clients use the hash of the key too.
			byKey: kgo.StickyKeyPartitioner(nil).ForTopic(name),
		}
		to[name] = t
	}
	t.Count++
	t.oldest = min(t.oldest, failedAt)
	t.largest = max(t.largest, size)
}

// Names returns the names of the topics in order.
func (to Topics) Names() []string { return slices.Sorted(maps.Keys(to)) }

// Inspect asks the brokers for the partitions and the settings of the topics. It only
// warns about unknown settings, because not every account may read them.
func (to Topics) Inspect(ctx context.Context, client *kgo.Client, warnings io.Writer) error {
	admin := kadm.NewClient(client)
	found, err := admin.ListTopics(ctx, to.Names()...)
	if err != nil {
		return fmt.Errorf("listing the topics: %w", err)
	}
	for name, t := range to {
		if err := found[name].Err; err != nil {
			return fmt.Errorf("listing topic %s: %w", name, err)
		}
		t.partitions = int32(len(found[name].Partitions))
	}
	resources, err := admin.DescribeTopicConfigs(ctx, to.Names()...)
	for _, resource := range resources {
		if t := to[resource.Name]; resource.Err == nil && t != nil {
			t.configure(resource.Configs)
		}
		err = errors.Join(err, resource.Err)
	}
	if err != nil {
		fmt.Fprintf(warnings, "warning: the settings of the topics are unknown: %v\n", err)
	}
	return nil
}

// configure reads the settings that matter to a replay.
func (t *Topic) configure(configs []kadm.Config) {
	settings := map[string]string{}
	for _, config := range configs {
		settings[config.Key] = config.MaybeValue()
	}
	t.OwnTimestamps = settings["message.timestamp.type"] == "LogAppendTime"
	if limit, err := strconv.Atoi(settings["max.message.bytes"]); err == nil {
		t.maxBytes = limit
	}
	ms, err := strconv.ParseInt(settings["retention.ms"], 10, 64)
	if err == nil && ms > 0 && strings.Contains(settings["cleanup.policy"], "delete") {
		t.retention = time.Duration(ms) * time.Millisecond
	}
}

// BatchBytes returns the batch limit of the client, which compares the limit with
// uncompressed records. The limit allows the largest dead letter: its record was in the
// log, so it fits into the topic's own limit when it is compressed.
func (to Topics) BatchBytes(topic string) int32 {
	limit := defaultMaxBytes // of the dead letter topic, which gets the marks
	if t := to[topic]; t != nil {
		limit = max(t.maxBytes, t.largest+overhead)
	}
	return int32(min(limit, clientMaxBytes))
}

// Check returns an error for a topic that would make old orders look new. It warns of a
// topic that may delete them.
func (to Topics) Check(brokerTimestamps bool, now time.Time, warnings io.Writer) error {
	for _, name := range to.Names() {
		t := to[name]
		if t.OwnTimestamps && !brokerTimestamps {
			return fmt.Errorf("topic %s sets the timestamp of every record to its time of arrival (message.timestamp.type=LogAppendTime), "+
				"so a version guard on the Kafka timestamp would take the replayed orders for the newest: use --broker-timestamps to replay nevertheless", name)
		}
		if age := now.Sub(time.UnixMilli(t.oldest)); t.retention > 0 && age > t.retention {
			fmt.Fprintf(warnings, "warning: the oldest dead letter is %s old and topic %s keeps records for %s: Kafka may delete the replayed record, "+
				"so run the sink now\n", age.Round(time.Minute), name, t.retention)
		}
	}
	return nil
}

// Partition returns the partition for a record. By default it is the partition of the
// origin, because the other records of the same order are there. By key, or when the
// topic lacks that partition, it is the partition that a producer would choose. A record
// without a key keeps its partition if the topic has it.
func (t *Topic) Partition(record *kgo.Record, origin int32, byKey bool) int32 {
	switch {
	case !byKey && origin < t.partitions:
		return origin
	case record.Key != nil:
		return int32(t.byKey.Partition(record, int(t.partitions)))
	default:
		return max(origin, 0) % t.partitions
	}
}
