package kafkaconf

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/youmark/pkcs8"

	"github.com/order-sink/order-sink/plugins/kafka/client"
)

// metadataMinAge is how old metadata are at least before the client asks again after an error.
const metadataMinAge = time.Second

// Opts returns the options of a client that connects as the settings say: brokers, client ID,
// rack, TLS, SASL and times. Groups, topics and fetches are the caller's. It does not connect.
func (s Settings) Opts() ([]kgo.Opt, error) {
	c := client.Config{Brokers: s.Seeds, ID: s.ClientID}
	if s.TLS != nil {
		var err error
		if c.TLS, err = s.TLS.Config(); err != nil {
			return nil, err
		}
	}
	if s.SASL != nil {
		c.Accounts = []client.Account{{
			Mechanism: s.SASL.Mechanism, Username: s.SASL.User, Password: string(s.SASL.Password),
			Token: string(s.SASL.Token), Extensions: s.SASL.Extensions,
		}}
	}
	options, err := c.Options()
	if err != nil {
		return nil, err
	}
	if s.Rack != "" {
		options = append(options, kgo.Rack(s.Rack))
	}
	if s.MetadataMaxAge > 0 {
		age := max(s.MetadataMaxAge, time.Millisecond) // the smallest that the client accepts
		options = append(options, kgo.MetadataMaxAge(age), kgo.MetadataMinAge(min(age, metadataMinAge)))
	}
	if s.RequestTimeout > 0 {
		options = append(options, kgo.RequestTimeoutOverhead(s.RequestTimeout))
	}
	if s.ConnectionsMaxIdle > 0 {
		options = append(options, kgo.ConnIdleTimeout(s.ConnectionsMaxIdle))
	}
	return options, nil
}

// Config returns the configuration of a TLS client.
func (t TLS) Config() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	var err error
	if config.RootCAs, err = t.roots(); err != nil {
		return nil, err
	}
	if !t.isEmptyKey() {
		pair, err := t.pair(keystore)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if t.SkipHostname {
		config.InsecureSkipVerify = true // VerifyConnection checks all but the name
		config.VerifyConnection = func(state tls.ConnectionState) error { return verifyChain(state, config.RootCAs) }
	}
	return config, nil
}

// Server returns the configuration of a TLS server. ClientAuth is the value of
// ssl.client.auth: none, requested or required.
func (t TLS) Server(clientAuth string) (*tls.Config, error) {
	if t.isEmptyKey() {
		return nil, errors.New("a server needs ssl.keystore.location, or ssl.keystore.key and ssl.keystore.certificate.chain")
	}
	pair, err := t.pair(keystore)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}
	switch Trim(clientAuth) {
	case "", "none":
	case "requested":
		config.ClientAuth = tls.VerifyClientCertIfGiven
	case "required":
		config.ClientAuth = tls.RequireAndVerifyClientCert
	default:
		return nil, Invalid(keyClientAuth, clientAuth, "String must be one of: required, requested, none")
	}
	config.ClientCAs, err = t.roots()
	return config, err
}

// roots returns the authorities to trust, or nil for those of the system.
func (t TLS) roots() (*x509.CertPool, error) {
	text := t.CAs
	if t.CAFile != "" {
		content, err := os.ReadFile(t.CAFile)
		if err != nil {
			return nil, fmt.Errorf("reading %slocation: %w", truststore, err)
		}
		text = normalPEM(string(content))
	}
	if text == "" {
		return nil, nil
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(text)) {
		return nil, errors.New("reading the truststore: it has no certificate")
	}
	return pool, nil
}

// pair reads the certificate and its key. Errors name the key of the properties.
func (t TLS) pair(key string) (tls.Certificate, error) {
	certificate, private := t.Certificate, string(t.Key)
	if t.CertificateFile != "" {
		content, err := os.ReadFile(t.CertificateFile)
		if err != nil {
			return tls.Certificate{}, &Error{Key: key, Text: fmt.Sprintf("reading %s: %v", key, err)}
		}
		certificate = normalPEM(string(content))
		private = certificate
	}
	private, err := decrypt(private, t.KeyPassword)
	if err != nil {
		return tls.Certificate{}, &Error{Key: keyPassword, Text: fmt.Sprintf("reading the private key of %s with %s: %v", key, keyPassword, err)}
	}
	pair, err := tls.X509KeyPair([]byte(certificate), []byte(private))
	if err != nil {
		return pair, &Error{Key: key, Text: fmt.Sprintf("reading the certificate and its private key of %s: %v", key, err)}
	}
	return pair, nil
}

// decrypt returns a PEM text whose key is not encrypted.
func decrypt(text string, password Secret) (string, error) {
	var out strings.Builder
	for block, rest := pem.Decode([]byte(text)); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "ENCRYPTED PRIVATE KEY" {
			key, err := pkcs8.ParsePKCS8PrivateKey(block.Bytes, []byte(password))
			if err != nil {
				return "", err
			}
			der, err := x509.MarshalPKCS8PrivateKey(key)
			if err != nil {
				return "", err
			}
			block = &pem.Block{Type: "PRIVATE KEY", Bytes: der}
		}
		if err := pem.Encode(&out, block); err != nil {
			return "", err
		}
	}
	return out.String(), nil
}

// verifyChain checks all that Go checks of a server's certificate, except its name.
func verifyChain(state tls.ConnectionState, roots *x509.CertPool) error {
	others := x509.NewCertPool()
	for _, certificate := range state.PeerCertificates[1:] {
		others.AddCert(certificate)
	}
	_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: others})
	return err
}
