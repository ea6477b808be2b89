package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

const firstOrder, secondOrder, thirdOrder = `{"productId":"CATALOG-002","quantity":1,"unitPrice":6000}`,
	`{"productId":"CATALOG-001","quantity":7,"unitPrice":11000}`, `{"productId":"CATALOG-002","quantity":4,"unitPrice":71000}`

const noService = "gateway: no service answers, and the order may be stored nevertheless: send it again with this Idempotency-Key"

// Two services have one stock.
func TestBothServicesSeeTheSameStock(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		s := newShop(t, b, "('CATALOG-001', 10, 'rejected'), ('초콜릿 1/2', 5, 'rejected')")
		s.expect(s.ask(http.MethodPost, s.gateway, "/user%201/orders", firstOrder), 201, "order-service-1", map[string]any{"totalPrice": 6000, "userId": "user 1"})
		s.expect(s.ask(http.MethodPost, s.gateway, "/user%201/orders", secondOrder), 201, "order-service-2", map[string]any{"totalPrice": 77000})
		s.expect(s.ask(http.MethodPost, s.gateway, "/orders", thirdOrder, "X-User-Id", "user 1"), 201, "order-service-1", map[string]any{"totalPrice": 284000})
		s.awaitRows(3)
		for _, address := range []string{s.services[0], s.services[1], s.gateway, s.env["USER_SERVICE"]} {
			if got := s.remaining(address, "CATALOG-001"); got != "200 3" {
				t.Errorf("%s says that %s of the ten chocolates remain, expected 3", address, got)
			}
		}
		for product, expected := range map[string]string{"CATALOG-002": "404 <nil>", "초콜릿 1 2": "404 <nil>"} {
			if got := s.remaining(s.gateway, product); got != expected {
				t.Errorf("the stock of %s is %s", product, got)
			}
		}
		s.expect(s.ask(http.MethodPost, s.gateway, "/u/orders", `{"productId":"p","quantity":0,"unitPrice":1}`), 400, "order-service-2", map[string]any{"error": "quantity: expected an integer from 1 to 2147483647"})
		s.expect(s.ask(http.MethodGet, s.gateway, "/u/orders", ""), 405, "order-service-2", nil)
		s.expect(s.ask(http.MethodPost, s.services[0], "/stock/p", "{}"), 405, "order-service-1", nil)
		s.expect(s.ask(http.MethodPost, s.services[1], "/stock/orders", firstOrder), 201, "order-service-2", map[string]any{"userId": "stock"})
		// Neither a query nor a cookie stands for the path.
		s.expect(s.ask(http.MethodPost, s.services[1], "/me/orders?route=them/orders&%20route=them/orders", firstOrder, "Cookie", "route=them/orders; X-User-Id=them"), 201, "order-service-2", map[string]any{"userId": "me"})
	})
}

func TestTheSamePostIsOneOrder(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		t.Parallel()
		s := newShop(t, b, "('CATALOG-001', 10, 'rejected')")
		ids := map[any]bool{}
		for _, address := range []string{s.services[0], s.services[1], s.gateway, s.gateway} {
			got := s.ask(http.MethodPost, address, "/u/orders", secondOrder, "Idempotency-Key", "the first click")
			if got.status != 201 {
				t.Fatal(got)
			}
			ids[got.members["orderId"]] = true
		}
		if len(ids) != 1 {
			t.Errorf("one key gave the ids %v", ids)
		}
		own := `{"orderId":"mine","productId":"CATALOG-001","quantity":1,"unitPrice":1}`
		for _, address := range s.services {
			s.expect(s.ask(http.MethodPost, address, "/u/orders", own, "Idempotency-Key", address), 201, s.ask(http.MethodGet, address, "/stock/x", "").service, map[string]any{"orderId": "mine"})
		}
		s.awaitCommitted()
		if got := s.rows("SELECT product_id, qty, status FROM orders ORDER BY qty"); !slices.Equal(got, []string{"CATALOG-001 1 accepted", "CATALOG-001 7 accepted"}) {
			t.Errorf("two orders, sent six times, are %v", got)
		}
		if got := s.remaining(s.gateway, "CATALOG-001"); got != "200 2" {
			t.Errorf("of ten, eight were ordered: %s remain", got)
		}
	})
}

// A service that was frozen sends an order after another service has sent a newer
// version of it. The time at which the order reached the gateway decides.
func TestAnOldBodyThatComesLateChangesNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t, kafkatest.InMemory(t), "('CATALOG-001', 10, 'rejected')")
	post := func(address string, quantity int, arrived int64) {
		t.Helper()
		headers := []string{"Idempotency-Key", "k"}
		if arrived != 0 {
			headers = append(headers, "X-Arrived-Ms", fmt.Sprint(arrived))
		}
		got := s.ask(http.MethodPost, address, "/u/orders", fmt.Sprintf(`{"productId":"CATALOG-001","quantity":%d,"unitPrice":1}`, quantity), headers...)
		if got.status != 201 {
			t.Fatal(got)
		}
		s.awaitCommitted()
	}
	began := time.Now().UnixMilli()
	post(s.gateway, 1, 0)
	for i, address := range s.services {
		post(address, 5, began-1000-int64(i))
	}
	if got := s.rows("SELECT qty, kafka_timestamp_ms >= " + fmt.Sprint(began) + " FROM orders"); !slices.Equal(got, []string{"1 1"}) {
		t.Errorf("the order, and whether its time is the gateway's: %v", got)
	}
	// Nor does a time to come.
	post(s.services[0], 2, began+3600_000)
	post(s.gateway, 3, 0)
	if got := s.rows("SELECT qty FROM orders"); !slices.Equal(got, []string{"3"}) {
		t.Errorf("the last quantity was 3, the row has %v", got)
	}
	if got := s.remaining(s.gateway, "CATALOG-001"); got != "200 7" {
		t.Errorf("%s of ten remain", got)
	}
}

func TestAServiceThatIsDownIsPassedOver(t *testing.T) {
	t.Parallel()
	s := newShop(t, kafkatest.InMemory(t), "('CATALOG-001', 10, 'rejected')")
	s.must(s.running[0].Kill())
	for range 4 {
		s.expect(s.ask(http.MethodPost, s.gateway, "/u/orders", firstOrder), 201, "order-service-2", nil)
	}
	s.must(s.running[1].Kill())
	got := s.ask(http.MethodPost, s.gateway, "/u/orders", firstOrder)
	s.expect(got, 503, "", map[string]any{"error": noService})
	s.startService(0)
	for range 3 {
		s.expect(s.ask(http.MethodPost, s.gateway, "/u/orders", firstOrder), 201, "order-service-1", nil)
	}
	s.awaitRows(7)
	if got := s.rows("SELECT COUNT(*) FROM orders"); got[0] != "7" {
		t.Errorf("seven orders are %s rows", got[0])
	}
}

// Without Kafka no service answers 201, and the gateway reports that no service is left.
func TestWithoutKafkaNoOrderIsTaken(t *testing.T) {
	t.Parallel()
	b := kafkatest.InMemory(t)
	s := newShop(t, b, "('CATALOG-001', 10, 'rejected')")
	s.must(b.Close())
	s.expect(s.ask(http.MethodPost, s.gateway, "/u/orders", firstOrder), 503, "", map[string]any{"error": noService})
}

func TestAUsersOrdersByPages(t *testing.T) {
	t.Parallel()
	s := newShop(t, kafkatest.InMemory(t), "('CATALOG-001', 10, 'rejected')")
	began := time.Now()
	// Several of one moment: their ids tell them apart.
	for i := range 7 {
		s.exec(fmt.Sprintf("INSERT INTO orders (order_id, user_id, product_id, qty, unit_price, total_price, created_at) VALUES ('o-%d', 'u/주', 'CATALOG-001', 2, 3, 6, FROM_UNIXTIME(%d))", i, began.Unix()-int64(100-i/2)))
	}
	s.exec("INSERT INTO orders (order_id, user_id, product_id, qty, unit_price, total_price) VALUES ('theirs', 'U/주', 'p', 1, 1, 1)")
	var ids []string
	page := func(address, user, query string) any {
		got := s.ask(http.MethodGet, address, "/users/"+user+"/orders"+query, "")
		if got.status != 200 {
			t.Fatal(got)
		}
		for _, order := range got.members["orders"].([]any) {
			ids = append(ids, order.(map[string]any)["orderId"].(string)+" "+fmt.Sprint(order.(map[string]any)["status"]))
		}
		return got.members["next"]
	}
	s.exec("UPDATE orders SET user_id = REPLACE(user_id, '/', ' ')") // a path's part holds no slash
	next := any("")
	for pages := 1; next != nil; pages++ {
		next = page(s.gateway, "u%20%EC%A3%BC", "?limit=3&before="+url.QueryEscape(fmt.Sprint(next)))
		if pages > 3 {
			t.Fatal("there is no end")
		}
	}
	if expected := "o-6 rejected, o-5 rejected, o-4 accepted, o-3 accepted, o-2 accepted, o-1 accepted, o-0 accepted"; strings.Join(ids, ", ") != expected {
		t.Errorf("the pages are %s, expected %s", strings.Join(ids, ", "), expected)
	}
	got := s.ask(http.MethodGet, s.gateway, "/users/u%20%EC%A3%BC/orders?limit=1", "")
	order := got.members["orders"].([]any)[0].(map[string]any)
	at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(order["createdAt"]))
	if err != nil || at.Unix() != began.Unix()-97 {
		t.Errorf("an order of %d is said to be of %s (%v)", began.Unix()-97, order["createdAt"], err)
	}
	s.expect(s.ask(http.MethodGet, s.gateway, "/users/nobody/orders", ""), 200, "", map[string]any{"orders": []any{}, "next": nil})
	s.expect(s.ask(http.MethodGet, s.gateway, "/users/u/orders?limit=1000", ""), 400, "", map[string]any{"error": "limit: expected an integer from 1 to 100, or none"})
	for _, before := range []string{"none", "theirs", "O-6"} {
		s.expect(s.ask(http.MethodGet, s.gateway, "/users/u%20%EC%A3%BC/orders?before="+before, ""), 400, "", map[string]any{"error": "before: expected the id of an order of this user, or none"})
	}
	s.exec("DROP TABLE stock")
	s.expect(s.ask(http.MethodGet, s.gateway, "/stock/p", ""), 503, "", nil)
}

// A request that the gateway refuses reaches no service.
func TestTheGatewayRefusesWhatItCannotPassOn(t *testing.T) {
	t.Parallel()
	s := newShop(t, kafkatest.InMemory(t), "('CATALOG-001', 10, 'rejected')")
	const form = "multipart/form-data; boundary=b"
	part := "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + secondOrder + "\r\n"
	for _, test := range []struct{ path, contentType, body, says string }{
		{"/u/orders", form, part + "--b--\r\n", "Content-Type: expected one JSON object, not multipart"},
		{"/u/orders", form, part + part + "--b--\r\n", "Content-Type: expected one JSON object, not multipart"},
		{"/u/orders?Content-Type=application/json", form, part + part + "--b--\r\n", "Content-Type: expected one JSON object, not multipart"},
		{"/u/orders?Idempotency-Key=a%0d%0ab", "", secondOrder, "Idempotency-Key: expected no control characters"},
		{"/orders?X-User-Id=a%00", "", secondOrder, "X-User-Id: expected no control characters"},
		{"/u/orders?Content-Type=a%7f", "", secondOrder, "Content-Type: expected no control characters"},
	} {
		s.expect(s.ask(http.MethodPost, s.gateway, test.path, test.body, "Content-Type", test.contentType), 400, "", map[string]any{"error": test.says})
	}
	s.expect(s.ask(http.MethodPost, s.gateway, "/u/orders", firstOrder), 201, "order-service-1", nil)
	if n := len(s.read(s.topic)); n != 1 {
		t.Errorf("the topic has %d records, expected the one good order", n)
	}
}

// Sixty users order one of forty pieces each, at the same time, and repeat the request
// until it is answered. A service is killed meanwhile. Forty users get one.
func TestTheShopSellsWhatItHas(t *testing.T) {
	t.Parallel()
	s := newShop(t, kafkatest.InMemory(t), "('CATALOG-001', 40, 'rejected')")
	var group sync.WaitGroup
	var mutex sync.Mutex
	taken := map[string]int{} // orders by service
	for i := range 60 {
		group.Go(func() {
			for range 100 {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+s.gateway+fmt.Sprintf("/user-%d/orders", i), strings.NewReader(`{"productId":"CATALOG-001","quantity":1,"unitPrice":5}`))
				if err != nil {
					t.Error(err)
					return
				}
				request.Header.Set("Idempotency-Key", "the only one")
				response, err := (&http.Client{Timeout: patience}).Do(request)
				if err == nil {
					response.Body.Close()
				}
				if err == nil && response.StatusCode == http.StatusCreated {
					mutex.Lock()
					taken[response.Header.Get("X-Order-Service")]++
					mutex.Unlock()
					return
				}
			}
			t.Errorf("user %d was never answered", i)
		})
		if i == 30 {
			s.must(s.running[0].Kill())
		}
	}
	group.Wait()
	s.awaitRows(60)
	s.awaitCommitted()
	if got := strings.Join(s.rows("SELECT status, COUNT(*), COUNT(DISTINCT user_id) FROM orders GROUP BY 1 ORDER BY 1"), ", "); got != "accepted 40 40, rejected 20 20" {
		t.Errorf("sixty orders are %s", got)
	}
	if got := s.rows("SELECT remaining FROM stock"); got[0] != "0" {
		t.Errorf("%s of forty remain", got[0])
	}
	if taken["order-service-2"] < 20 || taken["order-service-1"]+taken["order-service-2"] != 60 {
		t.Errorf("the services took %v", taken)
	}
}
