package stream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"github.com/go-sql-driver/mysql"
	"github.com/redpanda-data/benthos/v4/public/service"
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
func (r *Runner) Ping(ctx context.Context, text string, variable func(name string) (string, bool)) error {
	d, err := r.database(text, variable)
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

// database returns the settings of the output mariadb_upsert, with the variables replaced.
func (r *Runner) database(text string, variable func(name string) (string, bool)) (d database, err error) {
	builder := r.environment.NewStreamBuilder()
	builder.SetEnvVarLookupFunc(variable)
	if err := builder.SetYAML(text); err != nil {
		return d, fmt.Errorf("reading the pipeline: %w", err)
	}
	found := false
	err = builder.WalkComponents(func(c *service.WalkedComponent) error {
		if c.Name != "mariadb_upsert" || found {
			return nil
		}
		found = true
		var component struct {
			Output database `yaml:"mariadb_upsert"`
		}
		err := yaml.Unmarshal([]byte(c.ConfigYAML()), &component)
		d = component.Output
		return err
	})
	if err == nil && !found {
		err = errors.New("the pipeline has no output mariadb_upsert")
	}
	return d, err
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
