package contestant

import (
	"context"
	"os"
	"os/exec"

	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/servers/loopback"
)

// Stock Redpanda Connect: the same binary and the same modules, with components
// that were there before order-sink.
var (
	StockDefault = stock("Redpanda Connect", "pipelines/bench/stock.yaml")
	StockTuned   = stock("Redpanda Connect, tuned", "pipelines/bench/stock_tuned.yaml")
)

func stock(name, shipped string) Contestant {
	return Contestant{Name: name, Start: func(ctx context.Context, s *stack.Stack, r Run) (*Running, error) {
		port, err := loopback.Port(0)
		if err != nil {
			return nil, err
		}
		path, err := stockPipeline(s, shipped, r.Workload)
		if err != nil {
			return nil, err
		}
		cmd := exec.CommandContext(context.WithoutCancel(ctx), s.Binary, "run", path)
		cmd.Dir = s.Root
		cmd.Env = append(os.Environ(),
			"HTTP_ADDRESS="+loopback.Address(port), "KAFKA_BROKERS="+s.Kafka.Seeds()[0], "KAFKA_TOPIC="+r.Topic,
			"KAFKA_GROUP="+s.Name("redpanda-connect"), "MARIADB_DSN="+s.Server.DSN("orders"))
		p, err := Child(s, r.Log, cmd)
		if err != nil {
			return nil, err
		}
		return Follow(p), nil
	}}
}
