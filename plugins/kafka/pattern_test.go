package kafka

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// matching returns the configuration of an input that reads the topics whose names match.
func matching(b kafka.Broker, group, expression, more string) string {
	config := open(b, group, "regexp_topics_include: [ '"+expression+"' ]\nmetadata_max_age: 300ms\n"+more)
	return strings.Replace(config, "topics: [ "+group+" ]", "topics: []", 1)
}

// named returns records whose values name their topic and have numbers.
func named(topic string, partition int32, from, to int) []*kgo.Record {
	all := numbered(topic, partition, from, to)
	for _, r := range all {
		r.Value = fmt.Appendf(nil, "%s %d %s", topic, partition, r.Value)
	}
	return all
}

func values(records ...[]*kgo.Record) (all []string) {
	for _, r := range slices.Concat(records...) {
		all = append(all, string(r.Value))
	}
	return all
}

// has waits until a stream has exactly these records, in the order of each partition.
func (r *reading) has(t *testing.T, expected []string) {
	t.Helper()
	r.eventually(t, fmt.Sprint(len(expected), " records"), func() bool { return len(r.got()) >= len(expected) })
	of := func(value string) string { return value[:strings.LastIndexByte(value, ' ')] }
	compare := func(a, b string) int { return strings.Compare(of(a), of(b)) }
	got := r.got()
	slices.SortStableFunc(got, compare)
	slices.SortStableFunc(expected, compare)
	require.Equal(t, expected, got)
}

func committedBy(t *testing.T, b kafka.Broker, group, topic string, partition int32) int64 {
	t.Helper()
	offsets, err := admin(t, b).FetchOffsets(t.Context(), "readers-of-"+group)
	if at, ok := offsets.Lookup(topic, partition); err == nil && ok {
		return at.At
	}
	return -1
}

func create(t *testing.T, b kafka.Broker, topic string, partitions int32) string {
	t.Helper()
	require.NoError(t, b.CreateTopic(t.Context(), topic, partitions, nil))
	return topic
}

// Topics that are created while the input runs are read from their start, whatever
// start_offset is. A name must match as a whole.
func TestTopicsWhoseNamesMatchAreRead(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for _, start := range []string{startEarliest, startLatest} {
			t.Run(start, func(t *testing.T) {
				group := kafkatest.Topic(t, b, 1)
				first := create(t, b, group+".a", 2)
				for _, other := range []string{"x" + group + ".a", group + ".a-x", group + ".dead", "__" + group + ".a"} {
					create(t, b, other, 1)
					produce(t, b, named(other, 0, 0, 3)...)
				}
				old := append(named(first, 0, 0, 5), named(first, 1, 0, 5)...)
				produce(t, b, old...)
				w := watching(t, matching(b, group, `(__)?`+group+`\.[a-z]+`, "regexp_topics_exclude: [ '.*\\.dead' ]\nstart_offset: "+start+"\n"))
				expected := values(old)
				if start == startLatest {
					expected = nil
				}
				w.eventually(t, "it has the partitions", func() bool { return w.of(metricLag, first, 1) == 0 && w.of(metricLag, first, 0) == 0 })
				second := create(t, b, group+".b", 2)
				young := append(named(second, 0, 0, 10), named(second, 1, 0, 10)...)
				more := named(first, 1, 5, 10)
				produce(t, b, append(young, more...)...)
				w.has(t, append(expected, values(young, more)...))
				for partition := range int32(2) {
					w.eventually(t, "the offsets are committed", func() bool { return committedBy(t, b, group, second, partition) == 10 })
				}
				w.eventually(t, "the offset is committed", func() bool { return committedBy(t, b, group, first, 1) == 10 })
				w.end()
				again := watching(t, matching(b, group, `(__)?`+group+`\.[a-z]+`, "regexp_topics_exclude: [ '.*\\.dead' ]\nstart_offset: "+start+"\n"))
				last := append(named(first, 1, 10, 11), named(second, 0, 10, 11)...)
				produce(t, b, last...)
				again.has(t, values(last))
			})
		}
	})
}

func TestAnInputWaitsForTheFirstTopicThatMatches(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		group := kafkatest.Topic(t, b, 1)
		config := matching(b, group, group+`\..*`, "start_offset: latest\n")
		w := watching(t, config)
		w.eventually(t, "the wait is reported", func() bool {
			status, text := w.get("/ready")
			return status == 503 && strings.Contains(text, `waiting to read since`) &&
				strings.Contains(text, `no topic matches regexp_topics_include`) && strings.Contains(text, `or the account may not see it`)
		})
		require.Error(t, made(t, config).ConnectionTest(t.Context())[0].Err)
		records := named(create(t, b, group+".a", 1), 0, 0, 3)
		produce(t, b, records...)
		w.has(t, values(records))
		require.NoError(t, made(t, config).ConnectionTest(t.Context())[0].Err)
		w.eventually(t, "the wait is over", func() bool { status, _ := w.get("/ready"); return status == 200 })
	})
}

// Both members of a group read some partitions of the topics, and no record twice.
func TestAGroupSharesTheTopicsOfAPattern(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		group := kafkatest.Topic(t, b, 1)
		topics := []string{create(t, b, group+".a", 1), create(t, b, group+".b", 1)}
		members := []*watched{watching(t, matching(b, group, group+`\..*`, "")), watching(t, matching(b, group, group+`\..*`, ""))}
		lags := func(topic string) (of [2]int64) {
			return [2]int64{members[0].of(metricLost, topic, 0), members[1].of(metricLost, topic, 0)}
		}
		members[0].eventually(t, "each has a topic", func() bool {
			groups, err := admin(t, b).DescribeGroups(t.Context(), "readers-of-"+group)
			if err != nil || len(groups["readers-of-"+group].Members) != 2 {
				return false
			}
			for _, member := range groups["readers-of-"+group].Members {
				if assigned, ok := member.Assigned.AsConsumer(); !ok || len(assigned.Topics) != 1 {
					return false
				}
			}
			return groups["readers-of-"+group].State == "Stable"
		})
		topics = append(topics, create(t, b, group+".c", 2))
		var all []string
		for _, topic := range topics {
			records := named(topic, 0, 0, 20)
			if topic == group+".c" {
				records = append(records, named(topic, 1, 0, 20)...)
			}
			produce(t, b, records...)
			all = append(all, values(records)...)
		}
		members[0].eventually(t, "all records", func() bool { return len(members[0].got())+len(members[1].got()) >= len(all) })
		got := append(members[0].got(), members[1].got()...)
		require.ElementsMatch(t, all, got)
		for n, m := range members {
			require.NotEmpty(t, m.got(), "member %d", n)
		}
		for _, topic := range topics {
			members[0].eventually(t, "the offset is committed", func() bool { return committedBy(t, b, group, topic, 0) == 20 })
			require.NotEqual(t, [2]int64{-1, -1}, lags(topic), "%s has its metrics", topic)
		}
	})
}
