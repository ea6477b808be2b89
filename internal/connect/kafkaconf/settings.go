// Package kafkaconf reads the properties of Kafka's Java clients (bootstrap.servers,
// security.protocol, sasl.*, ssl.*, and those of consumers and producers) into [Settings].
package kafkaconf

import (
	"errors"
	"maps"
	"slices"
	"time"
)

// Settings are what the properties of a Kafka client say. A zero value is a property that is
// not set. Text of Settings comes from resolved properties: a placeholder of a config
// provider must be resolved before, because it can stand for a whole sasl.jaas.config.
type Settings struct {
	Seeds    []string // HOST:PORT
	ClientID string
	Rack     string
	TLS      *TLS  // nil for a connection without TLS
	SASL     *SASL // nil without an account

	MetadataMaxAge     time.Duration
	RequestTimeout     time.Duration
	ConnectionsMaxIdle time.Duration

	// Of consumers.
	Group                  string
	StartOffset            string // earliest or latest
	ReadCommitted          bool
	SessionTimeout         time.Duration
	HeartbeatInterval      time.Duration
	MaxPollInterval        time.Duration // Kafka's clients use it as the rebalance timeout
	MaxPollRecords         int
	FetchMinBytes          int32
	FetchMaxBytes          int32
	FetchMaxPartitionBytes int32
	FetchMaxWait           time.Duration
	Balancers              []string // range, roundrobin, sticky, cooperative-sticky

	// Of producers.
	Compression     string // none, gzip, snappy, lz4 or zstd
	MaxRequestBytes int32

	// Notes says what happens to each property, sorted by key.
	Notes []Note
}

// TLS are the certificates of a client, and how it checks the server's.
type TLS struct {
	CAs             string // PEM: the authorities to trust
	CAFile          string // a PEM file, instead of CAs. Without both, those of the system
	Certificate     string // PEM: the client's certificate and those between it and its CA
	Key             Secret // PEM
	CertificateFile string // a PEM file with certificate and key, instead of Certificate and Key
	KeyPassword     Secret // of an encrypted key
	// SkipHostname: check the server's certificate, but not that it belongs to the host. It is
	// what an empty ssl.endpoint.identification.algorithm says.
	SkipHostname bool
}

// SASL is an account.
type SASL struct {
	Mechanism  string // PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER
	User       string
	Password   Secret
	Token      Secret // of OAUTHBEARER
	Extensions map[string]string
}

// Parse reads properties without a prefix. The error joins an [*Error] for each property that
// cannot be honoured. Properties that mean nothing here are no error: see [Settings.Notes].
func Parse(properties map[string]string) (Settings, error) {
	return Properties{Values: properties}.Parse()
}

// Parse is [Parse]. Its errors and notes have the full names of the properties.
func (p Properties) Parse() (Settings, error) {
	var s Settings
	var errs []error
	notes := map[string]Note{}
	for _, key := range slices.Sorted(maps.Keys(p.Values)) {
		verdict, reason, err := s.set(key, p.Values[key])
		if without, unused := p.withoutEffect(key); verdict == Honoured && unused {
			verdict, reason = Ignored, without
		}
		notes[key] = Note{Verdict: verdict, Reason: reason}
		errs = append(errs, err)
	}
	errs = append(errs, s.secure(p.Values)...)
	for key, reason := range s.unused(p.Values) {
		notes[key] = Note{Verdict: Ignored, Reason: reason}
	}
	all := Errors(errors.Join(errs...))
	errs = nil
	for _, e := range all {
		notes[e.Key] = Note{Verdict: Refused, Reason: e.Text}
		errs = append(errs, &Error{Key: p.name(e.Key), Text: e.Text})
	}
	for _, key := range slices.Sorted(maps.Keys(notes)) {
		note := notes[key]
		note.Key = p.name(key)
		s.Notes = append(s.Notes, note)
	}
	return s, errors.Join(errs...)
}
