package kafka

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
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

// reading is a stream and what it has taken.
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

// run runs a stream until the end of the test, or until end is called, and collects
// its log.
func (r *reading) run(t *testing.T, add func(*service.StreamBuilder) error) (end func()) {
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
	end = sync.OnceFunc(func() {
		if err := errors.Join(stream.StopWithin(30*time.Second), <-ended); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(end)
	return end
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
