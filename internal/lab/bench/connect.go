package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/internal/servers/connectworker"
)

// Kafka Connect with Debezium's JDBC sink, a task for each partition. One worker
// serves all runs, and has drained a topic before the first: its JVM is warm.
var (
	connectDefault = connect(connectDefaultName, false)
	connectTuned   = connect(connectTunedName, true)
)

// connectCold is a worker of its own that is started for the run: how long it takes
// from there to the first row.
var connectCold = contestant{name: "Kafka Connect, cold", start: func(ctx context.Context, s *stack, r run) (*running, error) {
	dir := filepath.Join(s.dir, r.log)
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return nil, fmt.Errorf("preparing Kafka Connect: %w", err)
	}
	config, err := s.connector(r.topic, r.sequence.partitions, false)
	if err != nil {
		return nil, err
	}
	worker, err := connectworker.Start(ctx, dir, s.kafka.Seeds())
	if err != nil {
		return nil, err
	}
	started := runConnector(ctx, worker, s.name("jdbc"), config)
	stop := started.stop
	started.stop = func(ctx context.Context) error { return errors.Join(stop(ctx), worker.Close()) }
	return started, nil
}}

func connect(name string, tuned bool) contestant {
	return contestant{
		name:    name,
		prepare: (*stack).warmConnect,
		start: func(ctx context.Context, s *stack, r run) (*running, error) {
			if err := forgetPeak(s.connect.PID()); err != nil {
				return nil, err
			}
			config, err := s.connector(r.topic, r.sequence.partitions, tuned)
			if err != nil {
				return nil, err
			}
			return runConnector(ctx, s.connect, s.name("jdbc"), config), nil
		},
	}
}

// connector is the configuration of a sink.
func (s *stack) connector(topic string, tasks int, tuned bool) (map[string]string, error) {
	there, err := mysql.ParseDSN(s.server.DSN("orders"))
	if err != nil {
		return nil, errors.New("reading the DSN: expected user:password@tcp(host:port)/database")
	}
	return connectworker.Sink{
		Topic: topic, Table: "orders", Tasks: tasks, Tuned: tuned,
		Address: there.Addr, User: there.User, Password: there.Passwd, Database: there.DBName,
	}.Config(), nil
}

// runConnector creates a connector, which takes a second or two, and watches it.
func runConnector(ctx context.Context, worker *connectworker.Worker, name string, config map[string]string) *running {
	ended, created := make(chan error, 1), make(chan struct{})
	watched, cancel := context.WithCancel(ctx)
	go func() {
		err := worker.Create(ctx, name, config)
		close(created)
		for err == nil && sleep(watched, 2*time.Second) == nil {
			err = worker.Check(watched, name)
		}
		if err != nil && watched.Err() == nil {
			ended <- err
		}
	}()
	return &running{
		pids: []int{worker.PID()}, ended: ended, settle: settled,
		stop: func(ctx context.Context) error {
			cancel()
			<-created
			return worker.Delete(ctx, name)
		},
	}
}

// warmConnect starts the worker and lets it drain a topic, once.
func (s *stack) warmConnect(ctx context.Context) error {
	if s.connect != nil {
		return nil
	}
	dir := filepath.Join(s.dir, "connect")
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return fmt.Errorf("preparing Kafka Connect: %w", err)
	}
	worker, err := connectworker.Start(ctx, dir, s.kafka.Seeds())
	if err != nil {
		return err
	}
	s.closers = append(s.closers, worker.Close)
	warm := insert(s.orders, 4)
	topic, err := s.topicOf(ctx, warm)
	if err != nil {
		return err
	}
	if err := s.table(ctx, warm); err != nil {
		return err
	}
	config, err := s.connector(topic, warm.sequence.partitions, true)
	if err != nil {
		return err
	}
	r := runConnector(ctx, worker, s.name("warm-up"), config)
	_, err = s.watch(ctx, warm.sequence, r)
	if err := errors.Join(err, r.stop(context.WithoutCancel(ctx))); err != nil {
		return fmt.Errorf("warming up Kafka Connect: %w", err)
	}
	s.connect = worker
	return nil
}
