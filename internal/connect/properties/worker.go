package properties

import (
	"crypto/tls"
	"net"
	"strconv"
	"time"

	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
)

// Mode says which of Kafka's programs the worker stands for.
type Mode int

// The modes.
const (
	Distributed Mode = iota // connect-distributed
	Standalone              // connect-standalone: no group, no topics
)

// Worker has the typed settings of a worker.
type Worker struct {
	Mode Mode
	// Properties are all properties of the worker, with resolved placeholders.
	Properties map[string]string
	// Providers resolves the placeholders in the configurations of connectors.
	Providers *Providers
	// Client has the settings of the worker's own Kafka clients. For the clients of connectors
	// see [kafkaconf.ForConnector].
	Client kafkaconf.Settings

	GroupID     string // Distributed
	ConfigTopic Topic  // Distributed
	StatusTopic Topic  // Distributed

	Listeners []Listener
	// AdminListeners serve /admin/loggers. Nil: Listeners serve it. Empty: nothing serves it.
	AdminListeners []Listener
	// AdvertisedHost and AdvertisedPort are the worker's ID. When the port is 0, the program
	// sets it to the port that the first listener got.
	AdvertisedHost string
	AdvertisedPort int
	// AllowOrigin and AllowMethods are the values of the CORS headers, or empty.
	AllowOrigin, AllowMethods string
	ResponseHeaders           []HeaderRule
	// BasicAuth asks for a user and a password. Nil: everybody may use the REST API.
	BasicAuth *BasicAuth

	// Converters has key.converter, value.converter and header.converter and the properties
	// that begin with their names and a dot: what a connector gets that names no converter.
	Converters map[string]string
	// OverridePolicy says which client properties a connector may override.
	OverridePolicy kafkaconf.Policy

	CommitInterval     time.Duration // offset.flush.interval.ms
	GracefulTimeout    time.Duration // task.shutdown.graceful.timeout.ms
	TopicTracking      bool
	TopicTrackingReset bool
}

// Topic is a topic of the worker, and how to create it.
type Topic struct {
	Name              string
	Partitions        int32             // -1 for the broker's default
	ReplicationFactor int16             // -1 for the broker's default
	Settings          map[string]string // such as min.insync.replicas
}

// Listener is an address of the REST API.
type Listener struct {
	Address string // HOST:PORT for net.Listen; an empty host means all addresses
	TLS     *tls.Config
}

// Loopback reports whether only programs of this machine reach the listener.
func (l Listener) Loopback() bool {
	host, _, _ := net.SplitHostPort(l.Address)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// ID is the worker_id of the worker: HOST:PORT.
func (w *Worker) ID() string {
	return net.JoinHostPort(w.AdvertisedHost, strconv.Itoa(w.AdvertisedPort))
}

// HeaderRule adds or sets a header of each answer. With Date, Value is a number of
// milliseconds, and the header has the date so much later than now.
type HeaderRule struct {
	Name, Value string
	Add         bool // keep the values that the header has
	Date        bool
}

// ReadWorker reads the properties of a worker: of its file and of CONNECT_* variables, see
// [FromEnvironment]. Environ has NAME=VALUE for EnvVarConfigProvider and for KAFKA_OPTS. The
// report has a note for each property, also beside an error. The error joins a
// [*kafkaconf.Error] for each property that is missing or cannot be honoured.
func ReadWorker(mode Mode, raw map[string]string, environ []string) (*Worker, Report, error) {
	return nil, nil, nil
}
