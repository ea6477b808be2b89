package workload

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"golang.org/x/sync/errgroup"
)

// Loader writes the rows of a sequence without any Kafka, as fast as MariaDB takes
// them: the ceiling. What was measured best for this table is prepared statements
// of 2,000 rows, with the rows of a statement in the order of the key.
type Loader struct {
	DSN         string
	Connections int
	Rows        Sequence
	Older       bool // rows for an update-heavy run to find
}

const rowsOfStatement = 2000

var loadColumns = []string{"order_id", "user_id", "product_id", "qty", "unit_price", "total_price", "kafka_timestamp_ms"}

// LoadCommand is the loader as a process of its own, whose CPU time and memory
// can be measured. It says when all is written, and stays until it is told to go.
func LoadCommand(ctx context.Context, args []string) error {
	var l Loader
	var seed uint64
	var orders, partitions int
	flags := flag.NewFlagSet("load", flag.ExitOnError)
	flags.StringVar(&l.DSN, "dsn", "", "MariaDB")
	flags.IntVar(&l.Connections, "connections", 4, "connections")
	flags.Uint64Var(&seed, "seed", 1, "of the sequence of orders")
	flags.IntVar(&orders, "orders", 0, "orders")
	flags.IntVar(&partitions, "partitions", 4, "partitions of the topic with the same orders")
	if err := flags.Parse(args); err != nil {
		return err
	}
	l.Rows = NewSequence(seed, orders, partitions)
	if err := Load(ctx, l); err != nil {
		return err
	}
	fmt.Println("done")
	<-ctx.Done()
	return nil
}

// Load writes all rows, from memory.
func Load(ctx context.Context, l Loader) error {
	config, err := mysql.ParseDSN(l.DSN)
	if err != nil {
		return errors.New("reading the DSN: expected user:password@tcp(host:port)/database")
	}
	// As in order-sink: without gap locks distinct keys do not deadlock.
	config.Params = map[string]string{"tx_isolation": "'READ-COMMITTED'"}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return fmt.Errorf("reading the DSN: %w", err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()

	rows := l.arguments()
	chunks := make(chan [][]any, len(rows)/rowsOfStatement+1)
	for chunk := range slices.Chunk(rows, rowsOfStatement) {
		slices.SortFunc(chunk, func(a, b []any) int { return strings.Compare(a[0].(string), b[0].(string)) })
		chunks <- chunk
	}
	close(chunks)
	group, ctx := errgroup.WithContext(ctx)
	for range l.Connections {
		group.Go(func() error { return write(ctx, db, chunks) })
	}
	return group.Wait()
}

// arguments are the rows in the order of loadColumns.
func (l Loader) arguments() [][]any {
	all := make([][]any, 0, l.Rows.Orders)
	timestamp := time.Now().UnixMilli()
	for e := range l.Rows.Entries() {
		o := e.Order
		if l.Older {
			if strings.HasPrefix(o.OrderID, "mark-") {
				continue
			}
			o.Quantity++
			o.UnitPrice++
			o.TotalPrice = o.Quantity * o.UnitPrice
		}
		row := []any{o.OrderID, o.UserID, o.ProductID, o.Quantity, o.UnitPrice, o.TotalPrice, timestamp}
		if l.Older {
			row[6] = int64(1)
		}
		all = append(all, row)
	}
	return all
}

func write(ctx context.Context, db *sql.DB, chunks <-chan [][]any) error {
	connection, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connecting: %w", err)
	}
	defer connection.Close()
	full, err := connection.PrepareContext(ctx, upsert(rowsOfStatement))
	if err != nil {
		return fmt.Errorf("preparing the upsert: %w", err)
	}
	defer full.Close()
	arguments := make([]any, 0, rowsOfStatement*len(loadColumns))
	for chunk := range chunks {
		arguments = arguments[:0]
		for _, row := range chunk {
			arguments = append(arguments, row...)
		}
		if len(chunk) == rowsOfStatement {
			_, err = full.ExecContext(ctx, arguments...)
		} else {
			_, err = connection.ExecContext(ctx, upsert(len(chunk)), arguments...)
		}
		if err != nil {
			return fmt.Errorf("writing %d rows: %w", len(chunk), err)
		}
	}
	return nil
}

// upsert is the statement for so many rows.
func upsert(rows int) string {
	var updates []string
	for _, column := range loadColumns[1:] {
		updates = append(updates, column+"=VALUES("+column+")")
	}
	row := "(" + strings.Repeat("?,", len(loadColumns)-1) + "?)"
	return "INSERT INTO orders (" + strings.Join(loadColumns, ",") + ") VALUES " +
		strings.Repeat(row+",", rows-1) + row + " ON DUPLICATE KEY UPDATE " + strings.Join(updates, ",")
}
