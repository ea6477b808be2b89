package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/internal/console"
)

// confirmation is the variable that answers the question of [confirm] when there is no
// terminal.
const confirmation = "QUICKSTART_CONFIRM"

// confirm asks before the quick start changes the servers that the environment names. A
// shell with the variables of a production sink must not send made-up orders to its
// servers by accident. Without such variables, confirm asks nothing.
func confirm(ctx context.Context) error {
	plan, variables, err := plan(os.Getenv("MARIADB_DSN"), os.Getenv("KAFKA_BROKERS"))
	if err != nil || len(variables) == 0 {
		return err
	}
	names := strings.Join(variables, " and ")
	fmt.Fprintf(os.Stderr, "%s: the quick start would use these servers, which it did not start.\n\n%s\n", names, plan)
	remedy := "Nothing was changed. For private servers run: unset " + strings.Join(variables, " ")
	if os.Getenv(confirmation) == "yes" {
		fmt.Fprintf(os.Stderr, "Confirmed by %s=yes.\n\n", confirmation)
		return nil
	}
	terminal := console.Standard()
	if !terminal.Interactive {
		return fmt.Errorf("asking for confirmation: there is no terminal. %s\nTo use the servers above run: %s=yes make run", remedy, confirmation)
	}
	answer, err := terminal.Ask(ctx, "Use these servers? [y/N] ")
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return fmt.Errorf("asking for confirmation: %w", err)
	}
	if !slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(answer))) {
		return fmt.Errorf("asking for confirmation: the answer was not yes. %s", remedy)
	}
	return nil
}

// plan describes what the quick start changes on each server. It also returns the
// variables that name the servers.
func plan(dsn, brokers string) (text string, variables []string, err error) {
	var b strings.Builder
	if dsn != "" {
		config, err := mysql.ParseDSN(dsn)
		if err != nil { // the text of err may contain the password
			return "", nil, errors.New("reading MARIADB_DSN: expected user:password@tcp(host:port)/database")
		}
		variables = append(variables, "MARIADB_DSN")
		fmt.Fprintf(&b, "MariaDB  %s, database %s, user %s\n", config.Addr, config.DBName, config.User)
		fmt.Fprintf(&b, "         - runs config/schema.sql: creates the table orders, or adds a missing column\n")
		fmt.Fprintf(&b, "         - stores orders in the table %s, three made-up orders among them\n", table)
	}
	if brokers != "" {
		variables = append(variables, "KAFKA_BROKERS")
		fmt.Fprintf(&b, "Kafka    %s\n", brokers)
		fmt.Fprintf(&b, "         - creates the topics %s and %s if they are missing\n", topic, deadLetterTopic)
		fmt.Fprintf(&b, "         - sends three made-up orders to the topic %s\n", topic)
		fmt.Fprintf(&b, "         - reads the topic %s as consumer group %s and commits offsets: another sink\n", topic, group)
		fmt.Fprintf(&b, "           of this group does not get the records that this sink has read\n")
	}
	return b.String(), variables, nil
}
