package idle

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/lab/bench/measure"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

func TestMain(m *testing.M) { sharedtest.Main(m, mariadbtest.Close, ordersinktest.Close) }

// 50 connectors that have stored an order each and wait for more. The bound counts for the
// peak of the worker, which creates them or starts with them.
func TestTheMemoryOfIdleConnectors(t *testing.T) {
	// Each connector has 5 connections.
	b, server, log := kafkatest.InMemory(t), mariadbtest.Private(t, "--max-connections=400"), ordersinktest.NewLog(t)
	f := Fleet{Size: 50, Prefix: "idle", Broker: b, DSN: server.DSN(server.Database(t))}
	require.NoError(t, f.Prepare(t.Context()))
	start := func() *ordersink.Sink {
		sink, err := StartOrderSink(ordersinktest.Binary(t), t.TempDir(), b.Seeds(), "idle", log)
		require.NoError(t, err)
		t.Cleanup(func() { _ = sink.Kill() })
		return sink
	}
	ctx, done := context.WithTimeout(t.Context(), 2*time.Minute)
	defer done()
	ready := func(sink *ordersink.Sink, f Fleet) {
		require.NoError(t, sink.Await(ctx, func(ctx context.Context) error { return f.Ready(ctx, sink.Address()) }))
	}
	requireLittle := func(sink *ordersink.Sink, what string) {
		require.NoError(t, f.AwaitRunning(ctx, sink.Address()))
		require.NoError(t, f.AwaitGroups(ctx))
		most, err := measure.PeakMemory(sink.PID())
		require.NoError(t, err)
		t.Logf("%s: %.0f MB", what, most)
		require.LessOrEqual(t, most, 300., "MB of a worker whose connectors were %s", what)
	}

	first := start()
	ready(first, Fleet{})
	require.NoError(t, f.Create(ctx, first.Address()))
	requireLittle(first, "created")
	require.NoError(t, first.Stop(time.Minute))

	second := start()
	ready(second, f)
	requireLittle(second, "restarted")
	require.NoError(t, second.Stop(time.Minute))
}
