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
func (r *Runner) Ping(ctx context.Context, text string, variable func(name string) (string, bool)) error {
	d, err := databaseOf(text, variable)
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

// databaseOf returns the settings of the output mariadb_upsert, with the variables replaced. It
// reads the text, because Benthos gives the settings of components without their secrets.
func databaseOf(text string, variable func(name string) (string, bool)) (d database, err error) {
	var pipeline struct {
		Output yaml.Node `yaml:"output"`
	}
	if err := yaml.Unmarshal([]byte(replace(text, variable)), &pipeline); err != nil {
		return d, fmt.Errorf("reading the pipeline: %w", err)
	}
	settings := find(&pipeline.Output, "mariadb_upsert")
	if settings == nil {
		return d, errors.New("the pipeline has no output mariadb_upsert")
	}
	if err := settings.Decode(&d); err != nil {
		return d, fmt.Errorf("reading the output mariadb_upsert: %w", err)
	}
	return d, nil
}

// find returns the first value of a key at any depth, or nil.
func find(node *yaml.Node, key string) *yaml.Node {
	for i, child := range node.Content {
		if node.Kind == yaml.MappingNode && i%2 == 1 && node.Content[i-1].Value == key {
			return child
		}
		if found := find(child, key); found != nil {
			return found
		}
	}
	return nil
}

// reference is ${NAME} or ${NAME:default}, or ${{text}} for the text ${text}.
var reference = regexp.MustCompile(`\$\{(?:\{([^}]*)\}|([A-Za-z0-9_.]+)(?::([^}]*))?)\}`)

// replace inserts the variables into the text, as Benthos does before it reads the YAML.
func replace(text string, variable func(name string) (string, bool)) string {
	return reference.ReplaceAllStringFunc(text, func(found string) string {
		parts := reference.FindStringSubmatch(found)
		if parts[2] == "" {
			return "${" + parts[1] + "}"
		}
		value, exists := variable(parts[2])
		if !exists || value == "" {
			value = parts[3]
		}
		return strings.ReplaceAll(value, "\n", `\n`)
	})
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
