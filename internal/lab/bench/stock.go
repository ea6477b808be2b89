package main

import (
	"context"
	"os"
	"os/exec"

	"github.com/order-sink/order-sink/internal/servers/loopback"
)

// Stock Redpanda Connect: the same binary and the same modules, with components
// that were there before order-sink.
var (
	stockDefault = stock("Redpanda Connect", "pipelines/bench/stock.yaml")
	stockTuned   = stock("Redpanda Connect, tuned", "pipelines/bench/stock_tuned.yaml")
)

func stock(name, pipeline string) contestant {
	return contestant{name: name, start: func(ctx context.Context, s *stack, r run) (*running, error) {
		port, err := loopback.Port(0)
		if err != nil {
			return nil, err
		}
		path, err := s.pipeline(pipeline, r.workload)
		if err != nil {
			return nil, err
		}
		cmd := exec.CommandContext(context.WithoutCancel(ctx), s.binary, "run", path)
		cmd.Dir = s.root
		cmd.Env = append(os.Environ(),
			"HTTP_ADDRESS="+loopback.Address(port), "KAFKA_BROKERS="+s.kafka.Seeds()[0], "KAFKA_TOPIC="+r.topic,
			"KAFKA_GROUP="+s.name("redpanda-connect"), "MARIADB_DSN="+s.server.DSN("orders"))
		p, err := s.child(r.log, cmd)
		if err != nil {
			return nil, err
		}
		return follow(p), nil
	}}
}
