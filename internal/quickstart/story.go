package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/order-sink/order-sink/internal/orders"
)

// tour posts orders, prints the result of each, and prints the tables.
func (s *shop) tour(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	user := orders.Seed()[0].UserID

	fmt.Print("\n1. The gateway gets three orders and forwards each to the next of its services.\n\n")
	for _, order := range orders.Seed() {
		if _, err := s.order(ctx, user, order.ProductID, order.Quantity, order.UnitPrice, ""); err != nil {
			return err
		}
	}
	if err := s.awaitStored(ctx, 3); err != nil {
		return err
	}
	fmt.Print("\n2. An order takes three of ten chocolates. Both services read the same stock.\n\n")
	first, err := s.order(ctx, user, stockOfTen, 3, 1500, "a click")
	if err != nil {
		return err
	}
	if err := s.awaitStored(ctx, 4); err != nil {
		return err
	}
	if err := s.printStockOf(ctx, stockOfTen); err != nil {
		return err
	}
	fmt.Print("\n3. The other service gets the same order again. Kafka has two messages, the table has one row.\n\n")
	again, err := s.order(ctx, user, stockOfTen, 3, 1500, "a click")
	if err != nil {
		return err
	}
	if again != first {
		return fmt.Errorf("the same order got the ids %s and %s", first, again)
	}
	if err := s.awaitStored(ctx, 5); err != nil {
		return err
	}
	if err := s.printStockOf(ctx, stockOfTen); err != nil {
		return err
	}
	fmt.Print("\nThe tables:\n\n")
	for _, query := range []string{
		"SELECT order_id, product_id, qty, unit_price, total_price, status FROM orders ORDER BY created_at, order_id",
		"SELECT product_id, initial, remaining FROM stock ORDER BY product_id",
	} {
		if err := s.print(ctx, query); err != nil {
			return err
		}
	}
	s.printHints()
	return nil
}

// printHints prints the commands to try next.
func (s *shop) printHints() {
	_, port, _ := strings.Cut(s.dsn[strings.Index(s.dsn, "127.0.0.1"):strings.Index(s.dsn, ")")], ":")
	fmt.Printf(`What to look at:

  the shop           http://%[1]s/shop   order, send it twice, break a message, and watch
  the same by hand   curl -i http://%[1]s/you/orders -d '{"productId":"%[2]s","quantity":8,"unitPrice":1500}'
                     8 are more than the 7 that are left: the row has status rejected, the stock stays
  your orders        curl http://%[1]s/users/you/orders
  the stock          curl http://%[1]s/stock/%[2]s
  a service dies     kill %[3]d   and the gateway passes it over
  the table          mariadb -h 127.0.0.1 -P %[4]s -u orders -porders %[5]s -e 'SELECT * FROM orders; SELECT * FROM stock'
  health, metrics    http://%[6]s/ready  http://%[6]s/metrics
  the logs           %[7]s/*.log

Ctrl-C stops what was started here, and nothing else.
`, s.gateway, stockOfTen, s.pids[0], port, demoDatabase, s.http, s.dir)
}

// order posts one order to the gateway, prints the answer and returns its id.
func (s *shop) order(ctx context.Context, user, product string, quantity, price int64, key string) (id string, err error) {
	body := fmt.Sprintf(`{"productId":%q,"quantity":%d,"unitPrice":%d}`, product, quantity, price)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.gateway+"/"+user+"/orders", strings.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("ordering: %w", err)
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	var order struct {
		OrderID    string `json:"orderId"`
		TotalPrice int64  `json:"totalPrice"`
	}
	service, err := answer(request, http.StatusCreated, &order)
	if err != nil {
		return "", fmt.Errorf("ordering: %w", err)
	}
	fmt.Printf("   %s  ->  %s, order %s, total %d\n", body, service, order.OrderID, order.TotalPrice)
	return order.OrderID, nil
}

// printStockOf asks each service for the stock of a product.
func (s *shop) printStockOf(ctx context.Context, product string) error {
	for _, address := range s.services {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/stock/"+product, http.NoBody)
		if err != nil {
			return fmt.Errorf("asking for the stock: %w", err)
		}
		var stock struct {
			Initial   int64 `json:"initial"`
			Remaining int64 `json:"remaining"`
		}
		service, err := answer(request, http.StatusOK, &stock)
		if err != nil {
			return fmt.Errorf("asking for the stock: %w", err)
		}
		fmt.Printf("   %s says: %d of %d %s\n", service, stock.Remaining, stock.Initial, product)
	}
	return nil
}

// answer decodes the answer of a service of the shop and returns the name of the
// service.
func answer(request *http.Request, expected int, into any) (service string, err error) {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	if response.StatusCode != expected {
		return "", fmt.Errorf("%s answered %s: %s", request.URL, response.Status, body)
	}
	return response.Header.Get("X-Order-Service"), json.Unmarshal(body, into)
}

// awaitStored waits until the sink has stored a number of messages.
func (s *shop) awaitStored(ctx context.Context, messages int) error {
	for s.stored(ctx) < messages {
		select {
		case <-s.sink.Done():
			return fmt.Errorf("order-sink ended unexpectedly: %w; its log is %s", s.sink.Exit(), s.log())
		case <-ctx.Done():
			return fmt.Errorf("waiting for the rows: %d of %d messages are stored (%w); the sink's log is %s", s.stored(ctx), messages, ctx.Err(), s.log())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// print prints the rows of a query as a table.
func (s *shop) print(ctx context.Context, query string) error {
	rows, err := s.db.QueryContext(ctx, query)
	if err != nil {
		return fmt.Errorf("reading the tables: %w", err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return fmt.Errorf("reading the tables: %w", err)
	}
	writer := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(writer, strings.Join(names, "\t"))
	cells, targets := make([]string, len(names)), make([]any, len(names))
	for i := range cells {
		targets[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return fmt.Errorf("reading the tables: %w", err)
		}
		fmt.Fprintln(writer, strings.Join(cells, "\t"))
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading the tables: %w", err)
	}
	fmt.Fprintln(writer)
	return writer.Flush()
}
