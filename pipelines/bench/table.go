package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/mariadbd"
)

// table makes the table of a workload, with what is to be there before a run.
func (s *stack) table(ctx context.Context, w workload) error {
	if w.keeps {
		// The rows of the run before stay; its markers would be taken for this one's.
		return s.exec(ctx, "DELETE FROM orders WHERE "+isMarker)
	}
	if err := s.exec(ctx, "DROP TABLE IF EXISTS orders"); err != nil {
		return err
	}
	if err := mariadbd.RunFile(ctx, s.server.DSN("orders"), filepath.Join(s.root, "config", "schema.sql")); err != nil {
		return err
	}
	for _, statement := range w.alters {
		if err := s.exec(ctx, statement); err != nil {
			return err
		}
	}
	if w.filled {
		// Every order but the markers, with other values and older timestamps.
		return load(ctx, loader{dsn: s.server.DSN("orders"), connections: 4, rows: w.sequence, older: true})
	}
	return nil
}

func (s *stack) exec(ctx context.Context, statement string) error {
	if _, err := s.db.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("running %q: %w", statement, err)
	}
	return nil
}

// check compares the table and the dead letters with what the topic demands, which
// is read from the topic once.
func (s *stack) check(ctx context.Context, w workload, topic, deadLetters string) error {
	config := checker.Config{
		Seeds: s.kafka.Seeds(), Topic: topic, DeadLetters: deadLetters, DB: s.db,
		Oracle: w.oracle(), Exactly: true,
	}
	log := s.logs[topic]
	if log == nil {
		var err error
		if log, err = checker.ReadLog(ctx, config); err != nil {
			return err
		}
		s.logs[topic] = log
	}
	report, err := log.Compare(ctx, config)
	if err == nil {
		err = report.Err()
	}
	if err == nil && report.Records != w.sequence.orders {
		err = fmt.Errorf("the topic has %d records instead of %d", report.Records, w.sequence.orders)
	}
	return err
}
