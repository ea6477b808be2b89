package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/order-sink/order-sink/internal/loopback"
	"github.com/order-sink/order-sink/internal/process"
	"github.com/order-sink/order-sink/internal/sink"
)

// orderSink is the product as it is shipped: its settings are those that a user
// must make, the addresses.
var orderSink = orderSinks(1)

// orderSinks are several of one consumer group.
func orderSinks(n int) contestant {
	name := "order-sink"
	if n > 1 {
		name = fmt.Sprintf("order-sink, %d of them", n)
	}
	return contestant{name: name, start: func(ctx context.Context, s *stack, r run) (*running, error) {
		group, letters := s.name("order-sink"), s.name("dead-letters")
		if err := s.kafka.CreateTopic(ctx, letters, 1, nil); err != nil {
			return nil, err
		}
		pipeline, err := s.pipeline(r.workload)
		if err != nil {
			return nil, err
		}
		var processes []*process.Process
		for i := range n {
			one, err := s.startOrderSink(fmt.Sprintf("%s-%d", r.log, i+1), pipeline, map[string]string{
				"KAFKA_BROKERS": s.kafka.Seeds()[0], "KAFKA_TOPIC": r.topic, "KAFKA_GROUP": group,
				"DEAD_LETTER_TOPIC": letters, "MARIADB_DSN": s.server.DSN("orders"),
			})
			if err != nil {
				for _, p := range processes {
					err = errors.Join(err, p.Kill())
				}
				return nil, err
			}
			processes = append(processes, one.Process)
		}
		started := follow(processes...)
		started.deadLetters = letters
		started.settle = func(ctx context.Context) error { return s.caughtUp(ctx, group, r.topic) }
		return started, nil
	}}
}

func (s *stack) startOrderSink(log, pipeline string, env map[string]string) (*sink.Sink, error) {
	port, err := loopback.Port(0)
	if err != nil {
		return nil, err
	}
	file, err := s.log(log)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return sink.Start(sink.Config{
		Binary: s.binary, Dir: s.root, HTTP: loopback.Address(port), Log: file, Env: env,
		Args: []string{"streams", "--no-api", "-o", "config/service.yaml", "-r", "config/resources.yaml", pipeline},
	})
}

// pipeline is the shipped one.
func (s *stack) pipeline(workload) (string, error) { return "pipelines/orders.yaml", nil }
