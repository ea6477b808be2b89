package deadletter

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/loopback"
)

const password = `p"a's ${word}: #`

// cluster returns a Kafka with SASL.
func cluster(t *testing.T, port int) (*kfake.Cluster, []kgo.Opt) {
	t.Helper()
	c, reach := kafkatest.WithAccount(t, port, "sink", password)
	return c, append(reach, kgo.ConsumeTopics("orders"))
}

// A broker does not answer: the output reports that, and sends the dead letter once.
func TestADeadLetterWithoutAnAnswerIsReported(t *testing.T) {
	port, err := loopback.Port(0)
	require.NoError(t, err)
	broker, reach := cluster(t, port)
	send, log := stream(t, fmt.Sprintf(`
dead_letter_send:
  output:
    redpanda:
      seed_brokers: [ %q ]
      topic: orders
      acks: all
      sasl: [ { mechanism: PLAIN, username: sink, password: '${PASSWORD}' } ]
`, loopback.Address(port)), "{}", map[string]string{"PASSWORD": strings.ReplaceAll(password, "'", "''")})
	require.NoError(t, send(t.Context(), service.NewMessage([]byte("dead letter 1"))))
	release := make(chan struct{})
	broker.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		<-release
		return nil, nil, false // the broker's own answer
	})
	sent := make(chan error, 1)
	go func() { sent <- send(t.Context(), service.NewMessage([]byte("dead letter 2"))) }()
	await(t, log, "waiting to deliver 1 dead letters since")
	close(release)
	select {
	case err := <-sent:
		require.NoError(t, err)
	case <-time.After(time.Minute):
		require.FailNow(t, "the dead letter is not accepted")
	}
	await(t, log, "Delivering dead letters: the wait is over")
	// Nothing of the first dead letter can come after the next one.
	require.NoError(t, send(t.Context(), service.NewMessage([]byte("dead letter 3"))))
	var got []string
	for _, r := range kafkatest.Consume(t, 3, reach...) {
		got = append(got, string(r.Value))
	}
	require.Equal(t, []string{"dead letter 1", "dead letter 2", "dead letter 3"}, got, "the records of the broker")
}

// The output sends a batch that comes while another batch is in progress. The answer to
// the other batch must not count for it.
func TestAnotherBatchIsNotAcknowledgedUnsent(t *testing.T) {
	port, err := loopback.Port(0)
	require.NoError(t, err)
	broker, reach := cluster(t, port)
	parsed, err := spec().ParseYAML(fmt.Sprintf(`
output:
  redpanda: { seed_brokers: [ %q ], topic: orders, acks: all, sasl: [ { mechanism: PLAIN, username: sink, password: %q } ] }
`, loopback.Address(port), password), nil)
	require.NoError(t, err)
	o, err := newOutput(parsed, service.MockResources())
	require.NoError(t, err)
	t.Cleanup(func() { _ = o.Close(context.Background()) })
	arrived, release := make(chan struct{}), make(chan struct{})
	arrive := sync.OnceFunc(func() { close(arrived) })
	broker.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		arrive()
		<-release
		return nil, nil, false // the broker's own answer
	})
	batch := func(values ...string) (all service.MessageBatch) {
		for _, value := range values {
			all = append(all, service.NewMessage([]byte(value)))
		}
		return all
	}
	ctx, giveUp := context.WithCancel(t.Context())
	go func() { <-arrived; giveUp() }()
	require.ErrorIs(t, o.WriteBatch(ctx, batch("given up 1", "given up 2")), service.ErrNotConnected, "the batch that was given up")
	sent := make(chan error, 1)
	go func() { sent <- o.WriteBatch(t.Context(), batch("another 1", "another 2")) }()
	close(release)
	require.NoError(t, <-sent)
	var got []string
	for _, r := range kafkatest.Consume(t, 4, reach...) {
		got = append(got, string(r.Value))
	}
	require.Equal(t, []string{"given up 1", "given up 2", "another 1", "another 2"}, got, "the records of the topic")
}
