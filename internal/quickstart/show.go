package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/internal/orders"
)

// show waits for the rows of the orders, prints them, and prints the commands to try
// next.
func (s *stack) show(ctx context.Context, took time.Duration) error {
	db, err := sql.Open("mysql", s.dsn)
	if err != nil {
		return fmt.Errorf("reading the rows: %w", err)
	}
	defer db.Close()
	if err := s.awaitRows(ctx, db); err != nil {
		return err
	}
	if err := printRows(ctx, db); err != nil {
		return err
	}
	config, err := mysql.ParseDSN(s.dsn)
	if err != nil {
		return fmt.Errorf("reading the rows: %w", err)
	}
	host, port := address(config)
	password := "" // the client asks for it
	if s.private {
		password = config.Passwd
	}
	fmt.Printf(`
Ready %.1f s after the start. From another terminal:

  send an order      curl -i http://%[12]s/orders -H 'X-User-Id: you' -d '{"productId":"CATALOG-003","quantity":2,"unitPrice":1500}'
  read the table     mariadb -h %[3]s -P %[4]s -u %[5]s -p%[6]s %[7]s -e 'SELECT * FROM %[8]s'
  health, metrics    http://%[2]s/ready  http://%[2]s/metrics
  what was refused   goes to the topic %[9]s on %[10]s
  the log            tail -f %[11]s

Ctrl-C stops what was started here, and nothing else.
`, took.Seconds(), s.http, host, port, config.User, password, config.DBName, table, deadLetterTopic, strings.Join(s.seeds, ","), s.log(), s.intake)
	return nil
}

func seedIDs() (placeholders string, ids []any) {
	for _, order := range orders.Seed() {
		ids = append(ids, order.OrderID)
	}
	return strings.TrimSuffix(strings.Repeat("?,", len(ids)), ","), ids
}

func (s *stack) awaitRows(ctx context.Context, db *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	placeholders, ids := seedIDs()
	query := fmt.Sprintf("SELECT COUNT(*) FROM `%s` WHERE order_id IN (%s)", table, placeholders)
	for {
		var count int
		err := db.QueryRowContext(ctx, query, ids...).Scan(&count)
		// The rows may be from an earlier start.
		if err == nil && count == len(ids) && s.stored(ctx) >= s.sent {
			return nil
		}
		select {
		case <-s.sink.Done():
			return fmt.Errorf("order-sink ended unexpectedly: %w; its log is %s", s.sink.Exit(), s.log())
		case <-ctx.Done():
			return fmt.Errorf("waiting for the rows: %d of %d are there (%w); the sink's log is %s", count, len(ids), ctx.Err(), s.log())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

var storedRows = regexp.MustCompile(`(?m)^mariadb_upsert_rows_total\{.*\} ([0-9]+)$`)

// stored returns how many orders the sink has stored since its start.
func (s *stack) stored(ctx context.Context) (rows int) {
	metrics, err := s.sink.Metrics(ctx)
	if err != nil {
		return 0
	}
	for _, line := range storedRows.FindAllStringSubmatch(metrics, -1) {
		n, _ := strconv.Atoi(line[1])
		rows += n
	}
	return rows
}

func printRows(ctx context.Context, db *sql.DB) error {
	placeholders, ids := seedIDs()
	rows, err := db.QueryContext(ctx, fmt.Sprintf(
		"SELECT order_id, user_id, product_id, qty, unit_price, total_price, updated_at FROM `%s` WHERE order_id IN (%s) ORDER BY created_at, order_id",
		table, placeholders), ids...)
	if err != nil {
		return fmt.Errorf("reading the rows: %w", err)
	}
	defer rows.Close()
	fmt.Println()
	writer := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(writer, "order_id\tuser_id\tproduct_id\tqty\tunit_price\ttotal_price\tupdated_at")
	for rows.Next() {
		var cells [7]string
		if err := rows.Scan(&cells[0], &cells[1], &cells[2], &cells[3], &cells[4], &cells[5], &cells[6]); err != nil {
			return fmt.Errorf("reading the rows: %w", err)
		}
		fmt.Fprintln(writer, strings.Join(cells[:], "\t"))
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading the rows: %w", err)
	}
	return writer.Flush()
}
