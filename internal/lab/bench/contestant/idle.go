package contestant

import (
	"context"
	"time"

	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/lab/connect/idle"
	"github.com/order-sink/order-sink/internal/servers/connectworker"
)

// IdleWorker is a worker whose connectors have nothing to do.
type IdleWorker struct {
	PID     int
	Address string // of REST
	Stop    func() error
}

// ConnectIdle is a worker of Kafka Connect of its own.
var ConnectIdle = Contestant{Name: ConnectDefaultName, Idle: func(ctx context.Context, s *stack.Stack, group string) (*IdleWorker, error) {
	dir, err := folder(s, group)
	if err != nil {
		return nil, err
	}
	worker, err := connectworker.StartIn(ctx, dir, s.Kafka.Seeds(), group, connectworker.JDBCSink)
	if err != nil {
		return nil, err
	}
	return &IdleWorker{PID: worker.PID(), Address: worker.Address(), Stop: worker.Close}, nil
}}

func idleOrderSink(_ context.Context, s *stack.Stack, group string) (*IdleWorker, error) {
	dir, err := folder(s, group)
	if err != nil {
		return nil, err
	}
	log, err := s.Log(group)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	sink, err := idle.StartOrderSink(s.Binary, dir, s.Kafka.Seeds(), group, log)
	if err != nil {
		return nil, err
	}
	return &IdleWorker{PID: sink.PID(), Address: sink.Address(), Stop: func() error { return sink.Stop(time.Minute) }}, nil
}
