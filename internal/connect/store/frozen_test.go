package store

import (
	"context"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// freezer is a network whose packets are lost from freeze on, while connections stay open.
type freezer struct {
	net.Listener
	target string
	frozen chan struct{}
}

func newFreezer(t *testing.T, target string) *freezer {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	f := &freezer{listener, target, make(chan struct{})}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := new(net.Dialer).DialContext(context.Background(), "tcp", target)
			if err != nil {
				client.Close()
				continue
			}
			t.Cleanup(func() { client.Close(); server.Close() })
			go f.copy(server, client)
			go f.copy(client, server)
		}
	}()
	return f
}

func (f *freezer) copy(to io.Writer, from io.Reader) {
	buffer := make([]byte, 1<<16)
	for {
		n, err := from.Read(buffer)
		select {
		case <-f.frozen:
			return
		default:
		}
		if _, failed := to.Write(buffer[:n]); err != nil || failed != nil {
			return
		}
	}
}

func (f *freezer) options() []kgo.Opt {
	return []kgo.Opt{kgo.SeedBrokers(f.target), kgo.Dialer(func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, f.Addr().String())
	})}
}

// The client lets requests wait behind those that a frozen broker does not answer.
func TestAFrozenBrokerHoldsUpNeitherWritesNorTheEnd(t *testing.T) {
	f := newFreezer(t, kafkatest.InMemory(t).Seeds()[0])
	log := slog.New(slog.DiscardHandler)
	configs, err := OpenConfigs(t.Context(), Topic{Name: topicName(t), Replication: 1}, f.options(), log)
	require.NoError(t, err)
	statuses, err := OpenStatuses(t.Context(), Topic{Name: topicName(t) + "-status", Replication: 1}, "me:1", func() int { return 1 }, f.options(), log)
	require.NoError(t, err)
	require.NoError(t, configs.Create(t.Context(), "c", config("before"), ""))
	close(f.frozen)
	for range 2 {
		start := time.Now()
		require.ErrorIs(t, configs.Put(t.Context(), "c", config("lost")), errNothing)
		require.Less(t, time.Since(start), writeLimit+time.Second)
	}
	statuses.SetConnector("c", connect.ConnectorState{State: connect.Running, WorkerID: "me:1"})
	start := time.Now()
	last, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	statuses.Close(last)
	configs.Close()
	require.Less(t, time.Since(start), writeLimit+3*time.Second)
}
