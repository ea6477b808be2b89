package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/order-sink/order-sink/internal/servers/loopback"
	"github.com/order-sink/order-sink/internal/servers/mariadb"
)

// The ports of the shop. It uses another port if one is taken.
const (
	gatewayPort  = 4200
	servicePort  = 4201 // and the one after it
	readerPort   = 4203
	pagePort     = 4204
	stockOfTen   = "CATALOG-003" // ten chocolates
	demoDatabase = "demo"
)

// shop is the stack with all pipelines of pipelines/shop.
type shop struct {
	*stack
	db       *sql.DB
	gateway  string // addresses
	services [2]string
	pids     [2]int // of the services
	reader   string
}

// startMariaDB starts the demo's own server and creates the database again, because
// every run must print the same results.
func (s *shop) startMariaDB(ctx context.Context) error {
	server, err := s.startPrivate(ctx)
	if err != nil {
		return err
	}
	admin, err := sql.Open("mysql", server.AdminDSN(""))
	if err != nil {
		return fmt.Errorf("creating the demo's database: %w", err)
	}
	defer admin.Close()
	for _, query := range []string{"DROP DATABASE IF EXISTS " + demoDatabase, "CREATE DATABASE " + demoDatabase + " CHARACTER SET utf8mb4"} {
		if _, err := admin.ExecContext(ctx, query); err != nil {
			return fmt.Errorf("creating the demo's database: %w", err)
		}
	}
	s.dsn = server.DSN(demoDatabase)
	for _, file := range []string{"config/schema.sql", "config/stock.sql", "config/user_service.sql"} {
		if err := mariadb.RunFile(ctx, s.dsn, file); err != nil {
			return err
		}
	}
	if s.db, err = sql.Open("mysql", s.dsn); err != nil {
		return fmt.Errorf("filling the stock: %w", err)
	}
	s.stops = append(s.stops, s.db.Close)
	_, err = s.db.ExecContext(ctx, "INSERT INTO stock (product_id, initial) VALUES ('CATALOG-001', 100), ('CATALOG-002', 100), (?, 10)", stockOfTen)
	if err != nil {
		return fmt.Errorf("filling the stock: %w", err)
	}
	return nil
}

// start runs each part of the shop as a process of its own.
func (s *shop) start(ctx context.Context) (err error) {
	var health [5]string
	addresses := []*string{&s.gateway, &s.services[0], &s.services[1], &s.reader, new(string)}
	for i, preferred := range []int{gatewayPort, servicePort, servicePort + 1, readerPort, pagePort} {
		port, portErr := port("Shop", preferred)
		healthPort, healthErr := loopback.Port(0)
		if err := errors.Join(portErr, healthErr); err != nil {
			return err
		}
		*addresses[i], health[i] = loopback.Address(port), loopback.Address(healthPort)
	}
	page := *addresses[4]
	httpPort, err := port("Health", httpPort)
	if err != nil {
		return err
	}
	s.http = loopback.Address(httpPort)
	s.sink, err = s.launch(ctx, "order-sink", s.http, []string{"pipelines/orders.yaml"},
		map[string]string{"MARIADB_LOCK_ORDER": "product_id", "MARIADB_TABLE": "orders"})
	if err != nil {
		return err
	}
	for i, address := range s.services {
		name := fmt.Sprintf("order-service-%d", i+1)
		service, err := s.launch(ctx, name, health[i], []string{"pipelines/shop/order_service.yaml"},
			map[string]string{"ORDER_SERVICE_ADDRESS": address, "ORDER_SERVICE_NAME": name}, address)
		if err != nil {
			return err
		}
		s.pids[i] = service.PID()
	}
	if _, err := s.launch(ctx, "user-service", health[2], []string{"pipelines/shop/user_service.yaml"},
		map[string]string{"USER_SERVICE_ADDRESS": s.reader, "MARIADB_TABLE": "orders"}, s.reader); err != nil {
		return err
	}
	if _, err := s.launch(ctx, "page", health[3], []string{"pipelines/shop/page.yaml"}, map[string]string{"SHOP_PAGE_ADDRESS": page}, page); err != nil {
		return err
	}
	if _, err := s.launch(ctx, "gateway", health[4], []string{"pipelines/shop/gateway.yaml"}, map[string]string{
		"GATEWAY_ADDRESS": s.gateway, "ORDER_SERVICES": strings.Join(s.services[:], ","), "USER_SERVICE": s.reader, "SHOP_PAGE": page,
	}, s.gateway); err != nil {
		return err
	}
	step("Shop", "gateway on %s, order services on %s, user service on %s", s.gateway, strings.Join(s.services[:], " and "), s.reader)
	return nil
}
