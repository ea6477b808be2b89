package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// A posted order is on the topic byte for byte as the first producer writes it, and
// becomes a row.
func TestAPostedOrderBecomesARow(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		w := newWorld(t, b, mariadbtest.Shared(t))
		w.startReady("pipelines/orders.yaml", "pipelines/shop/order_service.yaml")

		posted := map[string]orders.Order{}
		for _, body := range []string{
			`{"productId":"CATALOG-001","quantity":7,"unitPrice":11000}`,
			`{"productId":"CATALOG-002","quantity":4,"unitPrice":71000,"totalPrice":284000}`,
			`{"productId":"초콜릿 \"🍫\" \u2028 \u001f \\u001f","quantity":1,"unitPrice":0,"orderId":"mine/1"}`,
		} {
			status, answer := w.post("/user 1/orders", "", body)
			var order orders.Order // its members' names differ from the answer's in case only
			if err := json.Unmarshal([]byte(answer), &order); err != nil || status != http.StatusCreated {
				t.Fatalf("%s was answered with %d %s", body, status, answer)
			}
			if order.TotalPrice != order.Quantity*order.UnitPrice || order.UserID != "user 1" || order.OrderID == "" {
				t.Errorf("%s was answered with %s", body, answer)
			}
			posted[order.OrderID] = order
		}
		if _, ok := posted["mine/1"]; !ok {
			t.Errorf("the caller's own order id is not among %v", posted)
		}

		if report := w.check(checker.Config{}); report.Rows != 3 || report.Records != 3 || report.DeadLetters != 0 {
			t.Errorf("three orders gave %+v", report)
		}
		for _, record := range w.read(w.topic) {
			order, ok := posted[string(record.Key)]
			if !ok || string(record.Value) != string(order.Envelope()) {
				t.Errorf("the record of %s reads\n%s\nexpected\n%s", record.Key, record.Value, order.Envelope())
			}
		}
	})
}

func TestARefusedPostNeverReachesKafka(t *testing.T) {
	t.Parallel()
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
	w.startReady("pipelines/orders.yaml", "pipelines/shop/order_service.yaml")
	for _, test := range []struct{ path, user, body, says string }{
		{"/u/orders", "", `{"productId":"p","quantity":0,"unitPrice":1}`, "quantity: "},
		{"/u/orders", "", `{"productId":"p","quantity":"1","unitPrice":1}`, "quantity: "},
		{"/u/orders", "", `{"productId":"p","quantity":1,"unitPrice":2147483648}`, "unitPrice: "},
		{"/u/orders", "", `{"productId":"p","quantity":2,"unitPrice":3,"totalPrice":7}`, "totalPrice: "},
		{"/u/orders", "", `{"quantity":1,"unitPrice":1}`, "productId: "},
		{"/u/orders", "", `not json`, "body: "},
		{"/orders", "", `{"productId":"p","quantity":1,"unitPrice":1}`, "userId: "},
	} {
		status, answer := w.post(test.path, test.user, test.body)
		if status != http.StatusBadRequest || !strings.HasPrefix(answer, `{"error":"`+test.says) {
			t.Errorf("%s %s was answered with %d %s, expected 400 and a reason that begins with %q", test.path, test.body, status, answer, test.says)
		}
	}
	if status, answer := w.post("/orders", "by-header", `{"productId":"p","quantity":1,"unitPrice":1}`); status != http.StatusCreated {
		t.Errorf("an order with the user in the header was answered with %d %s", status, answer)
	}
	if report := w.check(checker.Config{}); report.Records != 1 {
		t.Errorf("the topic has %d records, expected the one good order", report.Records)
	}
}

func (w *world) post(path, user, body string) (status int, answer string) {
	w.t.Helper()
	url := "http://" + w.service + strings.ReplaceAll(path, " ", "%20")
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if user != "" {
		request.Header.Set("X-User-Id", user)
	}
	client := http.Client{Timeout: patience}
	response, err := client.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return response.StatusCode, string(content)
}
