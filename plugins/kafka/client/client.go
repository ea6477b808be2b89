// Package client has what the kafka_read input and `order-sink dlq` share of a Kafka
// client: its options (brokers, TLS, SASL and logger), and questions to a broker.
package client

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/oauth"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
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
	options := []kgo.Opt{kgo.SeedBrokers(Split(c.Brokers)...), kgo.ClientID(cmp.Or(c.ID, DefaultID))}
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

// Split splits items at commas, because one environment variable can have several items.
func Split(items []string) (all []string) {
	for item := range strings.SplitSeq(strings.Join(items, ","), ",") {
		if item = strings.TrimSpace(item); item != "" {
			all = append(all, item)
		}
	}
	return all
}

// The SASL mechanisms.
const (
	MechanismNone     = "none"
	MechanismPlain    = "PLAIN"
	MechanismOAuth    = "OAUTHBEARER"
	MechanismScram256 = "SCRAM-SHA-256"
	MechanismScram512 = "SCRAM-SHA-512"
)

// Account is an item of the field sasl.
type Account struct {
	Mechanism  string
	Username   string // for PLAIN and SCRAM
	Password   string // for PLAIN and SCRAM
	Token      string // for OAUTHBEARER
	Extensions map[string]string
}

// mechanism returns nil for an empty account. An account without its password or token is
// an error here, because the error of the broker would not name the missing field.
func (a Account) mechanism() (sasl.Mechanism, error) {
	password := cmp.Or(a.check(FieldUsername, a.Username), a.check(FieldPassword, a.Password))
	switch a.Mechanism {
	case MechanismNone, "":
		return nil, nil
	case MechanismPlain:
		return plain.Auth{User: a.Username, Pass: a.Password}.AsMechanism(), password
	case MechanismScram256:
		return scram.Auth{User: a.Username, Pass: a.Password}.AsSha256Mechanism(), password
	case MechanismScram512:
		return scram.Auth{User: a.Username, Pass: a.Password}.AsSha512Mechanism(), password
	case MechanismOAuth:
		return oauth.Auth{Token: a.Token, Extensions: a.Extensions}.AsMechanism(), a.check(FieldToken, a.Token)
	}
	return nil, fmt.Errorf("mechanism %q is not supported here: expected %s, %s, %s or %s",
		a.Mechanism, MechanismPlain, MechanismScram256, MechanismScram512, MechanismOAuth)
}

func (a Account) check(field, value string) error {
	if value != "" {
		return nil
	}
	return fmt.Errorf("%s needs a %s, but the field %s is empty: set the field or its environment variable (KAFKA_%s in the shipped files)",
		a.Mechanism, field, field, strings.ToUpper(field))
}
