package pipelines

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/order-sink/order-sink/internal/broker"
	"github.com/order-sink/order-sink/internal/mariadbd"
	"github.com/order-sink/order-sink/internal/sink"
)

// Whoever asks for the stock meanwhile is told that MariaDB does not answer.
func TestAMariaDBThatHangsStopsNoOrders(t *testing.T) {
	t.Parallel()
	server := mariadbd.Private(t)
	s := &shop{world: newWorld(t, broker.InMemory(t), server)}
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
	s.expect(s.ask(http.MethodGet, s.service, "/stock/p", ""), 404, "order-service-1", nil)
}

// counted is what a process counts of one of its parts.
func counted(ctx context.Context, process *sink.Sink, name, label string) (float64, error) {
	text, err := process.Metrics(ctx)
	if err != nil {
		return 0, err
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	metrics, err := parser.TextToMetricFamilies(strings.NewReader(text))
	return sum(metrics[name], map[string]string{"label": label}), err
}
