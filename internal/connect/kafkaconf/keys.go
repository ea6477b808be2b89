package kafkaconf

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

type duration = time.Duration

// setter stores the value of a property.
type setter func(s *Settings, key, value string) error

// setters has the properties that are honoured, except security.protocol, sasl.* and ssl.*,
// which [Settings.secure] reads together.
var setters = map[string]setter{
	"bootstrap.servers":         setSeeds,
	"client.id":                 text(func(s *Settings) *string { return &s.ClientID }),
	"client.rack":               text(func(s *Settings) *string { return &s.Rack }),
	"group.id":                  text(func(s *Settings) *string { return &s.Group }),
	"metadata.max.age.ms":       millis(TypeLong, func(s *Settings) *duration { return &s.MetadataMaxAge }),
	"request.timeout.ms":        millis(TypeInt, func(s *Settings) *duration { return &s.RequestTimeout }),
	"connections.max.idle.ms":   idle,
	"session.timeout.ms":        millis(TypeInt, func(s *Settings) *duration { return &s.SessionTimeout }),
	"heartbeat.interval.ms":     millis(TypeInt, func(s *Settings) *duration { return &s.HeartbeatInterval }),
	"max.poll.interval.ms":      millis(TypeInt, func(s *Settings) *duration { return &s.MaxPollInterval }),
	"fetch.max.wait.ms":         millis(TypeInt, func(s *Settings) *duration { return &s.FetchMaxWait }),
	"fetch.min.bytes":           size(func(s *Settings) *int32 { return &s.FetchMinBytes }),
	"fetch.max.bytes":           size(func(s *Settings) *int32 { return &s.FetchMaxBytes }),
	"max.partition.fetch.bytes": size(func(s *Settings) *int32 { return &s.FetchMaxPartitionBytes }),
	"max.request.size":          size(func(s *Settings) *int32 { return &s.MaxRequestBytes }),
	"max.poll.records": func(s *Settings, key, value string) error {
		n, err := ParseNumber(key, value, TypeInt, 1)
		s.MaxPollRecords = int(n)
		return err
	},
	"auto.offset.reset": func(s *Settings, key, value string) error {
		switch s.StartOffset = Trim(value); s.StartOffset {
		case "earliest", "latest":
			return nil
		}
		return Invalid(key, value, "order-sink starts a connector at earliest or latest: use one of them")
	},
	"isolation.level": func(s *Settings, key, value string) error {
		level, err := oneOf(key, value, "read_committed", "read_uncommitted")
		s.ReadCommitted = level == "read_committed"
		return err
	},
	"group.protocol": func(_ *Settings, key, value string) error {
		if strings.EqualFold(Trim(value), "classic") {
			return nil
		}
		return Invalid(key, value, "order-sink uses the group protocol classic: remove this key or set it to classic")
	},
	"compression.type": func(s *Settings, key, value string) (err error) {
		s.Compression, err = oneOf(key, value, "none", "gzip", "snappy", "lz4", "zstd")
		return err
	},
	"partition.assignment.strategy": setBalancers,
}

func setSeeds(s *Settings, key, value string) error {
	for _, seed := range ParseList(value) {
		host, port, ok := cutLast(seed, ":")
		if _, err := ParseNumber(key, port, TypeInt, 1); !ok || host == "" || err != nil {
			return &Error{Key: key, Text: "Invalid url in bootstrap.servers: " + seed}
		}
		s.Seeds = append(s.Seeds, seed)
	}
	if s.Seeds == nil {
		return Empty(key)
	}
	return nil
}

func cutLast(text, separator string) (before, after string, ok bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(separator):], true
}

// balancers are the assignors of Kafka's consumer, by the names of their classes.
var balancers = map[string]string{
	"org.apache.kafka.clients.consumer.RangeAssignor":             "range",
	"org.apache.kafka.clients.consumer.RoundRobinAssignor":        "roundrobin",
	"org.apache.kafka.clients.consumer.StickyAssignor":            "sticky",
	"org.apache.kafka.clients.consumer.CooperativeStickyAssignor": "cooperative-sticky",
}

func setBalancers(s *Settings, key, value string) error {
	for _, class := range ParseList(value) {
		name, ok := balancers[class]
		if !ok {
			return Invalid(key, class, "order-sink has RangeAssignor, RoundRobinAssignor, StickyAssignor and CooperativeStickyAssignor of the package org.apache.kafka.clients.consumer: use them, or remove this key")
		}
		s.Balancers = append(s.Balancers, name)
	}
	return nil
}

func text(field func(*Settings) *string) setter {
	return func(s *Settings, _, value string) error {
		*field(s) = Trim(value)
		return nil
	}
}

func millis(t Type, field func(*Settings) *duration) setter {
	return func(s *Settings, key, value string) (err error) {
		*field(s), err = ParseMillis(key, value, t)
		return err
	}
}

// idle reads connections.max.idle.ms, where a negative number means for ever.
func idle(s *Settings, key, value string) error {
	n, err := ParseNumber(key, value, TypeLong, -1<<63)
	if n < 0 {
		n = longest
	}
	s.ConnectionsMaxIdle = duration(min(n, longest)) * time.Millisecond
	return err
}

func size(field func(*Settings) *int32) setter {
	return func(s *Settings, key, value string) error {
		n, err := ParseNumber(key, value, TypeInt, 0)
		*field(s) = int32(n)
		return err
	}
}

func oneOf(key, value string, allowed ...string) (string, error) {
	if v := Trim(value); slices.Contains(allowed, v) {
		return v, nil
	}
	return "", Invalid(key, value, "String must be one of: "+strings.Join(allowed, ", "))
}

// The reasons why a property has no effect.
const (
	ownCommit   = "order-sink commits an offset when its rows are stored"
	ownRecords  = "order-sink reads and writes the bytes of the records"
	noJava      = "order-sink runs no Java classes"
	ownMetrics  = "order-sink has Prometheus metrics"
	ownRetry    = "order-sink retries with delays of its own"
	ownBuffer   = "the operating system sizes the buffers"
	ownDelivery = "order-sink waits until all replicas have a record (acks=all), and retries"
	ownTLS      = "order-sink uses TLS 1.2 and 1.3 with the cipher suites of Go"
	notNeeded   = "order-sink does not need it"
	otherSASL   = "it concerns another SASL mechanism, or a JVM"
)

// ignored has the known properties that mean nothing here. A name that ends in a dot stands
// for all properties that begin so.
var ignored = map[string]string{
	"group.instance.id":  "all workers would have this id, and Kafka would let only one of them read",
	"enable.auto.commit": ownCommit, "auto.commit.interval.ms": ownCommit,
	"key.deserializer": ownRecords, "value.deserializer": ownRecords, "key.serializer": ownRecords, "value.serializer": ownRecords,
	"check.crcs": ownRecords, "interceptor.classes": noJava, "security.providers": noJava, "config.providers": notNeeded,
	"metric.reporters": ownMetrics, "metrics.": ownMetrics, "auto.include.jmx.reporter": ownMetrics, "enable.metrics.push": ownMetrics,
	"reconnect.backoff.ms": ownRetry, "reconnect.backoff.max.ms": ownRetry, "retry.backoff.ms": ownRetry, "retry.backoff.max.ms": ownRetry,
	"socket.connection.setup.timeout.ms": ownRetry, "socket.connection.setup.timeout.max.ms": ownRetry, "default.api.timeout.ms": ownRetry,
	"receive.buffer.bytes": ownBuffer, "send.buffer.bytes": ownBuffer, "buffer.memory": ownBuffer,
	"acks": ownDelivery, "retries": ownDelivery, "delivery.timeout.ms": ownDelivery, "enable.idempotence": ownDelivery, "max.in.flight.requests.per.connection": ownDelivery,
	"linger.ms": ownDelivery, "batch.size": ownDelivery, "max.block.ms": ownDelivery, "transactional.id": ownDelivery, "transaction.timeout.ms": ownDelivery, "transaction.two.phase.commit.enable": ownDelivery,
	"partitioner.": notNeeded, "compression.gzip.level": notNeeded, "compression.lz4.level": notNeeded, "compression.zstd.level": notNeeded,
	"metadata.max.idle.ms": notNeeded, "metadata.recovery.": notNeeded, "client.dns.lookup": notNeeded, "exclude.internal.topics": notNeeded,
	"allow.auto.create.topics": notNeeded, "group.remote.assignor": notNeeded, "share.": notNeeded, "internal.": notNeeded, "bootstrap.controllers": notNeeded,
	"ssl.protocol": ownTLS, "ssl.enabled.protocols": ownTLS, "ssl.cipher.suites": ownTLS, "ssl.provider": ownTLS, "ssl.trustmanager.algorithm": ownTLS,
	"ssl.keymanager.algorithm": ownTLS, "ssl.secure.random.implementation": ownTLS, "ssl.client.auth": "it concerns the server of the REST API",
	"sasl.kerberos.": otherSASL, "sasl.login.": otherSASL, "sasl.oauthbearer.": otherSASL, "sasl.client.callback.handler.class": otherSASL,
}

// common has the properties that concern every client, besides security.protocol, sasl.* and
// ssl.*. At the top level of a worker's file, they concern the worker's own clients.
var common = []string{"bootstrap.servers", "client.id", "client.rack", "metadata.max.age.ms", "request.timeout.ms", "connections.max.idle.ms"}

// IsClientKey reports whether a property without a prefix concerns the worker's own clients.
func IsClientKey(key string) bool { return isSecurityKey(key) || slices.Contains(common, key) }

// set stores one property.
func (s *Settings) set(key, value string) (Verdict, string, error) {
	if set, ok := setters[key]; ok {
		return Honoured, "", set(s, key, value)
	}
	if slices.Contains(securityKeys, key) {
		return Honoured, "", nil
	}
	if reason, ok := Lookup(ignored, key); ok {
		return Ignored, reason, nil
	}
	return Unknown, fmt.Sprintf("order-sink does not know %s", key), nil
}

// Lookup finds a key in a table, or a beginning of the key that ends in a dot.
func Lookup(table map[string]string, key string) (string, bool) {
	if found, ok := table[key]; ok {
		return found, true
	}
	for i := len(key) - 1; i >= 0; i-- {
		if key[i] == '.' {
			if found, ok := table[key[:i+1]]; ok {
				return found, true
			}
		}
	}
	return "", false
}

// IgnoredReason says why a known property of a client means nothing here.
func IgnoredReason(key string) (string, bool) { return Lookup(ignored, key) }

// IsConnectorKey reports whether a property concerns only the clients of connectors. In a
// worker's file, it needs a prefix such as "consumer.".
func IsConnectorKey(key string) bool {
	if _, ok := setters[key]; ok {
		return !IsClientKey(key)
	}
	reason, _ := IgnoredReason(key)
	return slices.Contains([]string{ownCommit, ownRecords, ownDelivery}, reason)
}
