package interop

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// avroSink is pipelines/avro.yaml at work on one topic and its table.
type avroSink struct {
	*ordersink.Sink
	t                  *testing.T
	broker             kafka.Broker
	db                 *sql.DB
	topic, deadLetters string
	log                *ordersinktest.Log
	env                map[string]string
}

func startAvro(t *testing.T, b kafka.Broker, registry string, env map[string]string) *avroSink {
	t.Helper()
	server := mariadbtest.Shared(t)
	s := &avroSink{
		t: t, broker: b, log: ordersinktest.NewLog(t),
		topic: kafkatest.Topic(t, b, 4), deadLetters: kafkatest.Topic(t, b, 1),
	}
	dsn := server.DSN(server.Database(t))
	var err error
	if s.db, err = sql.Open("mysql", dsn); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.db.Close() })
	all := map[string]string{
		"KAFKA_TOPICS": s.topic, "KAFKA_GROUP": s.topic, "DEAD_LETTER_TOPIC": s.deadLetters,
		"MARIADB_DSN": dsn, "SCHEMA_REGISTRY_URL": registry, "CREATE_TABLES": "true",
	}
	for name, value := range env {
		all[name] = value
	}
	s.env = all
	s.Sink = startWith(t, b, "pipelines/avro.yaml", s.log, all)
	return s
}

// shown has the columns of an order as text, with bytes in hexadecimal.
const shown = "order_id, COALESCE(customer, 'NULL'), status, qty, small, CAST(weight AS DOUBLE), ratio, gift, price, COALESCE(discount, 'NULL'), ordered, clock, at, micros, HEX(raw), HEX(hash), tags"

// The rows of the records that python/producer.py sends.
const (
	usualRow   = "Ana PAID 3 -7 1.100000023841858 0.1 1 12.50 -0.0000000001 2024-02-29 23:59:59.999 2024-02-29 12:34:56.789 1709210096789012 00FF 01020304 [\"a\",\"b\"]"
	extremeRow = "NULL NEW -2147483648 32767 3.4028234663852886e+38 5e-324 0 -9999999999.99 NULL 0001-01-01 00:00:00.000 1969-12-31 23:59:59.999 0  00000000 []"
)

// awaitRows waits until a query answers these rows.
func (s *avroSink) awaitRows(query string, want ...string) {
	s.t.Helper()
	eventuallytest.Succeeds(s.t, patience, query, func(ctx context.Context) error {
		got, err := texts(ctx, s.db, query)
		if err == nil && !slices.Equal(got, want) {
			err = fmt.Errorf("the rows are\n%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		return err
	})
}

// texts returns the rows of a query, with spaces between the columns.
func texts(ctx context.Context, db *sql.DB, query string) (lines []string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		cells, targets := make([]string, len(names)), make([]any, len(names))
		for i := range cells {
			targets[i] = &cells[i]
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, err
		}
		lines = append(lines, strings.Join(cells, " "))
	}
	return lines, rows.Err()
}

// awaitLetter waits for one dead letter and returns its headers.
func (s *avroSink) awaitLetter() map[string]string {
	s.t.Helper()
	var letters []*kgo.Record
	eventuallytest.Succeeds(s.t, patience, "the dead letter is there", func(context.Context) error {
		if letters = kafkatest.Records(s.t, s.broker, s.deadLetters); len(letters) == 0 {
			return errors.New("there is none")
		}
		return nil
	})
	headers := map[string]string{}
	for _, h := range letters[0].Headers {
		headers[h.Key] = string(h.Value)
	}
	if len(letters) > 1 {
		s.t.Errorf("%d dead letters, expected 1", len(letters))
	}
	return headers
}
