package session

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
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
