// Package idle gives a worker of Kafka Connect many connectors that have nothing to do, to
// measure what they cost.
package idle

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/go-sql-driver/mysql"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/eventually"
	"github.com/order-sink/order-sink/internal/servers/kafka"
)

// Fleet is connectors that have a topic and a table each.
type Fleet struct {
	Size   int
	Prefix string // of the names of the connectors, the topics and the tables, without "-"
	Broker kafka.Broker
	DSN    string
}

func (f Fleet) name(n int) string { return fmt.Sprintf("%s_%02d", f.Prefix, n) }

// Prepare creates the tables, and the topics with one order each.
func (f Fleet) Prepare(ctx context.Context) error {
	db, err := sql.Open("mysql", f.DSN)
	if err != nil {
		return fmt.Errorf("preparing the tables: %w", err)
	}
	defer db.Close()
	client, err := kgo.NewClient(kgo.SeedBrokers(f.Broker.Seeds()...))
	if err != nil {
		return fmt.Errorf("preparing the topics: %w", err)
	}
	defer client.Close()
	generator := orders.NewGenerator(1)
	for n := range f.Size {
		name := f.name(n)
		if err := f.Broker.CreateTopic(ctx, name, 1, nil); err != nil {
			return fmt.Errorf("preparing the topics: %w", err)
		}
		order := generator.Order()
		if err := client.ProduceSync(ctx, &kgo.Record{Topic: name, Value: order.Envelope()}).FirstErr(); err != nil {
			return fmt.Errorf("preparing the topics: %w", err)
		}
		_, err := db.ExecContext(ctx, "CREATE OR REPLACE TABLE "+name+` (order_id VARCHAR(64) COLLATE utf8mb4_nopad_bin PRIMARY KEY, user_id VARCHAR(64),
			product_id VARCHAR(64), qty INT, unit_price INT, total_price INT)`)
		if err != nil {
			return fmt.Errorf("preparing the tables: %w", err)
		}
	}
	return nil
}

// Create posts all connectors to the worker at an address, and waits until each has stored
// its order. From then on they are idle.
func (f Fleet) Create(ctx context.Context, address string) error {
	there, err := mysql.ParseDSN(f.DSN)
	if err != nil {
		return errors.New("reading the DSN: expected user:password@tcp(host:port)/database")
	}
	for n := range f.Size {
		config := connectworker.Sink{
			Topic: f.name(n), Table: f.name(n), Tasks: 1,
			Address: there.Addr, User: there.User, Password: there.Passwd, Database: there.DBName,
		}.Config()
		// A worker of Kafka Connect that rebalances answers 409.
		err := eventually.Until(ctx, "the worker creates connector "+f.name(n), func(ctx context.Context) error {
			return Post(ctx, address, f.name(n), config)
		})
		if err != nil {
			return err
		}
	}
	return f.awaitOrders(ctx)
}

// Post creates one connector.
func Post(ctx context.Context, address, name string, config map[string]string) error {
	body, err := json.Marshal(map[string]any{"name": name, "config": config})
	if err != nil {
		return err
	}
	_, err = ask(ctx, http.MethodPost, "http://"+address+"/connectors", body, http.StatusCreated)
	return err
}

func (f Fleet) awaitOrders(ctx context.Context) error {
	db, err := sql.Open("mysql", f.DSN)
	if err != nil {
		return fmt.Errorf("reading the tables: %w", err)
	}
	defer db.Close()
	for n := range f.Size {
		err := eventually.Until(ctx, "table "+f.name(n)+" has its order", func(ctx context.Context) error {
			var rows int
			if err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+f.name(n)).Scan(&rows); err != nil {
				return err
			}
			if rows != 1 {
				return fmt.Errorf("%d rows", rows)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Ready returns an error until the worker at an address is healthy and shows all connectors.
func (f Fleet) Ready(ctx context.Context, address string) error {
	if _, err := ask(ctx, http.MethodGet, "http://"+address+"/health", nil, http.StatusOK); err != nil {
		return err
	}
	text, err := ask(ctx, http.MethodGet, "http://"+address+"/connectors", nil, http.StatusOK)
	if err != nil {
		return err
	}
	var names []string
	if err := json.Unmarshal(text, &names); err != nil {
		return fmt.Errorf("reading the connectors: %w", err)
	}
	if len(names) != f.Size {
		return fmt.Errorf("the worker shows %d connectors", len(names))
	}
	return nil
}

// AwaitRunning waits until all connectors and their tasks are RUNNING.
func (f Fleet) AwaitRunning(ctx context.Context, address string) error {
	return eventually.Until(ctx, "all connectors run", func(ctx context.Context) error {
		text, err := ask(ctx, http.MethodGet, "http://"+address+"/connectors?expand=status", nil, http.StatusOK)
		if err != nil {
			return err
		}
		type part struct{ State string }
		var all map[string]struct {
			Status struct {
				Connector part
				Tasks     []part
			}
		}
		if err := json.Unmarshal(text, &all); err != nil {
			return fmt.Errorf("reading the states: %w", err)
		}
		running := 0
		for _, one := range all {
			if one.Status.Connector.State == "RUNNING" && len(one.Status.Tasks) == 1 && one.Status.Tasks[0].State == "RUNNING" {
				running++
			}
		}
		if running != f.Size {
			return fmt.Errorf("%d of %d run", running, f.Size)
		}
		return nil
	})
}

// AwaitGroups waits until the consumer group of each connector has its one member. The groups
// of a worker of Kafka Connect are ready later than its tasks are RUNNING.
func (f Fleet) AwaitGroups(ctx context.Context) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(f.Broker.Seeds()...))
	if err != nil {
		return fmt.Errorf("reading the groups: %w", err)
	}
	defer client.Close()
	var groups []string
	for n := range f.Size {
		groups = append(groups, "connect-"+f.name(n))
	}
	return eventually.Until(ctx, "all consumer groups are stable", func(ctx context.Context) error {
		all, err := kadm.NewClient(client).DescribeGroups(ctx, groups...)
		if err != nil {
			return err
		}
		for _, group := range all.Sorted() {
			if group.State != "Stable" || len(group.Members) != 1 {
				return fmt.Errorf("group %s with %d members is %s", group.Group, len(group.Members), group.State)
			}
		}
		return nil
	})
}

func ask(ctx context.Context, method, url string, body []byte, expected int) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != expected {
		err = fmt.Errorf("%s %s answered %d: %s", method, url, response.StatusCode, text)
	}
	return text, err
}
