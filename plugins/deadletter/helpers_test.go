package deadletter

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
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

func TestMain(m *testing.M) { kafkatest.Main(m) }

// log collects the log of a stream.
type log struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(p)
}

// await waits until the log has a text. The log must have it only once.
func (l *log) await(t *testing.T, text string) {
	t.Helper()
	eventuallytest.Succeeds(t, time.Minute, "the log has a text", func(context.Context) error {
		l.mutex.Lock()
		all := l.text.String()
		l.mutex.Unlock()
		n := strings.Count(all, text)
		require.LessOrEqual(t, n, 1, "the log has %d times %q:\n%s", n, text, all)
		if n == 0 {
			return fmt.Errorf("it has not %q:\n%s", text, all)
		}
		return nil
	})
}

// stream runs a stream with an output until the end of the test. It returns a function
// that sends a message to the stream.
func stream(t *testing.T, output, resources string, environment map[string]string) (service.MessageHandlerFunc, *log) {
	t.Helper()
	l := &log{}
	builder := service.NewStreamBuilder()
	builder.SetLogger(slog.New(slog.NewTextHandler(l, nil)))
	builder.SetEnvVarLookupFunc(func(name string) (string, bool) {
		value, found := environment[name]
		return value, found
	})
	send, err := builder.AddProducerFunc()
	require.NoError(t, errors.Join(err, builder.AddResourcesYAML(resources), builder.AddOutputYAML(output)))
	built, err := builder.Build()
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- built.Run(context.Background()) }()
	t.Cleanup(func() {
		assert.NoError(t, errors.Join(built.StopWithin(30*time.Second), <-ended))
	})
	return send, l
}

// consume reads a number of records of a topic.
func consume(t *testing.T, n int, options ...kgo.Opt) (all []*kgo.Record) {
	t.Helper()
	client, err := kgo.NewClient(options...)
	require.NoError(t, err)
	defer client.Close()
	ctx, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	for len(all) < n {
		fetches := client.PollFetches(ctx)
		require.NoError(t, fetches.Err())
		all = append(all, fetches.Records()...)
	}
	return all
}
