package waiting

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	"github.com/redpanda-data/benthos/v4/public/service"
	_ "github.com/redpanda-data/connect/v4/public/components/kafka"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/plain"

	"github.com/order-sink/order-sink/internal/loopback"
)

const password = `p"a's ${word}: #`

// cluster is a Kafka that asks for a password and has so many records.
func cluster(t *testing.T, port, records int) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(port), kfake.SeedTopics(1, "orders"),
		kfake.EnableSASL(), kfake.Superuser("PLAIN", "sink", password))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.SASL(plain.Auth{User: "sink", Pass: password}.AsMechanism()))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for n := range records {
		if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: "orders", Value: fmt.Append(nil, "record ", n)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// reading is a stream that reads with read_watched.
type reading struct {
	mutex  sync.Mutex
	got    []string
	log    bytes.Buffer
	accept func(string) // is called before a message is acknowledged
}

func (r *reading) Write(p []byte) (int, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.log.Write(p)
}

func (r *reading) take(_ context.Context, m *service.Message) error {
	content, err := m.AsBytes()
	if err != nil {
		return err
	}
	r.mutex.Lock()
	r.got = append(r.got, string(content))
	r.mutex.Unlock()
	if r.accept != nil {
		r.accept(string(content))
	}
	return nil
}

// said is the messages so far, and how often the log has a text.
func (r *reading) said(text string) (got []string, times int) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return append(got, r.got...), strings.Count(r.log.String(), text)
}

func (r *reading) start(t *testing.T, config string) {
	t.Helper()
	r.startWith(t, config, "{}")
}

func (r *reading) startWith(t *testing.T, config, resources string) {
	t.Helper()
	r.run(t, func(builder *service.StreamBuilder) error {
		return errors.Join(builder.AddResourcesYAML(resources), builder.AddInputYAML(config), builder.AddConsumerFunc(r.take))
	})
}

// run runs a stream until the end of the test, and collects its log.
func (r *reading) run(t *testing.T, add func(*service.StreamBuilder) error) {
	t.Helper()
	builder := service.NewStreamBuilder()
	builder.SetLogger(slog.New(slog.NewTextHandler(r, nil)))
	// As a user has it: from the environment.
	builder.SetEnvVarLookupFunc(func(string) (string, bool) { return strings.ReplaceAll(password, "'", "''"), true })
	if err := add(builder); err != nil {
		t.Fatal(err)
	}
	stream, err := builder.Build()
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- stream.Run(context.Background()) }()
	t.Cleanup(func() {
		if err := errors.Join(stream.StopWithin(30*time.Second), <-ended); err != nil {
			t.Error(err)
		}
	})
}

func (r *reading) eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	deadline := time.After(time.Minute)
	for !condition() {
		select {
		case <-deadline:
			got, _ := r.said("")
			r.mutex.Lock()
			defer r.mutex.Unlock()
			t.Fatalf("it never came to this: %s; got %q, the log:\n%s", what, got, r.log.String())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func topic(port int) string {
	return fmt.Sprintf(`
read_watched:
  idle: 50ms
  input:
    redpanda:
      seed_brokers: [ %q ]
      topics: [ orders ]
      consumer_group: readers
      commit_period: 100ms
      sasl: [ { mechanism: PLAIN, username: sink, password: '${PASSWORD}' } ]
`, loopback.Address(port))
}

// A server that goes and comes back: told once, and read on. It is asked with the
// password that the input has.
func TestAServerThatGoesIsAwaited(t *testing.T) {
	port, err := loopback.Port(0)
	if err != nil {
		t.Fatal(err)
	}
	first := cluster(t, port, 1)
	r := &reading{}
	r.start(t, topic(port))
	r.eventually(t, "the first record", func() bool { got, _ := r.said(""); return len(got) == 1 })
	first.Close()
	r.eventually(t, "the wait is told", func() bool { _, n := r.said("waiting to read since"); return n == 1 })
	cluster(t, port, 2) // another log, whose records are all new
	r.eventually(t, "the records of the new log", func() bool { got, _ := r.said(""); return len(got) == 3 })
	r.eventually(t, "the end of the wait is told", func() bool { _, n := r.said("Reading: the wait is over"); return n == 1 })
	if _, n := r.said("waiting to read since"); n != 1 {
		t.Errorf("the wait was told %d times, expected once", n)
	}
	if got, _ := r.said(""); got[1] != "record 0" || got[2] != "record 1" {
		t.Errorf("got %q", got)
	}
	if _, n := r.said("p\\\"a"); n > 0 {
		t.Error("the log has the password")
	}
}

// While a batch is being written nothing is asked: what would come of another
// client would be written beside it.
func TestABatchInHandIsWrittenFirst(t *testing.T) {
	port, err := loopback.Port(0)
	if err != nil {
		t.Fatal(err)
	}
	c := cluster(t, port, 1)
	written := make(chan struct{})
	r := &reading{accept: func(string) { <-written }}
	r.start(t, topic(port))
	r.eventually(t, "the record", func() bool { got, _ := r.said(""); return len(got) == 1 })
	c.Close()
	// Its client has found out, so that many an idle time has passed.
	r.eventually(t, "the client finds that the server is away", func() bool { _, n := r.said("unable to open connection"); return n >= 3 })
	if _, n := r.said("waiting to read since"); n != 0 {
		t.Error("the input was closed while its batch was being written")
	}
	close(written)
	r.eventually(t, "the wait is told", func() bool { _, n := r.said("waiting to read since"); return n == 1 })
}

// An input that cannot be asked is never thought to be away.
func TestAnInputWithoutAConnectionTestIsRead(t *testing.T) {
	r := &reading{}
	r.start(t, "read_watched: { idle: 1ms, input: { generate: { mapping: 'root = counter()', interval: 20ms, count: 5, batch_size: 1 } } }")
	r.eventually(t, "five messages", func() bool { got, _ := r.said(""); return strings.Join(got, " ") == "1 2 3 4 5" })
	if _, n := r.said("waiting"); n != 0 {
		t.Error("it waited")
	}
}

// A component that is named as a resource is read like any other.
func TestAnInputMayBeAResource(t *testing.T) {
	port, err := loopback.Port(0)
	if err != nil {
		t.Fatal(err)
	}
	cluster(t, port, 2)
	r := &reading{}
	r.startWith(t, "read_watched: { idle: 20ms, input: { resource: topic } }", "input_resources: [ { label: topic, "+strings.TrimSpace(fmt.Sprintf(`redpanda: { seed_brokers: [ %q ], topics: [ orders ], consumer_group: readers,
  sasl: [ { mechanism: PLAIN, username: sink, password: '${PASSWORD}' } ] }`, loopback.Address(port)))+" } ]\n")
	r.eventually(t, "two records", func() bool { got, _ := r.said(""); return strings.Join(got, ", ") == "record 0, record 1" })
}

// A quiet topic is asked for again and again: nothing may be left of that.
func TestAskingLeavesNothingBehind(t *testing.T) {
	port, err := loopback.Port(0)
	if err != nil {
		t.Fatal(err)
	}
	cluster(t, port, 1)
	text := strings.ReplaceAll(topic(port), "${PASSWORD}", strings.ReplaceAll(password, "'", "''"))
	parsed, err := InputSpec().ParseYAML(strings.TrimPrefix(strings.TrimSpace(text), "read_watched:"), nil)
	if err != nil {
		t.Fatal(err)
	}
	i, err := newInput(parsed, service.MockResources())
	if err != nil {
		t.Fatal(err)
	}
	ask := func(times int) int {
		for range times {
			if err := i.ask(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		return runtime.NumGoroutine()
	}
	before := ask(3)
	const times = 60
	if after := ask(times); after > before+times/3 {
		t.Errorf("%d goroutines became %d after asking %d times", before, after, times)
	}
}
