package group

import (
	"bufio"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/process"
)

const patience = time.Minute

// A process with this variable is a worker that some test kills.
const memberVariable = "ORDER_SINK_TEST_MEMBER"

func TestMain(m *testing.M) {
	if text := os.Getenv(memberVariable); text != "" {
		at := strings.Fields(text)
		g := Join(settings(at[0], at[1], at[2], at[3]))
		for range g.Changed() {
			fmt.Println(g.Workers())
		}
	}
	kafkatest.Main(m)
}

func options(b kafka.Broker) []kgo.Opt { return []kgo.Opt{kgo.SeedBrokers(b.Seeds()...)} }

func settings(seed, group, topic, self string) Settings {
	return Settings{
		Group: group, ConfigTopic: topic, Self: self, Client: []kgo.Opt{kgo.SeedBrokers(seed)},
		SessionTimeout: 6 * time.Second, HeartbeatInterval: 500 * time.Millisecond, // 6 s is Kafka's minimum
		Log: slog.New(slog.DiscardHandler),
	}
}

// join returns a worker in a group that has the name of the topic.
func join(t testing.TB, b kafka.Broker, topic, self string) *Group {
	t.Helper()
	g := Join(settings(b.Seeds()[0], topic, topic, self))
	t.Cleanup(g.Close)
	return g
}

// awaitWorkers waits until all groups agree.
func awaitWorkers(t testing.TB, want []string, groups ...*Group) {
	t.Helper()
	require.EventuallyWithT(t, func(t *assert.CollectT) {
		leaders := 0
		for _, g := range groups {
			require.Equal(t, want, g.Workers())
			require.Empty(t, g.Blocked())
			require.Equal(t, groups[0].Generation(), g.Generation())
			if g.Leader() {
				leaders++
			}
		}
		require.LessOrEqual(t, leaders, 1)
		if len(groups) == len(want) {
			require.Equal(t, 1, leaders)
		}
	}, patience, 10*time.Millisecond)
}

func TestTheWorkersKnowEachOther(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 1)
		x := join(t, b, topic, "x:1")
		require.NotEmpty(t, x.Blocked())
		awaitWorkers(t, []string{"x:1"}, x)
		require.True(t, x.Leader())
		first := x.Generation()
		y, z := join(t, b, topic, "y:1"), join(t, b, topic, "z:1")
		awaitWorkers(t, []string{"x:1", "y:1", "z:1"}, x, y, z)
		require.True(t, x.Leader(), "the leader stays")
		require.Greater(t, x.Generation(), first)
		<-x.Changed()

		start := time.Now()
		x.Close()
		require.False(t, x.Leader())
		awaitWorkers(t, []string{"y:1", "z:1"}, y, z)
		require.Less(t, time.Since(start), 5*time.Second, "a worker that stops leaves at once")
		require.Equal(t, "y:1", y.Self())
	})
}

func TestAKilledWorkerLeavesAfterItsSession(t *testing.T) {
	b := kafkatest.Shared(t)
	topic := kafkatest.Topic(t, b, 1)
	x, y := join(t, b, topic, "x:1"), join(t, b, topic, "y:1")
	awaitWorkers(t, []string{"x:1", "y:1"}, x, y)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), memberVariable+"="+strings.Join([]string{b.Seeds()[0], topic, topic, "killed:1"}, " "))
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	other, err := process.Start(cmd)
	require.NoError(t, err)
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "[killed:1 x:1 y:1]"; {
		t.Log(lines.Text())
	}
	awaitWorkers(t, []string{"killed:1", "x:1", "y:1"}, x, y)

	start := time.Now()
	require.NoError(t, other.Kill())
	awaitWorkers(t, []string{"x:1", "y:1"}, x, y)
	t.Logf("the others knew after %v", time.Since(start))
	require.Less(t, time.Since(start), 12*time.Second)
}

func TestAnOutageChangesNoWorkers(t *testing.T) {
	b := kafkatest.Private(t)
	topic := kafkatest.Topic(t, b, 1)
	x, y := join(t, b, topic, "x:1"), join(t, b, topic, "y:1")
	awaitWorkers(t, []string{"x:1", "y:1"}, x, y)
	before := x.Generation()
	require.NoError(t, b.Kill())
	down := time.After(15 * time.Second) // longer than the session
	for waiting := true; waiting; {
		select {
		case <-down:
			waiting = false
		case <-x.Changed():
		case <-y.Changed():
		}
		require.Empty(t, x.Blocked())
		require.Equal(t, []string{"x:1", "y:1"}, x.Workers())
	}
	require.NoError(t, b.Start(t.Context()))
	require.Eventually(t, func() bool { return x.Generation() > before }, patience, 10*time.Millisecond)
	awaitWorkers(t, []string{"x:1", "y:1"}, x, y)
}

func TestAnotherConsumerKeepsTheWorkersOut(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 1)
		consumer, err := kgo.NewClient(kgo.SeedBrokers(b.Seeds()...), kgo.ClientID("console"), kgo.ConsumerGroup(topic), kgo.ConsumeTopics(topic))
		require.NoError(t, err)
		require.Eventually(t, func() bool { _, n := consumer.GroupMetadata(); return n > 0 }, patience, 10*time.Millisecond)
		x := join(t, b, topic, "x:1")
		require.Eventually(t, func() bool {
			return strings.HasPrefix(x.Blocked(), "other consumers are active in group "+topic+": console (127.0.0.1")
		}, patience, 10*time.Millisecond)
		consumer.Close()
		awaitWorkers(t, []string{"x:1"}, x)
	})
}
