package stream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/go-sql-driver/mysql"
	"gopkg.in/yaml.v3"
)

// database is what the output of a pipeline says about its server.
type database struct {
	DSN string `yaml:"dsn"`
	TLS struct {
		Enabled        bool   `yaml:"enabled"`
		SkipCertVerify bool   `yaml:"skip_cert_verify"`
		RootCAs        string `yaml:"root_cas"`
		RootCAsFile    string `yaml:"root_cas_file"`
	} `yaml:"tls"`
}

// Ping connects to the MariaDB of a pipeline, and disconnects. The error has no password.
func Ping(ctx context.Context, text string, variable func(name string) (string, bool)) error {
	d, err := readDatabase(text, variable)
	if err != nil {
		return err
	}
	config, err := mysql.ParseDSN(d.DSN)
	if err != nil {
		return fmt.Errorf("reading the address of MariaDB: %w", err)
	}
	config.Logger = &mysql.NopLogger{}
	if config.TLS, err = d.tls(); err != nil {
		return err
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return fmt.Errorf("reading the address of MariaDB: %w", err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	err = db.PingContext(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s does not answer", config.Addr)
	}
	return err
}

var (
	variables = regexp.MustCompile(`\$\{([0-9A-Za-z_]+)(:[^}]*)?\}`)
	escaped   = regexp.MustCompile(`\$\{(\{[^}]*\})\}`)
)

// readDatabase returns the settings of the output mariadb_upsert. It replaces the variables as
// the framework does, whose own walk through the components hides the DSN.
func readDatabase(text string, variable func(name string) (string, bool)) (database, error) {
	text = variables.ReplaceAllStringFunc(text, func(reference string) string {
		value, _ := variable(variables.FindStringSubmatch(reference)[1])
		return strings.ReplaceAll(value, "\n", `\n`)
	})
	text = escaped.ReplaceAllString(text, "$$$1")
	var pipeline struct {
		Output struct {
			MariaDB *database `yaml:"mariadb_upsert"`
		} `yaml:"output"`
	}
	if err := yaml.Unmarshal([]byte(text), &pipeline); err != nil {
		return database{}, errors.New("reading the pipeline: the text with its variables is not YAML") // the error may have a secret
	}
	if pipeline.Output.MariaDB == nil {
		return database{}, errors.New("reading the pipeline: it has no output mariadb_upsert")
	}
	return *pipeline.Output.MariaDB, nil
}

// tls returns the configuration of TLS, nil for none.
func (d database) tls() (*tls.Config, error) {
	if !d.TLS.Enabled {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: d.TLS.SkipCertVerify}
	authorities := []byte(d.TLS.RootCAs)
	if d.TLS.RootCAsFile != "" {
		var err error
		if authorities, err = os.ReadFile(d.TLS.RootCAsFile); err != nil {
			return nil, fmt.Errorf("reading the certificate authorities of MariaDB: %w", err)
		}
	}
	if len(authorities) > 0 {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(authorities) {
			return nil, errors.New("reading the certificate authorities of MariaDB: expected certificates in PEM")
		}
	}
	return config, nil
}
