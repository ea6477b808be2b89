// Package client has what the kafka_read input and `order-sink dlq` share of a Kafka
// client: its options (brokers, TLS, SASL and logger), and questions to a broker.
package client

import (
	"crypto/tls"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
)

// The names of the fields of a [Config].
const (
	FieldBrokers    = "seed_brokers"
	FieldClientID   = "client_id"
	FieldTLS        = "tls"
	FieldSASL       = "sasl"
	FieldMechanism  = "mechanism"
	FieldUsername   = "username"
	FieldPassword   = "password"
	FieldToken      = "token"
	FieldExtensions = "extensions"
)

// DefaultID is the client ID of a configuration that names none.
const DefaultID = "order-sink"

// Config has the connection settings of a Kafka cluster.
type Config struct {
	Brokers  []string    // HOST:PORT; an item may have several, with commas between them
	ID       string      // "" for DefaultID
	TLS      *tls.Config // nil for a connection without TLS
	Accounts []Account
}

// Options returns the client options of the configuration. It does not connect.
func (c Config) Options() ([]kgo.Opt, error) {
	id := c.ID
	if id == "" {
		id = DefaultID
	}
	options := []kgo.Opt{kgo.SeedBrokers(Split(c.Brokers)...), kgo.ClientID(id)}
	if c.TLS != nil {
		options = append(options, kgo.DialTLSConfig(c.TLS))
	}
	var mechanisms []sasl.Mechanism
	for i, account := range c.Accounts {
		m, err := account.mechanism()
		if err != nil {
			return nil, fmt.Errorf("reading %s[%d]: %w", FieldSASL, i, err)
		}
		if m != nil {
			mechanisms = append(mechanisms, m)
		}
	}
	return append(options, kgo.SASL(mechanisms...)), nil
}

// Split splits the items of a list at commas, because one environment variable can have
// several items.
func Split(items []string) (all []string) {
	for _, item := range items {
		for one := range strings.SplitSeq(item, ",") {
			if one = strings.TrimSpace(one); one != "" {
				all = append(all, one)
			}
		}
	}
	return all
}
