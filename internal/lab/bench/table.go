package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/servers/mariadb"
)

// table makes the table of a workload, with what is to be there before a run.
func (s *stack) table(ctx context.Context, w workload) error {
	if err := s.exec(ctx, "DROP TABLE IF EXISTS orders"); err != nil {
		return err
	}
	if err := mariadb.RunFile(ctx, s.server.DSN("orders"), filepath.Join(s.root, "config", "schema.sql")); err != nil {
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
	return s.grow(ctx, w.old)
}

// withoutOld is the view of the rows that were not there before a run.
const withoutOld = "orders_without_old"

// grow puts so many rows into the table whose ids lie among those of a run as ids
// at random do. They are written in their order, which takes a server with little
// memory a minute where any other order takes it hours.
func (s *stack) grow(ctx context.Context, old int) error {
	if old == 0 {
		return nil
	}
	const chunk = 100_000
	for from := 0; from < old; from += chunk {
		if err := s.exec(ctx, fmt.Sprintf(`INSERT INTO orders (order_id, user_id, product_id, qty, unit_price, total_price, kafka_timestamp_ms)
			SELECT CONCAT(LPAD(LOWER(HEX(FLOOR(seq * 4294967296 / %d))), 8, '0'), '-0000-4000-8000-', LPAD(seq, 12, '0')),
			CONCAT('old-', LPAD(seq, 32, '0')), 'CATALOG-001', 1, 100, 100, 1 FROM seq_%d_to_%d`,
			old, from, min(from+chunk, old)-1)); err != nil {
			return err
		}
	}
	return s.exec(ctx, "CREATE OR REPLACE VIEW "+withoutOld+" AS SELECT * FROM orders WHERE user_id NOT LIKE 'old-%'")
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
	if w.sequence.wide {
		config.Columns = slices.Concat(orderColumns, moreColumns())
	}
	if w.old > 0 {
		config.Table = withoutOld
	}
	log := s.logs[topic]
	if log == nil {
		var err error
		if log, err = checker.ReadLog(ctx, config); err != nil {
			return err
		}
		if !w.ownTopic() {
			s.logs[topic] = log
		}
	}
	report, err := log.Compare(ctx, config)
	if err == nil {
		err = report.Err()
	}
	if err == nil && report.Records != w.records() {
		err = fmt.Errorf("the topic has %d records instead of %d", report.Records, w.records())
	}
	return err
}
