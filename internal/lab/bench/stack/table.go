package stack

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
	"github.com/order-sink/order-sink/internal/servers/mariadb"
)

// Table makes the tables of a workload, with what is to be there before a run.
func (s *Stack) Table(ctx context.Context, w workload.Workload) error {
	if err := s.Exec(ctx, "DROP TABLE IF EXISTS "+strings.Join(append(s.tables, "orders"), ", ")); err != nil {
		return err
	}
	s.tables = nil
	if err := mariadb.RunFile(ctx, s.Server.DSN("orders"), filepath.Join(s.Root, "config", "schema.sql")); err != nil {
		return err
	}
	for _, statement := range w.Alters {
		if err := s.Exec(ctx, statement); err != nil {
			return err
		}
	}
	if w.Sequence.OwnTables {
		return s.copyTable(ctx, w.Sequence.Tables())
	}
	if w.Filled {
		// Every order but the markers, with other values and older timestamps.
		return workload.Load(ctx, workload.Loader{DSN: s.Server.DSN("orders"), Connections: 4, Rows: w.Sequence, Older: true})
	}
	return s.grow(ctx, w.Old)
}

// copyTable makes empty tables that are like the table of orders.
func (s *Stack) copyTable(ctx context.Context, names []string) error {
	for _, name := range names {
		if err := s.Exec(ctx, "CREATE TABLE "+name+" LIKE orders"); err != nil {
			return err
		}
		s.tables = append(s.tables, name)
	}
	return nil
}

// withoutOld is the view of the rows that were not there before a run.
const withoutOld = "orders_without_old"

// grow puts so many rows into the table whose ids lie among those of a run as ids
// at random do. They are written in their order, which takes a server with little
// memory a minute where any other order takes it hours.
func (s *Stack) grow(ctx context.Context, old int) error {
	if old == 0 {
		return nil
	}
	const chunk = 100_000
	for from := 0; from < old; from += chunk {
		if err := s.Exec(ctx, fmt.Sprintf(`INSERT INTO orders (order_id, user_id, product_id, qty, unit_price, total_price, kafka_timestamp_ms)
			SELECT CONCAT(LPAD(LOWER(HEX(FLOOR(seq * 4294967296 / %d))), 8, '0'), '-0000-4000-8000-', LPAD(seq, 12, '0')),
			CONCAT('old-', LPAD(seq, 32, '0')), 'CATALOG-001', 1, 100, 100, 1 FROM seq_%d_to_%d`,
			old, from, min(from+chunk, old)-1)); err != nil {
			return err
		}
	}
	return s.Exec(ctx, "CREATE OR REPLACE VIEW "+withoutOld+" AS SELECT * FROM orders WHERE user_id NOT LIKE 'old-%'")
}

// Exec runs a statement on MariaDB.
func (s *Stack) Exec(ctx context.Context, statement string) error {
	if _, err := s.DB.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("running %q: %w", statement, err)
	}
	return nil
}

// Check compares each table and the dead letters with what its topic demands, which is
// read from the topic once.
func (s *Stack) Check(ctx context.Context, w workload.Workload, topic, deadLetters string) error {
	records, tables := 0, w.Sequence.Tables()
	for i, name := range strings.Split(topic, ",") {
		report, err := s.compare(ctx, w, name, tables[i], deadLetters)
		if err == nil {
			err = report.Err()
		}
		if err != nil {
			return err
		}
		records += report.Records
	}
	if records != w.Records() {
		return fmt.Errorf("the topic has %d records instead of %d", records, w.Records())
	}
	return nil
}

// compare compares one table with its topic.
func (s *Stack) compare(ctx context.Context, w workload.Workload, topic, table, deadLetters string) (checker.Report, error) {
	config := checker.Config{
		Seeds: s.Kafka.Seeds(), Topic: topic, DeadLetters: deadLetters, DB: s.DB, Table: table,
		Oracle: w.Oracle(), Exactly: true,
	}
	if w.Sequence.Wide {
		config.Columns = slices.Concat(workload.OrderColumns, workload.MoreColumns())
	}
	if w.Old > 0 {
		config.Table = withoutOld
	}
	log := s.logs[topic]
	if log == nil {
		var err error
		if log, err = checker.ReadLog(ctx, config); err != nil {
			return checker.Report{}, err
		}
		if !w.OwnTopic() {
			s.logs[topic] = log
		}
	}
	return log.Compare(ctx, config)
}
