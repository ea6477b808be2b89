package topic_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/command/dlq/topic"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

func TestMain(m *testing.M) { kafkatest.Main(m) }

// A pipeline that cannot start stops the reading before it starts. The race detector
// checks that the client may be closed while it starts.
func TestReadingMayEndBeforeItBegins(t *testing.T) {
	b := kafkatest.InMemory(t)
	read, err := topic.Open(topic.Address{Optional: true, Brokers: b.Seeds()[0], Topic: kafkatest.Topic(t, b, 2)})
	if err != nil {
		t.Fatal(err)
	}
	client, err := read.Client()
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: read.Name, Value: []byte("v")}).FirstErr(); err != nil {
		t.Fatal(err)
	}
	stopped := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stopped)
	threads := runtime.GOMAXPROCS(8 * runtime.NumCPU()) // the system interrupts some of them anywhere
	defer runtime.GOMAXPROCS(threads)
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			for range 1000 {
				err := read.Read(ctx, topic.Spans{0: {From: 0, End: 1}}, func(*kgo.Record) error { return nil })
				if !errors.Is(err, stopped) {
					t.Errorf("it ended with %v", err)
				}
			}
		})
	}
	readers.Wait()
}
