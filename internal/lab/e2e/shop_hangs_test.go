package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/order-sink/order-sink/internal/lab/scrape"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
)

// A MariaDB that hangs does not stop the orders. A request for the stock is answered
// meanwhile: MariaDB does not answer.
func TestAMariaDBThatHangsStopsNoOrders(t *testing.T) {
	t.Parallel()
	server := mariadbtest.Private(t)
	s := &shop{world: newWorld(t, kafkatest.InMemory(t), server)}
	s.runSQL("stock.sql")
	s.env = map[string]string{"ORDER_SERVICE_NAME": "order-service-1", "MARIADB_DSN": s.tables}
	service := s.startReady("pipelines/shop/order_service.yaml")
	s.expect(s.ask(http.MethodGet, s.service, "/stock/p", ""), 404, "order-service-1", nil)
	s.must(server.Process().Signal(syscall.SIGSTOP))

	const readers = 40
	var group sync.WaitGroup
	for range readers {
		group.Go(func() {
			if got := s.ask(http.MethodGet, s.service, "/stock/p", ""); got.status != 503 || got.members["error"] != "stock: MariaDB does not answer" {
				t.Errorf("a reader of the stock got %s", got)
			}
		})
	}
	s.eventually("all of the readers wait", func(ctx context.Context) error {
		n, err := counted(ctx, service, "input_received", "orders_endpoint")
		if err == nil && n < readers+1 {
			err = fmt.Errorf("%v were taken up", n)
		}
		return err
	})
	for range 3 {
		s.expect(s.ask(http.MethodPost, s.service, "/u/orders", firstOrder), 201, "order-service-1", nil)
	}
	group.Wait()
	if n := len(s.read(s.topic)); n != 3 {
		t.Errorf("the topic has %d records, expected the three orders", n)
	}
	s.must(server.Process().Signal(syscall.SIGCONT))
	s.eventually("the stock is read again", func(context.Context) error {
		if got := s.ask(http.MethodGet, s.service, "/stock/p", ""); got.status != 404 {
			return fmt.Errorf("the answer is %s", got)
		}
		return nil
	})
}

// The gateway asks a service that hangs once, and then the other service for some
// seconds. If the first service sends the order after all, the two records are one
// order.
func TestAServiceThatHangsIsPassedOver(t *testing.T) {
	t.Parallel()
	s := newShop(t, kafkatest.InMemory(t), "('CATALOG-001', 100, 'rejected')")
	s.must(s.running[0].Signal(syscall.SIGSTOP))
	for range 6 {
		s.expect(s.ask(http.MethodPost, s.gateway, "/u/orders", secondOrder), 201, "order-service-2", nil)
	}
	if got := s.remaining(s.gateway, "CATALOG-002"); got != "404 <nil>" {
		t.Errorf("the stock of a product without one is %s", got)
	}
	for label, expected := range map[string]float64{"post": 7, "get": 1} {
		if n, err := counted(t.Context(), s.door, "processor_received", label); err != nil || n != expected {
			t.Errorf("six orders and a read made %v requests to %s (%v), expected %v: one meets the service that hangs", n, label, err, expected)
		}
	}
	s.must(s.running[0].Signal(syscall.SIGCONT))
	s.eventually("it is asked again", func(context.Context) error {
		got := s.ask(http.MethodPost, s.gateway, "/u/orders", firstOrder, "Idempotency-Key", "k")
		if got.status != 201 || got.service != "order-service-1" {
			return fmt.Errorf("%q answered %s", got.service, got)
		}
		return nil
	})
	s.awaitRows(7)
	s.awaitCommitted()
	if got := strings.Join(s.rows("SELECT product_id, qty, status, COUNT(*) FROM orders GROUP BY 1, 2, 3 ORDER BY 1"), ", "); got != "CATALOG-001 7 accepted 6, CATALOG-002 1 NULL 1" {
		t.Errorf("seven orders are %s", got)
	}
	if got := s.remaining(s.gateway, "CATALOG-001"); got != "200 58" {
		t.Errorf("%s of a hundred remain", got)
	}
}

// No service answers, but the order may still come. Sent again with the key of the
// answer it is one order.
func TestAnOrderOfUnknownFateIsSentAgain(t *testing.T) {
	t.Parallel()
	s := newShop(t, kafkatest.InMemory(t), "('CATALOG-001', 10, 'rejected')")
	s.signal(syscall.SIGSTOP)
	got := s.ask(http.MethodPost, s.gateway, "/u/orders", secondOrder)
	s.expect(got, 503, "", map[string]any{"error": noService})
	if len(got.key) != 36 {
		t.Fatalf("the answer %s has the key %q", got, got.key)
	}
	read := s.ask(http.MethodGet, s.gateway, "/stock/p", "")
	s.expect(read, 503, "", map[string]any{"error": "gateway: no service answers"})
	s.signal(syscall.SIGCONT)
	for range 2 {
		again := s.ask(http.MethodPost, s.gateway, "/u/orders", secondOrder, "Idempotency-Key", got.key)
		if again.status != 201 || again.key != got.key || read.key != "" {
			t.Errorf("sent again it is %s with the key %q, expected %q", again, again.key, got.key)
		}
	}
	s.awaitRows(1)
	s.awaitCommitted()
	if got := s.rows("SELECT product_id, qty, status FROM orders"); len(got) != 1 || got[0] != "CATALOG-001 7 accepted" {
		t.Errorf("one order, sent three times, is %v", got)
	}
	if refused := s.ask(http.MethodPost, s.gateway, "/u/orders", "{}"); refused.status != 400 || len(refused.key) != 36 {
		t.Errorf("a refused order has %s and the key %q", refused, refused.key)
	}
}

// counted returns what a process counts for one of its components.
func counted(ctx context.Context, process *ordersink.Sink, name, label string) (float64, error) {
	metrics, err := scrape.Read(ctx, process)
	return metrics.Sum(name, "label", label), err
}
