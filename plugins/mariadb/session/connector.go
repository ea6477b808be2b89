package session

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
)

// sqlModes lets the server refuse what it would otherwise change, whatever its
// own sql_mode is. NO_AUTO_VALUE_ON_ZERO: 0 in an AUTO_INCREMENT column is 0.
//
// NO_ZERO_DATE and NO_ZERO_IN_DATE are not among them, as in MariaDB's own default:
// the package column accepts no such date of a record, and the two modes would
// refuse every row of a table in which another column has such a date for a default.
const sqlModes = "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO"

// Connector opens connections and sets them to the state that this output relies on.
type Connector struct {
	driver.Connector
	statements    []string
	initStatement string
	hint          string // for an account that is denied
}

// NewConnector returns a connector whose connections run the statement of the user first.
func NewConnector(config *mysql.Config, initStatement string) (*Connector, error) {
	inner, err := mysql.NewConnector(config)
	if err != nil {
		return nil, fmt.Errorf("reading %s: the driver does not take it", FieldDSN) // its text may quote the DSN
	}
	c := &Connector{Connector: inner, statements: sessionStatements(config.ReadTimeout), initStatement: initStatement}
	if strings.TrimSpace(config.Passwd) != config.Passwd {
		c.hint = "the password in dsn begins or ends with white space (a mounted secret often ends with a newline)"
	}
	return c, nil
}

// sessionStatements sets what the server's defaults must not decide. The server gives up
// a lock, and a statement, before the client gives up waiting: a statement without a client
// must not run later, over newer rows. The server also ends an idle transaction after that
// time: the transaction of a sink that is frozen or out of reach would keep its rows locked
// for the next sink.
func sessionStatements(readTimeout time.Duration) []string {
	lockWait := max(1, min(10, int(readTimeout.Seconds()/6)))
	return []string{
		"SET NAMES utf8mb4, lc_messages = 'en_US', sql_mode = '" + sqlModes + "', time_zone = '+00:00', autocommit = 1, " +
			"foreign_key_checks = 1, unique_checks = 1, check_constraint_checks = 1, " +
			fmt.Sprintf("innodb_lock_wait_timeout = %d, lock_wait_timeout = %d, idle_transaction_timeout = %d, max_statement_time = %.3f",
				lockWait, lockWait, lockWait, readTimeout.Seconds()*5/6),
		"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE",
	}
}

// Connect implements driver.Connector. The user's statement runs first, so that it cannot
// change what the output relies on.
func (c *Connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, &fault.ConnectError{Err: err, Hint: c.hint, Parameters: true}
	}
	execer := conn.(driver.ExecerContext)
	if c.initStatement != "" {
		if _, err := execer.ExecContext(ctx, c.initStatement, nil); err != nil {
			_ = conn.Close()
			return nil, &fault.InitError{Err: err}
		}
	}
	for _, statement := range c.statements {
		if _, err := execer.ExecContext(ctx, statement, nil); err != nil {
			_ = conn.Close()
			return nil, &fault.ConnectError{Err: fmt.Errorf("setting up the session: %w", err)}
		}
	}
	return conn, nil
}
