// Package stack runs the servers that all contestants share, and makes their topics and
// tables.
package stack

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/mariadb"
	"github.com/order-sink/order-sink/internal/servers/registry"
)

// Stack is the servers that all contestants share, and what is made once for all
// of their runs.
type Stack struct {
	Root, Dir, Binary string
	Self              string   // this program, which is also the loader
	Profiled          string   // a kind of profile; "" for none
	Options           []string // of MariaDB
	Out               io.Writer

	Kafka   *kafka.Java
	Server  *mariadb.Server
	DB      *sql.DB
	Connect *connectworker.Worker        // nil until it is warm
	Schemas *registry.Registry           // nil until a topic has Avro
	topics  map[workload.Sequence]string // those that several runs read
	logs    map[string]*checker.Log      // what each of these demands of the table
	names   int
	tables  []string // beside orders, that the last workload has made
	Orders  int      // of a topic

	closers []func() error
}

// Start runs a MariaDB as it comes (default durability, default memory) but for
// the options, and the real Kafka, both empty.
func (s *Stack) Start(ctx context.Context) (err error) {
	if s.Root, err = filepath.Abs(s.Root); err != nil {
		return err
	}
	if s.Binary, err = filepath.Abs(s.Binary); err != nil {
		return err
	}
	if s.Dir, err = filepath.Abs(s.Dir); err != nil {
		return err
	}
	for _, part := range []string{"kafka", "mariadb", "registry", "logs"} {
		if err := os.RemoveAll(filepath.Join(s.Dir, part)); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Join(s.Dir, "logs"), 0o755); err != nil {
		return err
	}
	if s.Server, err = mariadb.New(ctx, filepath.Join(s.Dir, "mariadb"), 0, s.Options...); err != nil {
		return err
	}
	if err := s.Server.Start(ctx); err != nil {
		return err
	}
	s.closers = append(s.closers, s.Server.Stop)
	if s.DB, err = sql.Open("mysql", s.Server.DSN("orders")); err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	s.closers = append(s.closers, s.DB.Close)
	if s.Kafka, err = kafka.NewJava(ctx, filepath.Join(s.Dir, "kafka"), nil); err != nil {
		return err
	}
	s.closers = append(s.closers, s.Kafka.Close)
	s.topics, s.logs = map[workload.Sequence]string{}, map[string]*checker.Log{}
	return s.Kafka.Start(ctx)
}

// AtEnd lets Stop call a function too.
func (s *Stack) AtEnd(end func() error) { s.closers = append(s.closers, end) }

// Stop ends what was started, the last first.
func (s *Stack) Stop() (err error) {
	for len(s.closers) > 0 {
		last := len(s.closers) - 1
		err = errors.Join(err, s.closers[last]())
		s.closers = s.closers[:last]
	}
	return err
}

// Log is the file that a contestant of one run writes to.
func (s *Stack) Log(name string) (*os.File, error) {
	file, err := os.Create(filepath.Join(s.Dir, "logs", name+".log"))
	if err != nil {
		return nil, fmt.Errorf("making a log: %w", err)
	}
	return file, nil
}

// Name makes a name of a topic or a group that no other run has.
func (s *Stack) Name(kind string) string {
	s.names++
	return fmt.Sprintf("%s-%d", kind, s.names)
}
