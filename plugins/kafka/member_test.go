package kafka

import (
	"strings"
	"sync/atomic"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// member returns the only member of the group, as tools for operators see it, nil for none.
func member(t *testing.T, b kafka.Broker, topic string) *kadm.DescribedGroupMember {
	t.Helper()
	groups, err := admin(t, b).DescribeGroups(t.Context(), "readers-of-"+topic)
	require.NoError(t, err)
	members := groups["readers-of-"+topic].Members
	require.LessOrEqual(t, len(members), 1)
	if len(members) == 0 {
		return nil
	}
	return &members[0]
}

// The group shows the names that the configuration gives to the sink.
func TestTheGroupShowsTheNamesOfTheSink(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for more, want := range map[string]struct{ client, instance string }{
			"": {"order-sink", ""},
			"client_id: connector-consumer-orders-0\n":            {"connector-consumer-orders-0", ""},
			"client_id: 'a b'\ninstance_id: sink-1.of_the-shop\n": {"a b", "sink-1.of_the-shop"},
		} {
			topic := kafkatest.Topic(t, b, 1)
			produce(t, b, numbered(topic, 0, 0, 3)...)
			r := &reading{}
			r.start(t, open(b, topic, more))
			r.eventually(t, "the records", func() bool { return len(r.got()) == 3 })
			m := member(t, b, topic)
			require.NotNil(t, m)
			require.Equal(t, want.client, m.ClientID, more)
			require.Equal(t, want.instance == "", m.InstanceID == nil, more)
			if m.InstanceID != nil {
				require.Equal(t, want.instance, *m.InstanceID)
			}
		}
	})
}

// A sink with a name of its own stays a member while it restarts, and reads on where it was. A
// sink without one leaves.
func TestAStaticMemberReturns(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for _, more := range []string{"", "instance_id: sink-1\nsession_timeout: 30s\n"} {
			topic := kafkatest.Topic(t, b, 2)
			produce(t, b, numbered(topic, 0, 0, 50)...)
			first := watching(t, open(b, topic, more))
			first.eventually(t, "the first records", func() bool { return len(first.got()) == 50 })
			first.end()
			m := member(t, b, topic)
			require.Equal(t, more != "", m != nil, "a member stays: %v", m)
			produce(t, b, numbered(topic, 0, 50, 80)...)
			second := watching(t, open(b, topic, more))
			second.eventually(t, "the other records", func() bool { return len(second.got()) == 30 && committed(t, b, topic, 0) == 80 })
			require.Equal(t, expected(50, 80), second.got())
			second.end()
		}
	})
}

// Two sinks with one name take each other's place, and say so. They lose nothing.
func TestTwoSinksWithOneName(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 1)
		const more = "instance_id: sink-1\nidle: 500ms\n"
		first := watching(t, open(b, topic, more))
		first.eventually(t, "it is ready", func() bool { status, _ := first.get("/ready"); return status == 200 && member(t, b, topic) != nil })
		second := watching(t, open(b, topic, more))
		first.eventually(t, "the first says why it is not ready", func() bool {
			status, text := first.get("/ready")
			return status == 503 && strings.Contains(text, "FENCED_INSTANCE_ID")
		})
		second.end()
		produce(t, b, numbered(topic, 0, 0, 20)...)
		first.eventually(t, "it reads all records", func() bool { return committed(t, b, topic, 0) == 20 })
		require.Subset(t, append(first.got(), second.got()...), expected(0, 20))
	})
}

// The rack goes to the brokers with each fetch.
func TestTheRackOfTheSink(t *testing.T) {
	for _, rack := range []string{"", "zone-a"} {
		b := kafkatest.InMemory(t)
		topic := kafkatest.Topic(t, b, 1)
		produce(t, b, numbered(topic, 0, 0, 3)...)
		var asked atomic.Pointer[string]
		b.Cluster.ControlKey(int16(kmsg.Fetch), func(request kmsg.Request) (kmsg.Response, error, bool) {
			b.Cluster.KeepControl()
			rack := request.(*kmsg.FetchRequest).Rack
			asked.Store(&rack)
			return nil, nil, false
		})
		r := &reading{}
		r.start(t, open(b, topic, "rack: '"+rack+"'\n"))
		r.eventually(t, "the records", func() bool { return len(r.got()) == 3 })
		require.Equal(t, rack, *asked.Load())
	}
}

// A lint finds the name that Kafka's own clients refuse.
func TestANameThatKafkaRefusesIsALint(t *testing.T) {
	linter := service.GlobalEnvironment().FullConfigSchema("", "").NewStreamConfigLinter()
	for name, isRight := range map[string]bool{"''": true, "a-b_c.1": true, "'a b'": false, "주문": false, "'.'": false, strings.Repeat("a", 250): false} {
		lints, err := linter.LintYAML([]byte("input:\n  kafka_read:\n    seed_brokers: [ a ]\n    consumer_group: g\n    topics: [ t ]\n    instance_id: " + name + "\noutput:\n  drop: {}\n"))
		require.NoError(t, err)
		require.Equal(t, isRight, len(lints) == 0, "%s: %v", name, lints)
		if !isRight {
			require.Equal(t, "instance_id must have at most 249 letters of ASCII, digits, dots, underscores and hyphens", lints[0].What)
		}
	}
}
