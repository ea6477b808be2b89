package takeover

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/lab/connect/connecttest"
	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

func TestMain(m *testing.M) {
	sharedtest.Main(m, kafkatest.Close, mariadbtest.Close, ordersinktest.Close)
}

// jvm is a worker of Kafka Connect.
type jvm struct {
	connecttest.REST
	worker *connectworker.Worker
}

// startJVM starts a worker of Kafka Connect in a group. The end of the test stops it.
func startJVM(t *testing.T, c *connecttest.Cluster, group string) jvm {
	t.Helper()
	w, err := connectworker.StartIn(t.Context(), t.TempDir(), c.Broker.Seeds(), group, connectworker.JDBCSink, connectworker.MariaDBSource)
	javatest.Require(t, err)
	t.Cleanup(func() {
		require.NoError(t, w.Close())
		if log, err := os.ReadFile(w.Log()); t.Failed() && err == nil {
			t.Logf("the end of Kafka Connect's log:\n%s", log[max(0, len(log)-4000):])
		}
	})
	return jvm{connecttest.NewREST(t, w.Address()), w}
}

// refuseJVM starts a worker of Kafka Connect that must not join its group. It waits until the
// worker says so, because some of these workers hang at their end.
func refuseJVM(t *testing.T, c *connecttest.Cluster) {
	t.Helper()
	dir := t.TempDir()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	started := make(chan error, 1)
	go func() {
		w, err := connectworker.StartIn(ctx, dir, c.Broker.Seeds(), c.Group)
		if err == nil {
			err = errors.Join(errJoined, w.Close())
		}
		started <- err
	}()
	eventuallytest.Succeeds(t, connecttest.Patience, "Kafka lets no JVM worker into the group", func(context.Context) error {
		log, err := os.ReadFile(filepath.Join(dir, "connect.log"))
		if err == nil && !bytes.Contains(log, []byte("InconsistentGroupProtocolException")) {
			err = errors.New("the JVM worker has not tried yet")
		}
		return err
	})
	end()
	err := <-started
	require.Error(t, err)
	require.NotErrorIs(t, err, errJoined)
}

var errJoined = errors.New("a JVM worker has joined the group")
