package quickstart

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// A person with a connector of Kafka Connect sees orders flow. The variables of the shell name
// servers and a worker that the quick start must not touch.
func TestAPersonSeesAConnectorStoreOrders(t *testing.T) {
	dir := t.TempDir()
	q := startWith(t, dir, []string{"-connect"}, "MARIADB_DSN=nobody@tcp(127.0.0.1:1)/none", "KAFKA_BROKERS=127.0.0.1:1",
		"CONNECT_BOOTSTRAP_SERVERS=127.0.0.1:1", "CONNECT_SECURITY_PROTOCOL=SASL_SSL", "KAFKA_TOPIC=other", "MARIADB_TABLE=other")
	q.find(t, `Worker +order-sink connect-distributed config/connect/connect-distributed\.properties`)
	q.find(t, `Connector +orders-sink, created with POST /connectors and `)
	q.find(t, `Ready \d+\.\d s after the start`)
	for _, row := range []string{
		`CATALOG-002 +1 +6000 +6000 `, `CATALOG-001 +7 +11000 +77000 `, `CATALOG-002 +4 +71000 +284000 `,
		`(?s)GET /connectors/orders-sink/status\n\{\n  "name": "orders-sink",\n  "connector": \{\n    "state": "RUNNING"`,
		`(?s)"tasks": \[\n    \{\n      "id": 0,\n      "state": "RUNNING"`,
	} {
		q.find(t, row)
	}

	// The printed commands work.
	worker := q.find(t, `the connectors +curl 'http://(\S+)/connectors`)
	connector := "http://" + worker + "/connectors/orders-sink"
	db, err := sql.Open("mysql", "orders:orders@tcp(127.0.0.1:"+q.find(t, `mariadb -h 127\.0\.0\.1 -P (\d+) -u orders -porders orders`)+")/orders")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	intake := q.find(t, `curl -i http://(\S+)/orders -H 'X-User-Id: you'`)
	order := func(quantity int) {
		post(t, "http://"+intake+"/orders", fmt.Sprintf(`{"productId":"CATALOG-003","quantity":%d,"unitPrice":1500}`, quantity))
	}
	order(2)
	awaitRow(t, db, "user_id = 'you' AND product_id = 'CATALOG-003' AND total_price = 3000")
	if status, body := request(t, http.MethodPut, connector+"/pause", ""); status != http.StatusAccepted {
		t.Errorf("pause: %d %s", status, body)
	}
	awaitState(t, connector, "PAUSED")
	order(3)
	if status, body := request(t, http.MethodPut, connector+"/resume", ""); status != http.StatusAccepted {
		t.Errorf("resume: %d %s", status, body)
	}
	awaitRow(t, db, "user_id = 'you' AND product_id = 'CATALOG-003' AND total_price = 4500")
	if _, body := request(t, http.MethodGet, "http://"+worker+"/order-sink/connectors/orders-sink", ""); !strings.Contains(body, "mariadb_upsert:") {
		t.Errorf("it does not show what it runs: %s", body)
	}
	if status, body := request(t, http.MethodDelete, connector, ""); status != http.StatusNoContent {
		t.Errorf("delete: %d %s", status, body)
	}
	create(t, q, worker)
	order(4)
	awaitRow(t, db, "user_id = 'you' AND product_id = 'CATALOG-003' AND total_price = 6000")
	q.interrupt(t)
}

// create posts the file that the quick start names.
func create(t *testing.T, q *quickstart, worker string) {
	t.Helper()
	file := q.find(t, `-d @(\S+) http://\S+/connectors\n`)
	if !filepath.IsAbs(file) {
		file = filepath.Join(ordersinktest.Root(t), file)
	}
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Timeout: time.Minute}).Post("http://"+worker+"/connectors", "application/json", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		t.Errorf("create: %s", response.Status)
	}
}

func awaitState(t *testing.T, connector, state string) {
	t.Helper()
	eventuallytest.Succeeds(t, time.Minute, "the connector is "+state, func(context.Context) error {
		if _, body := request(t, http.MethodGet, connector+"/status", ""); !strings.Contains(body, `"state":"`+state+`"`) {
			return fmt.Errorf("the status is %s", body)
		}
		return nil
	})
}
