package deadletter

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
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
	if err != nil {
		t.Fatal(err)
	}
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
	if err := send(t.Context(), service.NewMessage([]byte("dead letter 1"))); err != nil {
		t.Fatal(err)
	}
	release := make(chan struct{})
	broker.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		<-release
		return nil, nil, false // the broker's own answer
	})
	sent := make(chan error, 1)
	go func() { sent <- send(t.Context(), service.NewMessage([]byte("dead letter 2"))) }()
	log.await(t, "waiting to deliver 1 dead letters since")
	close(release)
	select {
	case err := <-sent:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("the dead letter is not accepted")
	}
	log.await(t, "Delivering dead letters: the wait is over")
	// Nothing of the first dead letter can come after the next one.
	if err := send(t.Context(), service.NewMessage([]byte("dead letter 3"))); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range consume(t, 3, reach...) {
		got = append(got, string(r.Value))
	}
	if strings.Join(got, ", ") != "dead letter 1, dead letter 2, dead letter 3" {
		t.Errorf("the broker has %q", got)
	}
}

// The output sends a batch that comes while another batch is in progress. The answer to
// the other batch must not count for it.
func TestAnotherBatchIsNotAcknowledgedUnsent(t *testing.T) {
	port, err := loopback.Port(0)
	if err != nil {
		t.Fatal(err)
	}
	broker, reach := cluster(t, port)
	parsed, err := spec().ParseYAML(fmt.Sprintf(`
output:
  redpanda: { seed_brokers: [ %q ], topic: orders, acks: all, sasl: [ { mechanism: PLAIN, username: sink, password: %q } ] }
`, loopback.Address(port), password), nil)
	if err != nil {
		t.Fatal(err)
	}
	o, err := newOutput(parsed, service.MockResources())
	if err != nil {
		t.Fatal(err)
	}
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
	if err := o.WriteBatch(ctx, batch("given up 1", "given up 2")); !errors.Is(err, service.ErrNotConnected) {
		t.Fatalf("the batch that was given up got %v", err)
	}
	sent := make(chan error, 1)
	go func() { sent <- o.WriteBatch(t.Context(), batch("another 1", "another 2")) }()
	close(release)
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range consume(t, 4, reach...) {
		got = append(got, string(r.Value))
	}
	if strings.Join(got, ", ") != "given up 1, given up 2, another 1, another 2" {
		t.Errorf("the topic has %q", got)
	}
}
