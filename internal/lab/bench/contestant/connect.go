package contestant

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/internal/lab/bench/measure"
	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
	"github.com/order-sink/order-sink/internal/servers/connectworker"
)

// Kafka Connect with Debezium's JDBC sink, a task for each partition. One worker
// serves all runs, and has drained a topic before the first: its JVM is warm.
var (
	ConnectDefault = connect(ConnectDefaultName, false)
	ConnectTuned   = connect(ConnectTunedName, true)
)

// The names that the goals compare with.
const (
	ConnectDefaultName = "Kafka Connect"
	ConnectTunedName   = "Kafka Connect, tuned"
)

// ConnectCold is a worker of its own that is started for the run: how long it takes
// from there to the first row.
var ConnectCold = Contestant{Name: "Kafka Connect, cold", Start: func(ctx context.Context, s *stack.Stack, r Run) (*Running, error) {
	dir := filepath.Join(s.Dir, r.Log)
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return nil, fmt.Errorf("preparing Kafka Connect: %w", err)
	}
	config, err := connector(s, r, false)
	if err != nil {
		return nil, err
	}
	worker, err := connectworker.Start(ctx, dir, s.Kafka.Seeds(), connectworker.JDBCSink, connectworker.AvroConverter)
	if err != nil {
		return nil, err
	}
	started := runConnector(ctx, worker, s.Name("jdbc"), config)
	stop := started.Stop
	started.Stop = func(ctx context.Context) error { return errors.Join(stop(ctx), worker.Close()) }
	return started, nil
}}

func connect(name string, tuned bool) Contestant {
	return Contestant{
		Name:    name,
		Prepare: warmConnect,
		Start: func(ctx context.Context, s *stack.Stack, r Run) (*Running, error) {
			if err := measure.ForgetPeak(s.Connect.PID()); err != nil {
				return nil, err
			}
			config, err := connector(s, r, tuned)
			if err != nil {
				return nil, err
			}
			return runConnector(ctx, s.Connect, s.Name("jdbc"), config), nil
		},
	}
}

// connector is the configuration of a sink.
func connector(s *stack.Stack, r Run, tuned bool) (map[string]string, error) {
	there, err := mysql.ParseDSN(s.Server.DSN("orders"))
	if err != nil {
		return nil, errors.New("reading the DSN: expected user:password@tcp(host:port)/database")
	}
	table := "orders"
	if r.Sequence.OwnTables || r.Unwrapped {
		table = "${topic}"
	}
	return connectworker.Sink{
		Topic: r.Topic, Table: table, Tasks: r.Sequence.Partitions, Tuned: tuned, Changes: r.Sequence.Changes,
		Address: there.Addr, User: there.User, Password: there.Passwd, Database: there.DBName,
		Set: formats(s, r.Workload),
	}.Config(), nil
}

// runConnector creates a connector, which takes a second or two, and watches it.
func runConnector(ctx context.Context, worker *connectworker.Worker, name string, config map[string]string) *Running {
	ended, created := make(chan error, 1), make(chan struct{})
	watched, cancel := context.WithCancel(ctx)
	go func() {
		err := worker.Create(ctx, name, config)
		close(created)
		for err == nil && stack.Sleep(watched, 2*time.Second) == nil {
			err = worker.Check(watched, name)
		}
		if err != nil && watched.Err() == nil {
			ended <- err
		}
	}()
	return &Running{
		Subject: measure.Subject{PIDs: []int{worker.PID()}, Ended: ended}, Settle: settled,
		Stop: func(ctx context.Context) error {
			cancel()
			<-created
			return worker.Delete(ctx, name)
		},
	}
}

// warmConnect starts the worker and lets it drain a topic, once.
func warmConnect(ctx context.Context, s *stack.Stack) error {
	if s.Connect != nil {
		return nil
	}
	dir := filepath.Join(s.Dir, "connect")
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return fmt.Errorf("preparing Kafka Connect: %w", err)
	}
	worker, err := connectworker.Start(ctx, dir, s.Kafka.Seeds(), connectworker.JDBCSink, connectworker.AvroConverter)
	if err != nil {
		return err
	}
	s.AtEnd(worker.Close)
	warm := workload.Insert(s.Orders, 4)
	topic, err := s.TopicOf(ctx, warm)
	if err != nil {
		return err
	}
	if err := s.Table(ctx, warm); err != nil {
		return err
	}
	config, err := connector(s, Run{Workload: warm, Topic: topic}, true)
	if err != nil {
		return err
	}
	r := runConnector(ctx, worker, s.Name("warm-up"), config)
	_, err = measure.Watch(ctx, s, warm.Sequence, r.Subject)
	if err := errors.Join(err, r.Stop(context.WithoutCancel(ctx))); err != nil {
		return fmt.Errorf("warming up Kafka Connect: %w", err)
	}
	s.Connect = worker
	return nil
}
