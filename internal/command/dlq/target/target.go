package dlq

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// The settings of a topic that matter to a replay.
const (
	configTimestampType = "message.timestamp.type"
	configMaxBytes      = "max.message.bytes"
	configRetention     = "retention.ms"
	configCleanup       = "cleanup.policy"

	logAppendTime = "LogAppendTime"
)

// Limits of a batch, in bytes.
const (
	defaultMaxBytes = 1_000_000 // somewhat below Kafka's
	clientMaxBytes  = 99 << 20  // below the largest request of this client
	overhead        = 512       // of a batch of one record, and our header
)

// targets are the topics that letters go to, by name.
type targets map[string]*target

type target struct {
	topic      string
	letters    int
	partitions int32
	byKey      kgo.TopicPartitioner
	oldest     int64 // timestamp of a letter's failure, Unix milliseconds

	timestampType string        // "" where it could not be asked for
	maxBytes      int           // of a batch, compressed
	largest       int           // letter, not compressed
	retention     time.Duration // 0: without end, or unknown
}

// plan is where the letters of a catalogue go: to their topics, or all to one.
func (c *connection) plan(ctx context.Context, all *catalogue, toTopic string, out console) (targets, error) {
	to := targets{}
	for _, e := range all.entries {
		topic := toTopic
		if topic == "" {
			topic = all.topics[e.topic]
		}
		if topic == "" {
			return nil, fmt.Errorf("letter %s does not say where it came from: use --to-topic", e.position)
		}
		t := to[topic]
		if t == nil {
			t = &target{
				topic: topic, oldest: e.failedAt, maxBytes: defaultMaxBytes,
				// The way of Kafka's own clients: the hash of the key.
				byKey: kgo.StickyKeyPartitioner(nil).ForTopic(topic),
			}
			to[topic] = t
		}
		t.letters++
		t.oldest = min(t.oldest, e.failedAt)
		t.largest = max(t.largest, int(e.size))
	}
	if to[c.topic] != nil {
		return nil, fmt.Errorf("%s is the dead letter topic itself", c.topic)
	}
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	found, err := admin.ListTopics(ctx, to.names()...)
	if err != nil {
		return nil, fmt.Errorf("asking for the topics: %w", err)
	}
	for name, t := range to {
		if err := found[name].Err; err != nil {
			return nil, fmt.Errorf("asking for topic %s: %w", name, err)
		}
		t.partitions = int32(len(found[name].Partitions))
	}
	if err := to.configure(ctx, admin); err != nil {
		fmt.Fprintf(out.err, "warning: the topics' settings are not known: %v\n", err)
	}
	return to, nil
}

func (to targets) names() []string {
	names := make([]string, 0, len(to))
	for name := range to {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// configure asks for the settings, which not everybody may read.
func (to targets) configure(ctx context.Context, admin *kadm.Client) error {
	resources, err := admin.DescribeTopicConfigs(ctx, to.names()...)
	for _, resource := range resources {
		t := to[resource.Name]
		if resource.Err != nil || t == nil {
			err = errors.Join(err, resource.Err)
			continue
		}
		settings := map[string]string{}
		for _, config := range resource.Configs {
			settings[config.Key] = config.MaybeValue()
		}
		t.timestampType = settings[configTimestampType]
		if limit, err := strconv.Atoi(settings[configMaxBytes]); err == nil {
			t.maxBytes = limit
		}
		if ms, err := strconv.ParseInt(settings[configRetention], 10, 64); err == nil && ms > 0 &&
			strings.Contains(settings[configCleanup], "delete") {
			t.retention = time.Duration(ms) * time.Millisecond
		}
	}
	return err
}

// batchBytes is the client's limit, which it holds against what is not yet
// compressed: it must let the largest letter pass, since as part of the log it
// was once compressed to the topic's own limit.
func (to targets) batchBytes(topic string) int32 {
	t := to[topic]
	if t == nil {
		return defaultMaxBytes // the client tries the function out
	}
	return int32(min(max(t.maxBytes, t.largest+overhead), clientMaxBytes))
}

// check refuses a topic that would make old orders look new, and warns of one
// that may drop them.
func (to targets) check(brokerTimestamps bool, now time.Time, out console) error {
	for _, name := range to.names() {
		t := to[name]
		if t.timestampType == logAppendTime && !brokerTimestamps {
			return fmt.Errorf("topic %s gives every record the time of its arrival (%s=%s): a version guard on the Kafka timestamp "+
				"would take the replayed orders for the newest; --broker-timestamps replays all the same", name, configTimestampType, logAppendTime)
		}
		if age := now.Sub(time.UnixMilli(t.oldest)); t.retention > 0 && age > t.retention {
			fmt.Fprintf(out.err, "warning: the oldest letter is %s old and topic %s keeps records for %s: Kafka may drop it again, "+
				"have the sink running\n", age.Round(time.Minute), name, t.retention)
		}
	}
	return nil
}

// partition is where a letter goes. Sent to another topic than its own, or by
// key, it goes where a producer would send it; else to the partition of its
// origin, where the other records of its order are. One without a key keeps
// its partition as far as there is one.
func (t *target) partition(l letter, byKey bool) int32 {
	byKey = byKey || t.topic != l.origin.topic || l.origin.partition >= t.partitions
	switch {
	case !byKey:
		return l.origin.partition
	case l.record.Key != nil:
		return int32(t.byKey.Partition(l.record, int(t.partitions)))
	default:
		return max(l.origin.partition, 0) % t.partitions
	}
}
