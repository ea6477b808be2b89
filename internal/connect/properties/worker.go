package properties

import (
	"errors"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
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

// ID is the worker_id of the worker: HOST:PORT.
func (w *Worker) ID() string {
	return net.JoinHostPort(w.AdvertisedHost, strconv.Itoa(w.AdvertisedPort))
}

// The properties of a worker that are read here.
const (
	keyGroup              = "group.id"
	keyBootstrap          = "bootstrap.servers"
	keyCommitInterval     = "offset.flush.interval.ms"
	keyGracefulTimeout    = "task.shutdown.graceful.timeout.ms"
	keyTopicTracking      = "topic.tracking.enable"
	keyTopicTrackingReset = "topic.tracking.allow.reset"
	configStorage         = "config.storage."
	statusStorage         = "status.storage."
)

// ReadWorker reads the properties of a worker: of its file and of CONNECT_* variables, see
// [FromEnvironment]. Environ has NAME=VALUE for EnvVarConfigProvider and for KAFKA_OPTS. The
// report has a note for each property, also beside an error. The error joins a
// [*kafkaconf.Error] for each property that is missing or cannot be honoured.
func ReadWorker(mode Mode, raw map[string]string, environ []string) (*Worker, Report, error) {
	providers, err := NewProviders(raw, environ)
	r := &reader{values: map[string]string{}, mode: mode, notes: map[string]kafkaconf.Note{}}
	r.fail(err)
	for key, value := range raw {
		resolved, unresolved, err := providers.resolve(value)
		if err != nil {
			r.fail(&kafkaconf.Error{Key: key, Text: err.Error()})
			continue
		}
		r.values[key] = resolved
		if unresolved != nil {
			r.unresolved = append(r.unresolved, kafkaconf.Note{Key: key, Reason: "plain text, because its config provider has no value: " + strings.Join(unresolved, ", ")})
		}
	}
	w := &Worker{
		Mode: mode, Properties: r.values, Providers: providers,
		CommitInterval:     r.millis(keyCommitInterval, time.Minute),
		GracefulTimeout:    r.millis(keyGracefulTimeout, 5*time.Second),
		TopicTracking:      r.bool(keyTopicTracking, true),
		TopicTrackingReset: r.bool(keyTopicTrackingReset, true),
		AllowOrigin:        r.text("access.control.allow.origin"),
		AllowMethods:       r.text("access.control.allow.methods"),
		Converters:         r.converters(),
	}
	r.required(keyBootstrap)
	if mode == Distributed {
		w.GroupID = r.required(keyGroup)
		w.ConfigTopic, w.StatusTopic = r.topic(configStorage, 1), r.topic(statusStorage, 5)
		w.ConfigTopic.Partitions = 1 // Kafka Connect takes no other number
	}
	w.Client, w.OverridePolicy = r.clients()
	r.rest(w, environ)
	r.providers(providers)
	r.warn()
	return w, r.report(raw), errors.Join(r.errs...)
}

// topic reads how to create a topic of the worker.
func (r *reader) topic(prefix string, partitions int64) Topic {
	t := Topic{
		Name:              r.required(prefix + "topic"),
		ReplicationFactor: int16(r.positive(prefix+"replication.factor", kafkaconf.TypeShort, 3, "Replication factor must be positive and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default")),
		Partitions:        int32(r.positive(prefix+"partitions", kafkaconf.TypeInt, partitions, "Number of partitions must be positive, or -1 to use the broker's default")),
		Settings:          map[string]string{},
	}
	if prefix == configStorage {
		r.ignore(prefix+"partitions", "the config topic always has one partition")
	}
	for _, key := range r.withPrefix(prefix) {
		switch name := strings.TrimPrefix(key, prefix); name {
		case "topic", "replication.factor", "partitions":
		case "cleanup.policy":
			r.ignore(key, "the topic is always compacted")
		default:
			t.Settings[name] = r.text(key)
		}
	}
	return t
}

// clients reads the properties of the Kafka clients. Those of connectors are only checked.
func (r *reader) clients() (kafkaconf.Settings, kafkaconf.Policy) {
	own, err := kafkaconf.OfWorker(r.values).Parse()
	r.note(own.Notes)
	r.fail(err)
	for _, role := range []kafkaconf.Role{kafkaconf.Consumer, kafkaconf.Producer, kafkaconf.Admin} {
		settings, err := kafkaconf.ForConnector(role, "", r.values, nil).Parse()
		r.note(slices.DeleteFunc(settings.Notes, func(n kafkaconf.Note) bool { return !strings.HasPrefix(n.Key, string(role)+".") }))
		for _, e := range kafkaconf.Errors(err) {
			if strings.HasPrefix(e.Key, string(role)+".") {
				r.fail(e)
			}
		}
	}
	r.text(kafkaconf.PolicyKey)
	r.text(kafkaconf.AllowlistKey)
	policy, err := kafkaconf.ParsePolicy(r.values)
	r.fail(err)
	return own, policy
}

// providers notes the properties of the config providers.
func (r *reader) providers(p *Providers) {
	r.text(keyProviders)
	for _, key := range r.withPrefix(keyProviders + ".") {
		name, parameter, _ := strings.Cut(strings.TrimPrefix(key, keyProviders+"."), ".")
		known, ok := p.byName[name]
		switch missing, unsupported := known.(missing); {
		case !ok:
			r.ignore(key, keyProviders+" does not name "+name)
		case unsupported && parameter == "class":
			r.note([]kafkaconf.Note{{Key: key, Verdict: kafkaconf.Refused, Reason: missing.reason}})
		case unsupported, !slices.Contains([]string{"class", "param.allowed.paths", "param.allowlist.pattern"}, parameter):
			r.ignore(key, "this config provider does not use it")
		default:
			r.text(key)
		}
	}
}

// withPrefix returns the properties that begin so, sorted.
func (r *reader) withPrefix(prefix string) []string {
	all := slices.Sorted(maps.Keys(r.values))
	return slices.DeleteFunc(all, func(key string) bool { return !strings.HasPrefix(key, prefix) })
}
