package quickstart

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
)

// startDemo starts `make demo` and waits until it has printed its tour.
func startDemo(t *testing.T, dir string) (q *quickstart, gateway string) {
	t.Helper()
	// The demo does not use the servers of the environment.
	q = startWith(t, dir, []string{"-demo"}, "MARIADB_DSN=nobody@tcp(127.0.0.1:1)/none", "KAFKA_BROKERS=127.0.0.1:1")
	gateway = q.find(t, `gateway on (127\.0\.0\.1:\d+),`)
	q.find(t, `What to look at:`)
	return q, gateway
}

func TestTheDemoTellsItsStory(t *testing.T) {
	dir := t.TempDir()
	for range 2 { // the second start finds the data of the first, and prints the same
		q, gateway := startDemo(t, dir)
		for _, line := range []string{
			`\{"productId":"CATALOG-002","quantity":1,"unitPrice":6000\}  ->  order-service-1, order [0-9a-f-]{36}, total 6000\n`,
			`\{"productId":"CATALOG-001","quantity":7,"unitPrice":11000\}  ->  order-service-2, order [0-9a-f-]{36}, total 77000\n`,
			`\{"productId":"CATALOG-002","quantity":4,"unitPrice":71000\}  ->  order-service-1, order [0-9a-f-]{36}, total 284000\n`,
			`(?s)order-service-1 says: 7 of 10 CATALOG-003\n +order-service-2 says: 7 of 10 CATALOG-003\n.*order-service-1 says: 7 of 10 CATALOG-003\n +order-service-2 says: 7 of 10 CATALOG-003\n`,
			`CATALOG-002 +1 +6000 +6000 +accepted\n`,
			`CATALOG-001 +7 +11000 +77000 +accepted\n`,
			`CATALOG-002 +4 +71000 +284000 +accepted\n`,
			`CATALOG-003 +3 +1500 +4500 +accepted\n`,
			`CATALOG-001 +100 +93\nCATALOG-002 +100 +95\nCATALOG-003 +10 +7\n`,
		} {
			q.find(t, line)
		}
		id := q.find(t, `"quantity":3,"unitPrice":1500\}  ->  order-service-2, order ([0-9a-f-]{36}), total 4500\n`)
		if again := q.find(t, `"quantity":3,"unitPrice":1500\}  ->  order-service-1, order ([0-9a-f-]{36}), total 4500\n`); again != id {
			t.Errorf("the same order has the ids %s and %s", id, again)
		}
		if n := strings.Count(q.out.String(), "accepted\n"); n != 4 {
			t.Errorf("the output has %d rows, expected 4", n)
		}

		// The commands that the demo prints.
		status, body := request(t, http.MethodPost, "http://"+gateway+"/you/orders", `{"productId":"CATALOG-003","quantity":8,"unitPrice":1500}`)
		if status != http.StatusCreated {
			t.Fatalf("answered with %d %s", status, body)
		}
		eventuallytest.Succeeds(t, 2*time.Minute, "an order is rejected", func(context.Context) error {
			_, body := request(t, http.MethodGet, "http://"+gateway+"/users/you/orders", "")
			if !strings.Contains(body, `"status":"rejected"`) {
				return fmt.Errorf("the user's orders are %s", body)
			}
			return nil
		})
		if status, body := request(t, http.MethodGet, "http://"+gateway+"/stock/CATALOG-003", ""); status != http.StatusOK || remaining(t, body) != 7 {
			t.Errorf("the stock is %d %s", status, body)
		}
		pid := q.find(t, `a service dies +kill (\d+)`)
		kill(t, pid)
		for range 3 {
			if status, body := request(t, http.MethodPost, "http://"+gateway+"/you/orders", `{"productId":"p","quantity":1,"unitPrice":1}`); status != http.StatusCreated {
				t.Errorf("with one service down the gateway answers %d %s", status, body)
			}
		}
		q.interrupt(t)
	}
	logs, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil || len(logs) != 6 {
		t.Errorf("the logs are %v, expected one for each of six processes (%v)", logs, err)
	}
}

func remaining(t *testing.T, body string) (n int64) {
	t.Helper()
	stock := struct{ Remaining *int64 }{&n}
	if err := json.Unmarshal([]byte(body), &stock); err != nil {
		t.Fatal(err)
	}
	return n
}

func request(t *testing.T, method, url, body string) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Timeout: time.Minute}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

// kill kills a process of the demo, as the output suggests.
func kill(t *testing.T, pid string) {
	t.Helper()
	var number int
	if err := json.Unmarshal([]byte(pid), &number); err != nil {
		t.Fatal(err)
	}
	process, err := os.FindProcess(number)
	if err == nil {
		err = process.Signal(syscall.SIGTERM)
	}
	if err != nil {
		t.Fatal(err)
	}
}
