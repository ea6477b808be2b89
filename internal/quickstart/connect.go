package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/internal/servers/loopback"
)

const (
	workerPort    = 8083
	workerFile    = "config/connect/connect-distributed.properties"
	connectorFile = "config/connect/orders-sink.json"
	recordsFile   = "config/connect/orders.jsonl"
)

// connectWorker is the stack with a worker that has Kafka Connect's REST API.
type connectWorker struct {
	*stack
	connector string // the file that was posted
	name      string // of the connector
}

// start starts the worker with its file, and the order service.
func (w *connectWorker) start(ctx context.Context) error {
	workerPort, err := port("Worker", workerPort)
	if err != nil {
		return err
	}
	intakePort, err := port("Intake", intakePort)
	if err != nil {
		return err
	}
	healthPort, err := loopback.Port(0)
	if err != nil {
		return err
	}
	w.http, w.intake = loopback.Address(workerPort), loopback.Address(intakePort)
	w.logName = "connect-distributed"
	w.sink, err = w.launchArgs(ctx, w.logName, w.http, []string{"connect-distributed", workerFile}, map[string]string{
		"CONNECT_BOOTSTRAP_SERVERS": strings.Join(w.seeds, ","),
		"CONNECT_LISTENERS":         "http://" + w.http,
	})
	if err != nil {
		return err
	}
	step("Worker", "order-sink connect-distributed %s, log in %s", workerFile, w.log())
	_, err = w.launch(ctx, "order-service", loopback.Address(healthPort), []string{"pipelines/shop/order_service.yaml"},
		map[string]string{"ORDER_SERVICE_ADDRESS": w.intake, "KAFKA_TOPIC": topic}, w.intake)
	return err
}

// forgetVariables removes the variables of a worker of the user. They must not change the
// worker of the quick start.
func forgetVariables() error {
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "CONNECT_") {
			if err := os.Unsetenv(name); err != nil {
				return fmt.Errorf("forgetting %s: %w", name, err)
			}
		}
	}
	topic, table = "orders", "orders" // the names in the connector's file
	return nil
}

// create posts the file of the connector. If MariaDB has another port than the file says, it
// posts a copy.
func (w *connectWorker) create(ctx context.Context) error {
	file, err := os.ReadFile(connectorFile)
	if err != nil {
		return fmt.Errorf("creating the connector: %w", err)
	}
	var connector struct {
		Name   string            `json:"name"`
		Config map[string]string `json:"config"`
	}
	if err := json.Unmarshal(file, &connector); err != nil {
		return fmt.Errorf("reading %s: %w", connectorFile, err)
	}
	w.connector, w.name = connectorFile, connector.Name
	config, err := mysql.ParseDSN(w.dsn)
	if err != nil {
		return fmt.Errorf("creating the connector: %w", err)
	}
	if url := "jdbc:mariadb://" + config.Addr + "/" + config.DBName; connector.Config["connection.url"] != url {
		connector.Config["connection.url"] = url
		if file, err = json.MarshalIndent(connector, "", "  "); err != nil {
			return fmt.Errorf("creating the connector: %w", err)
		}
		w.connector = filepath.Join(w.dir, filepath.Base(connectorFile))
		if err := os.WriteFile(w.connector, append(file, '\n'), 0o600); err != nil {
			return fmt.Errorf("creating the connector: %w", err)
		}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+w.http+"/connectors", bytes.NewReader(file))
	if err != nil {
		return fmt.Errorf("creating the connector: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	if _, err := answer(request, http.StatusCreated, new(any)); err != nil {
		return fmt.Errorf("creating the connector: %w", err)
	}
	step("Connector", "%s, created with POST /connectors and %s", w.name, w.connector)
	return nil
}

// show waits for the rows of the orders, prints them, the state of the connector, and the
// commands to try next.
func (w *connectWorker) show(ctx context.Context, took time.Duration) error {
	db, err := sql.Open("mysql", w.dsn)
	if err != nil {
		return fmt.Errorf("reading the rows: %w", err)
	}
	defer db.Close()
	if err := w.awaitRows(ctx, db); err != nil {
		return err
	}
	if err := printRows(ctx, db); err != nil {
		return err
	}
	status, code, err := w.sink.Get(ctx, "/connectors/"+w.name+"/status")
	if err != nil || code != http.StatusOK {
		return fmt.Errorf("reading the state of the connector: status %d, %w", code, err)
	}
	config, err := mysql.ParseDSN(w.dsn)
	if err != nil {
		return fmt.Errorf("reading the rows: %w", err)
	}
	host, port := address(config)
	fmt.Printf(`
GET /connectors/%[2]s/status
%[3]s
Ready %.1[4]f s after the start. From another terminal:

  the connectors     curl 'http://%[1]s/connectors?expand=status'
  pause, resume      curl -X PUT http://%[1]s/connectors/%[2]s/pause
                     curl -X PUT http://%[1]s/connectors/%[2]s/resume
  what it runs       curl http://%[1]s/order-sink/connectors/%[2]s
  delete, create     curl -X DELETE http://%[1]s/connectors/%[2]s
                     curl -X POST -H 'Content-Type: application/json' -d @%[5]s http://%[1]s/connectors
  send an order      curl -i http://%[6]s/orders -H 'X-User-Id: you' -d '{"productId":"CATALOG-003","quantity":2,"unitPrice":1500}'
  with Kafka's tool  kafka-console-producer.sh --bootstrap-server %[7]s --topic %[8]s < %[9]s
  read the table     mariadb -h %[10]s -P %[11]s -u %[12]s -p%[13]s %[14]s -e 'SELECT * FROM %[15]s'
  health, metrics    http://%[1]s/health  http://%[1]s/ready  http://%[1]s/metrics
  the log            tail -f %[16]s

Ctrl-C stops what was started here, and nothing else.
`, w.http, w.name, indented(status), took.Seconds(), w.connector, w.intake, strings.Join(w.seeds, ","), topic, recordsFile,
		host, port, config.User, config.Passwd, config.DBName, table, w.log())
	return nil
}

func indented(text string) string {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(strings.TrimSpace(text)), "", "  "); err != nil {
		return text
	}
	return b.String() + "\n"
}
