package translate

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/order-sink/order-sink/internal/connect/group"
	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
	"github.com/order-sink/order-sink/internal/connect/translate/yamltext"
)

// input is the input kafka_read, with the input that shows waits for a schema registry beside
// it.
func (t *translator) input() *yaml.Node {
	s := t.settings(kafkaconf.Consumer)
	t.consumer = s
	t.noteConsumer(s)
	p := t.pipeline
	p.Group, p.Topics = s.Group, t.list("topics")
	if len(p.Topics) == 0 {
		p.TopicsRegex = t.v.String("topics.regex")
	}
	config := yamltext.Fields(append(t.connection("KAFKA", s),
		"topics", p.Topics,
		"regexp_topics_include", t.topicsRegex(),
		"consumer_group", s.Group,
		"client_id", group.ClientID(t.Name, 0),
		"rack", s.Rack,
		"start_offset", s.StartOffset,
		"commit_period", t.commitPeriod(),
		"session_timeout", duration(s.SessionTimeout),
		"metadata_max_age", duration(s.MetadataMaxAge),
		"max_batch_records", t.batchRecords(s.MaxPollRecords),
		"fetch_max_bytes", bytesOf(s.FetchMaxBytes),
		"fetch_max_partition_bytes", bytesOf(s.FetchMaxPartitionBytes),
		"fetch_max_wait", duration(s.FetchMaxWait),
	)...)
	records := yamltext.Component("topics", "kafka_read", config)
	if !t.usesRegistry() {
		return records
	}
	status := yamltext.Component("registry", "connect_avro_status", yamltext.Empty())
	status.HeadComment = "# It reads nothing. It shows that records wait for the registry."
	return yamltext.Fields("broker", yamltext.Fields("inputs", yamltext.List(records, status)))
}

// noteConsumer lists what the input does in another way than the consumer of a worker.
func (t *translator) noteConsumer(s kafkaconf.Settings) {
	if !s.ReadCommitted {
		t.pipeline.Differences = append(t.pipeline.Differences, Difference{Key: "consumer.override.isolation.level", Text: "order-sink never stores the records of an aborted transaction. A worker of Kafka Connect stores them, unless this is read_committed"})
	}
}

// commitPeriod is how often the worker commits offsets.
func (t *translator) commitPeriod() string {
	const key = "offset.flush.interval.ms"
	if t.Worker[key] == "" {
		return ""
	}
	period, err := kafkaconf.ParseMillis(key, t.Worker[key], kafkaconf.TypeLong)
	if err != nil {
		t.refuse(key, "%s", err)
	}
	return duration(period)
}

// settings returns what the worker and the connector say about a Kafka client.
func (t *translator) settings(role kafkaconf.Role) kafkaconf.Settings {
	s, err := kafkaconf.ForConnector(role, t.Name, t.Worker, t.Resolved).Parse()
	for _, problem := range joined(err) {
		if e, isKey := errors.AsType[*kafkaconf.Error](problem); isKey {
			t.refuse(e.Key, "%s", e.Text)
		} else {
			t.refuse(string(role), "%s", problem)
		}
	}
	for _, note := range s.Notes {
		if _, own := t.Config[note.Key]; own && note.Verdict != kafkaconf.Honoured && note.Verdict != kafkaconf.Refused {
			t.differs(note.Key, "no effect: %s", note.Reason)
		}
	}
	if role == kafkaconf.Consumer && s.Group == "" && err == nil {
		t.refuse("consumer.override.group.id", "the group must not be empty: remove the key, or name a group")
	}
	if len(s.Seeds) == 0 && err == nil {
		t.refuse("bootstrap.servers", "the worker has no bootstrap.servers: set it in the properties of the worker")
	}
	return s
}

func joined(err error) []error {
	if err == nil {
		return nil
	}
	if all, is := err.(interface{ Unwrap() []error }); is {
		return all.Unwrap()
	}
	return []error{err}
}

// connection has the fields of a client of Kafka: the brokers, TLS and the account. Its
// secrets become variables whose names begin with prefix.
func (t *translator) connection(prefix string, s kafkaconf.Settings) []any {
	pairs := []any{"seed_brokers", s.Seeds}
	if s.TLS != nil {
		pairs = append(pairs, "tls", t.tls(prefix, s.TLS))
	}
	if s.SASL == nil {
		return pairs
	}
	account := []any{"mechanism", s.SASL.Mechanism, "username", s.SASL.User}
	for _, secret := range []struct {
		field string
		value kafkaconf.Secret
	}{{"password", s.SASL.Password}, {"token", s.SASL.Token}} {
		if secret.value != "" {
			account = append(account, secret.field, t.variable(prefix+"_"+strings.ToUpper(secret.field), "sasl.jaas.config", string(secret.value), false))
		}
	}
	if len(s.SASL.Extensions) > 0 {
		account = append(account, "extensions", mapping(s.SASL.Extensions))
	}
	return append(pairs, "sasl", yamltext.List(yamltext.Fields(account...)))
}

func (t *translator) tls(prefix string, s *kafkaconf.TLS) *yaml.Node {
	pairs := []any{"enabled", true}
	if s.CAs != "" {
		pairs = append(pairs, "root_cas", t.variable(prefix+"_CA", "ssl.truststore.certificates", s.CAs, true))
	}
	pairs = append(pairs, "root_cas_file", s.CAFile)
	if s.SkipHostname {
		t.refuse("ssl.endpoint.identification.algorithm", "order-sink always checks the name of the host: remove this key, and give the brokers certificates with their names")
	}
	certificate := []any{"cert_file", s.CertificateFile, "key_file", s.CertificateFile}
	if s.Certificate != "" {
		certificate = append(certificate,
			"cert", t.variable(prefix+"_CERTIFICATE", "ssl.keystore.certificate.chain", s.Certificate, true),
			"key", t.variable(prefix+"_KEY", "ssl.keystore.key", string(s.Key), true))
	}
	if s.KeyPassword != "" {
		certificate = append(certificate, "password", t.variable(prefix+"_KEY_PASSWORD", "ssl.key.password", string(s.KeyPassword), false))
	}
	if item := yamltext.Fields(certificate...); len(item.Content) > 0 {
		pairs = append(pairs, "client_certs", yamltext.List(item))
	}
	return yamltext.Fields(pairs...)
}

// topicsRegex returns the regular expression for topics in the syntax of Go.
func (t *translator) topicsRegex() []string {
	expression := t.pipeline.TopicsRegex
	if expression == "" {
		return nil
	}
	t.differs("topics.regex", "a topic whose name begins with __ does not match. order-sink finds a new topic within %s", t.metadataAge())
	return []string{expression}
}

// metadataAge is the time within which the input finds a new topic.
func (t *translator) metadataAge() string {
	if age := t.consumer.MetadataMaxAge; age > 0 {
		return age.String()
	}
	return "10s"
}

// batchRecords returns the size of a batch, or nil for the default. Batches that are larger
// than a statement are no faster.
func (t *translator) batchRecords(maxPoll int) any {
	n := defaultBatch
	if maxPoll > 0 {
		n = min(n, maxPoll)
	}
	if size := t.v.Int("batch.size"); t.v.Has("batch.size") {
		switch {
		case size < 1 || size > defaultBatch:
			t.differs("batch.size", "order-sink writes at most %d rows in a statement", defaultBatch)
		default:
			n = min(n, size)
		}
	}
	if n == defaultBatch {
		return ""
	}
	return n
}

// defaultBatch is the default of max_batch_records and of max_rows_per_statement.
const defaultBatch = 1024

// duration writes a time as the framework reads it, "" for none.
func duration(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return d.String()
}

// bytesOf writes a size as the framework reads it, "" for none.
func bytesOf(n int32) string {
	if n <= 0 {
		return ""
	}
	const kib, mib = 1 << 10, 1 << 20
	switch {
	case n%mib == 0:
		return strconv.Itoa(int(n)/mib) + "MiB"
	case n%kib == 0:
		return strconv.Itoa(int(n)/kib) + "KiB"
	}
	return fmt.Sprintf("%dB", n)
}
