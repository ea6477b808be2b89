package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/lab/network"
	"github.com/order-sink/order-sink/internal/servers/loopback"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/process"
)

// orderSink is the product as it is shipped: its settings are those that a user
// must make, the addresses.
var orderSink = orderSinks(1)

// orderSinks are several of one consumer group.
func orderSinks(n int) contestant {
	name := "order-sink"
	if n > 1 {
		name = fmt.Sprintf("%d order-sinks", n)
	}
	return contestant{name: name, start: func(ctx context.Context, s *stack, r run) (*running, error) {
		group, letters := s.name("order-sink"), s.name("dead-letters")
		if err := s.kafka.CreateTopic(ctx, letters, 1, nil); err != nil {
			return nil, err
		}
		pipeline, err := s.pipeline("pipelines/orders.yaml", r.workload)
		if err != nil {
			return nil, err
		}
		dsn, far, err := s.away(r.far)
		if err != nil {
			return nil, err
		}
		var sinks []*ordersink.Sink
		var processes []*process.Process
		var profiled []<-chan error
		for i := range n {
			log := fmt.Sprintf("%s-%d", r.log, i+1)
			one, err := s.startOrderSink(log, pipeline, map[string]string{
				"KAFKA_BROKERS": s.kafka.Seeds()[0], "KAFKA_TOPIC": r.topic, "KAFKA_GROUP": group,
				"DEAD_LETTER_TOPIC": letters, "MARIADB_DSN": dsn,
			})
			if err != nil {
				for _, p := range processes {
					err = errors.Join(err, p.Kill())
				}
				far()
				return nil, err
			}
			sinks, processes = append(sinks, one), append(processes, one.Process)
			if s.profiled != "" {
				profiled = append(profiled, s.profile(ctx, one, log))
			}
		}
		started := follow(processes...)
		started.deadLetters = letters
		stop := started.stop
		started.stop = func(ctx context.Context) error {
			defer far()
			return stop(ctx)
		}
		started.settle = func(ctx context.Context) (err error) {
			for _, done := range profiled {
				err = errors.Join(err, <-done)
			}
			return errors.Join(err, s.caughtUp(ctx, group, r.topic))
		}
		started.confess = func(ctx context.Context, figures map[figure]float64) error { return confess(ctx, sinks, figures) }
		started.freeze = func(ctx context.Context) error {
			if err := s.shared(ctx, group, n, r.sequence.partitions/n); err != nil {
				return err
			}
			return signalAll(processes, syscall.SIGSTOP)
		}
		started.thaw = func() error { return signalAll(processes, syscall.SIGCONT) }
		return started, nil
	}}
}

// away is where MariaDB is if the way there takes so much longer each way, and what
// ends it.
func (s *stack) away(latency time.Duration) (dsn string, end func(), err error) {
	dsn = s.server.DSN("orders")
	if latency == 0 {
		return dsn, func() {}, nil
	}
	proxy, err := network.NewProxy(s.server.Addr())
	if err != nil {
		return "", nil, err
	}
	if err := proxy.Latency(latency); err != nil {
		proxy.Close()
		return "", nil, err
	}
	there, err := mysql.ParseDSN(dsn)
	if err != nil {
		proxy.Close()
		return "", nil, fmt.Errorf("reading the DSN: %w", err)
	}
	there.Addr = proxy.Addr()
	return there.FormatDSN(), proxy.Close, nil
}

func (s *stack) startOrderSink(log, pipeline string, env map[string]string) (*ordersink.Sink, error) {
	port, err := loopback.Port(0)
	if err != nil {
		return nil, err
	}
	file, err := s.log(log)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	args := []string{"streams", "--no-api", "-o", "config/service.yaml", "-r", "config/resources.yaml"}
	if s.profiled != "" {
		args = append(args, "-s", "http.debug_endpoints=true")
	}
	return ordersink.Start(ordersink.Config{
		Binary: s.binary, Dir: s.root, HTTP: loopback.Address(port), Log: file, Env: env, Args: append(args, pipeline),
	})
}

func signalAll(processes []*process.Process, what os.Signal) (err error) {
	for _, p := range processes {
		err = errors.Join(err, p.Signal(what))
	}
	return err
}

var (
	retriedDeadlocks = regexp.MustCompile(`(?m)^mariadb_upsert_retries_total\{.*cause="deadlock".*\} (\S+)$`)
	waitedForLock    = regexp.MustCompile(`(?m)^mariadb_upsert_waits_total\{.*cause="(deadlock|lock_wait)".*\} (\S+)$`)
)

// confess asks the sinks for their deadlocks. One that was tried again at once is
// a figure; one that came out of the output, which then waited, fails the run.
func confess(ctx context.Context, sinks []*ordersink.Sink, figures map[figure]float64) error {
	figures[deadlocks] = 0
	for _, one := range sinks {
		metrics, err := one.Metrics(ctx)
		if err != nil {
			return err
		}
		for _, found := range retriedDeadlocks.FindAllStringSubmatch(metrics, -1) {
			n, err := strconv.ParseFloat(found[1], 64)
			if err != nil {
				return fmt.Errorf("reading the sink's metrics: %w", err)
			}
			figures[deadlocks] += n
		}
		if found := waitedForLock.FindString(metrics); found != "" {
			return fmt.Errorf("a lock came out of the output: %s", found)
		}
	}
	return nil
}

// shared waits until so many members of a group have so many partitions each.
func (s *stack) shared(ctx context.Context, group string, members, each int) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(s.kafka.Seeds()...))
	if err != nil {
		return err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	return eventually(ctx, fmt.Sprintf("%d members share the partitions", members), func() error {
		described, err := admin.DescribeGroups(ctx, group)
		if err != nil {
			return err
		}
		found := described[group]
		if len(found.Members) != members {
			return fmt.Errorf("there are %d members", len(found.Members))
		}
		for _, member := range found.Members {
			share := 0
			if assigned, ok := member.Assigned.AsConsumer(); ok {
				for _, topic := range assigned.Topics {
					share += len(topic.Partitions)
				}
			}
			if share != each {
				return fmt.Errorf("one has %d partitions", share)
			}
		}
		return nil
	})
}
