package deadletter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	"github.com/redpanda-data/benthos/v4/public/service"
	_ "github.com/redpanda-data/connect/v4/public/components/kafka"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

func TestMain(m *testing.M) { kafkatest.Main(m) }

// await waits until the log has a text. The log must have it only once.
func await(t *testing.T, log *ordersinktest.Log, text string) {
	t.Helper()
	eventuallytest.Succeeds(t, time.Minute, "the log has a text", func(context.Context) error {
		all := log.String()
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
func stream(t *testing.T, output, resources string, environment map[string]string) (service.MessageHandlerFunc, *ordersinktest.Log) {
	t.Helper()
	log := ordersinktest.NewLog(t)
	builder := service.NewStreamBuilder()
	builder.SetLogger(slog.New(slog.NewTextHandler(log, nil)))
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
	return send, log
}
