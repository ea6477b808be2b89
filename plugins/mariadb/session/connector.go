package session

import (
	"cmp"
	"context"
	"crypto/tls"
	"database/sql/driver"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/order-sink/order-sink/plugins/mariadb/fault"
)

// FieldDSN is the setting with the DSN.
const FieldDSN = "dsn"

// What a DSN leaves open.
const (
	defaultTimeout     = 10 * time.Second // to connect
	defaultReadTimeout = 60 * time.Second // for an answer, or for a server to take what is sent
)

// ParseDSN reads a DSN of go-sql-driver's form and overrides the parameters that decide
// whether rows are stored exactly. Its errors have no part of the DSN, since any part of
// a malformed DSN may be the password.
func ParseDSN(dsn string, secure *tls.Config, logger mysql.Logger) (*mysql.Config, error) {
	if err := checkDSN(dsn); err != nil {
		return nil, err
	}
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		// The driver's errors without a value in them all begin like this.
		if reason, found := strings.CutPrefix(err.Error(), "invalid DSN: "); found {
			return nil, fmt.Errorf("parsing %s: expected user:password@tcp(host:port)/database: %s", FieldDSN, reason)
		}
		return nil, fmt.Errorf("parsing %s: expected user:password@tcp(host:port)/database?parameter=value, with known parameters and values", FieldDSN)
	}
	config.Logger = logger
	config.Loc = time.UTC
	config.MaxAllowedPacket = 0 // the driver asks the server
	if err := config.Apply(mysql.Charset("utf8mb4", "")); err != nil {
		return nil, fmt.Errorf("setting the character set: %w", err)
	}
	config.ClientFoundRows = false // rows are counted by what the server changed
	config.MultiStatements = false
	config.ParseTime = false // a probe writes back what it has read
	// A question about the table then takes one round trip. Rows go through prepared
	// statements, which this setting does not concern.
	config.InterpolateParams = true
	config.AllowAllFiles = false
	config.CheckConnLiveness = true
	config.Timeout = cmp.Or(config.Timeout, defaultTimeout)
	config.ReadTimeout = cmp.Or(config.ReadTimeout, defaultReadTimeout)
	config.WriteTimeout = cmp.Or(config.WriteTimeout, config.ReadTimeout)
	if secure != nil {
		secure = secure.Clone()
		if host, _, err := net.SplitHostPort(config.Addr); err == nil && secure.ServerName == "" {
			secure.ServerName = host // the driver does not set it with skip_cert_verify
		}
		config.TLS, config.AllowFallbackToPlaintext = secure, false
	}
	return config, nil
}

// checkDSN finds the mistakes that the driver does not report. Its errors have no part of
// the DSN except the names of parameters.
func checkDSN(dsn string) error {
	if strings.TrimRight(dsn, " \t\r\n") != dsn {
		return fmt.Errorf("parsing %s: white space at the end would belong to the name of the database or to the last parameter: remove it (a mounted secret often ends with a newline)", FieldDSN)
	}
	if strings.HasPrefix(dsn, "jdbc:") || strings.HasPrefix(dsn, "mysql://") || strings.HasPrefix(dsn, "mariadb://") {
		return fmt.Errorf("parsing %s: expected user:password@tcp(host:port)/database, got a URL", FieldDSN)
	}
	_, parameters, _ := strings.Cut(dsn[strings.LastIndexByte(dsn, '/')+1:], "?")
	for parameter := range strings.SplitSeq(parameters, "&") {
		name, _, _ := strings.Cut(parameter, "=")
		switch strings.ToLower(name) {
		case "user", "password":
			return fmt.Errorf("parsing %s: the parameter %s belongs to a JDBC URL: write user:password@ before the protocol", FieldDSN, name)
		case "strict": // the driver panics
			return fmt.Errorf("parsing %s: the driver has no parameter strict: order-sink is always strict", FieldDSN)
		}
	}
	return nil
}

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
