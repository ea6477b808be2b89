package contestant

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/lab/bench/measure"
	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
	"github.com/order-sink/order-sink/internal/lab/network"
	"github.com/order-sink/order-sink/internal/lab/scrape"
	"github.com/order-sink/order-sink/internal/servers/eventually"
	"github.com/order-sink/order-sink/internal/servers/loopback"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/process"
)

var (
	// OrderSink is the product as it is shipped: its settings are those that a user
	// must make, the addresses.
	OrderSink = OrderSinks(1)
	// OrderSinkGeneral writes orders as any other records: see byTopic.
	OrderSinkGeneral = orderSinks(OrderSinkGeneralName, 1, func(s *stack.Stack, _ workload.Workload) (string, error) {
		return derived(s, ordersPipeline, "general", byTopic)
	})
)

// OrderSinkGeneralName is the name that a goal compares with.
const OrderSinkGeneralName = "order-sink, general"

// OrderSinks are several of one consumer group.
func OrderSinks(n int) Contestant {
	name := "order-sink"
	if n > 1 {
		name = fmt.Sprintf("%d order-sinks", n)
	}
	return orderSinks(name, n, ownPipeline)
}

func orderSinks(name string, n int, pipeline func(*stack.Stack, workload.Workload) (path string, err error)) Contestant {
	return Contestant{Name: name, Start: func(ctx context.Context, s *stack.Stack, r Run) (*Running, error) {
		group, letters := s.Name("order-sink"), s.Name("dead-letters")
		if err := s.Kafka.CreateTopic(ctx, letters, 1, nil); err != nil {
			return nil, err
		}
		path, err := pipeline(s, r.Workload)
		if err != nil {
			return nil, err
		}
		dsn, far, err := away(s, r.Far)
		if err != nil {
			return nil, err
		}
		env := map[string]string{
			"KAFKA_BROKERS": s.Kafka.Seeds()[0], topicsVariable(r.Workload): r.Topic, "KAFKA_GROUP": group,
			"DEAD_LETTER_TOPIC": letters, "MARIADB_DSN": dsn,
		}
		if r.Sequence.Avro {
			env["SCHEMA_REGISTRY_URL"] = s.Schemas.URL()
		}
		sinks, profiled, err := startOrderSinks(ctx, s, n, r.Log, path, env)
		if err != nil {
			far()
			return nil, err
		}
		var processes []*process.Process
		for _, one := range sinks {
			processes = append(processes, one.Process)
		}
		started := Follow(processes...)
		started.DeadLetters = letters
		stop := started.Stop
		started.Stop = func(ctx context.Context) error {
			defer far()
			return stop(ctx)
		}
		started.Settle = func(ctx context.Context) (err error) {
			for _, done := range profiled {
				err = errors.Join(err, <-done)
			}
			return errors.Join(err, s.CaughtUp(ctx, group, r.Topic))
		}
		started.OwnFigures = func(ctx context.Context, figures map[measure.Figure]float64) error {
			return countDeadlocks(ctx, sinks, figures)
		}
		started.Freeze = func(ctx context.Context) error {
			if err := groupShares(ctx, s, group, n, r.Sequence.Partitions/n); err != nil {
				return err
			}
			return signalAll(processes, syscall.SIGSTOP)
		}
		started.Thaw = func() error { return signalAll(processes, syscall.SIGCONT) }
		return started, nil
	}}
}

// away is where MariaDB is if the way there takes so much longer each way, and what
// ends it.
func away(s *stack.Stack, latency time.Duration) (dsn string, end func(), err error) {
	dsn = s.Server.DSN("orders")
	if latency == 0 {
		return dsn, func() {}, nil
	}
	proxy, err := network.NewProxy(s.Server.Addr())
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

// startOrderSinks starts all of a group, or none.
func startOrderSinks(ctx context.Context, s *stack.Stack, n int, log, pipeline string, env map[string]string) (sinks []*ordersink.Sink, profiled []<-chan error, err error) {
	for i := range n {
		name := fmt.Sprintf("%s-%d", log, i+1)
		one, err := startOrderSink(s, name, pipeline, env)
		if err != nil {
			for _, started := range sinks {
				err = errors.Join(err, started.Kill())
			}
			return nil, nil, err
		}
		sinks = append(sinks, one)
		if s.Profiled != "" {
			profiled = append(profiled, profile(ctx, s, one, name))
		}
	}
	return sinks, profiled, nil
}

func startOrderSink(s *stack.Stack, log, pipeline string, env map[string]string) (*ordersink.Sink, error) {
	port, err := loopback.Port(0)
	if err != nil {
		return nil, err
	}
	file, err := s.Log(log)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	args := []string{"streams", "--no-api", "-o", "config/service.yaml", "-r", "config/resources.yaml"}
	if s.Profiled != "" {
		args = append(args, "-s", "http.debug_endpoints=true")
	}
	return ordersink.Start(ordersink.Config{
		Binary: s.Binary, Dir: s.Root, HTTP: loopback.Address(port), Log: file, Env: env, Args: append(args, pipeline),
	})
}

func signalAll(processes []*process.Process, what os.Signal) (err error) {
	for _, p := range processes {
		err = errors.Join(err, p.Signal(what))
	}
	return err
}

// countDeadlocks asks the sinks for their deadlocks. One that was tried again at once is
// a figure; one that came out of the output, which then waited, fails the run.
func countDeadlocks(ctx context.Context, sinks []*ordersink.Sink, figures map[measure.Figure]float64) error {
	figures[measure.Deadlocks] = 0
	for _, one := range sinks {
		metrics, err := scrape.Read(ctx, one)
		if err != nil {
			return err
		}
		figures[measure.Deadlocks] += metrics.Sum("mariadb_upsert_retries_total", "cause", "deadlock")
		for _, cause := range []string{"deadlock", "lock_wait"} {
			if waits := metrics.Values("mariadb_upsert_waits_total", "cause", cause); len(waits) > 0 {
				return fmt.Errorf("a lock came out of the output: %s, %v waits", cause, waits)
			}
		}
	}
	return nil
}

// groupShares waits until so many members of a group have so many partitions each.
func groupShares(ctx context.Context, s *stack.Stack, group string, members, each int) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(s.Kafka.Seeds()...))
	if err != nil {
		return err
	}
	defer client.Close()
	admin := kadm.NewClient(client)
	ctx, cancel := context.WithTimeout(ctx, stack.Patience)
	defer cancel()
	return eventually.Until(ctx, fmt.Sprintf("%d members share the partitions", members), func(ctx context.Context) error {
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
