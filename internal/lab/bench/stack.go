package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/mariadb"
)

// stack is the servers that all contestants share, and what is made once for all
// of their runs.
type stack struct {
	root, dir, binary string
	self              string   // this program, which is also the loader
	profiled          string   // a kind of profile; "" for none
	mariadb           []string // options of the server
	out               io.Writer

	kafka   *kafka.Java
	server  *mariadb.Server
	db      *sql.DB
	connect *connectworker.Worker   // nil until it is warm
	topics  map[sequence]string     // those that several runs read
	logs    map[string]*checker.Log // what each of these demands of the table
	names   int
	orders  int // of a topic

	closers []func() error
}

// start runs a MariaDB as it comes (default durability, default memory) but for
// the options, and the real Kafka, both empty.
func (s *stack) start(ctx context.Context) (err error) {
	if s.root, err = filepath.Abs(s.root); err != nil {
		return err
	}
	if s.binary, err = filepath.Abs(s.binary); err != nil {
		return err
	}
	if s.dir, err = filepath.Abs(s.dir); err != nil {
		return err
	}
	for _, part := range []string{"kafka", "mariadb", "logs"} {
		if err := os.RemoveAll(filepath.Join(s.dir, part)); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Join(s.dir, "logs"), 0o755); err != nil {
		return err
	}
	if s.server, err = mariadb.New(ctx, filepath.Join(s.dir, "mariadb"), 0, s.mariadb...); err != nil {
		return err
	}
	if err := s.server.Start(ctx); err != nil {
		return err
	}
	s.closers = append(s.closers, s.server.Stop)
	if s.db, err = sql.Open("mysql", s.server.DSN("orders")); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	s.closers = append(s.closers, s.db.Close)
	if s.kafka, err = kafka.NewJava(ctx, filepath.Join(s.dir, "kafka"), nil); err != nil {
		return err
	}
	s.closers = append(s.closers, s.kafka.Close)
	s.topics, s.logs = map[sequence]string{}, map[string]*checker.Log{}
	return s.kafka.Start(ctx)
}

// stop ends what was started, the last first.
func (s *stack) stop() (err error) {
	for len(s.closers) > 0 {
		last := len(s.closers) - 1
		err = errors.Join(err, s.closers[last]())
		s.closers = s.closers[:last]
	}
	return err
}

// log is the file that a contestant of one run writes to.
func (s *stack) log(name string) (*os.File, error) {
	file, err := os.Create(filepath.Join(s.dir, "logs", name+".log"))
	if err != nil {
		return nil, fmt.Errorf("making a log: %w", err)
	}
	return file, nil
}

// name makes a name of a topic or a group that no other run has.
func (s *stack) name(kind string) string {
	s.names++
	return fmt.Sprintf("%s-%d", kind, s.names)
}
