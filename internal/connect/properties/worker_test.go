package properties

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
)

// The file that Kafka ships as config/connect-distributed.properties, without its comments.
const shipped = `
bootstrap.servers=localhost:9092
group.id=connect-cluster
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
key.converter.schemas.enable=true
value.converter.schemas.enable=true
offset.storage.topic=connect-offsets
offset.storage.replication.factor=1
config.storage.topic=connect-configs
config.storage.replication.factor=1
status.storage.topic=connect-status
status.storage.replication.factor=1
offset.flush.interval.ms=10000
`

// fileWith returns the shipped file with lines behind it. A line "-KEY" removes a key.
func fileWith(t *testing.T, lines ...string) map[string]string {
	t.Helper()
	file, err := Parse("worker.properties", []byte(shipped+strings.Join(lines, "\n")))
	require.NoError(t, err)
	for key := range maps.Clone(file) {
		if name, ok := strings.CutPrefix(key, "-"); ok {
			delete(file, name)
			delete(file, key)
		}
	}
	return file
}

// verdicts returns the keys of a report by their verdict.
func verdicts(report Report) map[kafkaconf.Verdict][]string {
	all := map[kafkaconf.Verdict][]string{}
	for _, note := range report {
		all[note.Verdict] = append(all[note.Verdict], note.Key)
	}
	return all
}

func TestTheShippedFile(t *testing.T) {
	w, report, err := ReadWorker(Distributed, fileWith(t, "plugin.path=/usr/share/java", "batch.size=3"), nil)
	require.NoError(t, err)
	require.Equal(t, "connect-cluster", w.GroupID)
	require.Equal(t, Topic{Name: "connect-configs", Partitions: 1, ReplicationFactor: 1, Settings: map[string]string{}}, w.ConfigTopic)
	require.Equal(t, Topic{Name: "connect-status", Partitions: 5, ReplicationFactor: 1, Settings: map[string]string{}}, w.StatusTopic)
	require.Equal(t, []string{"localhost:9092"}, w.Client.Seeds)
	require.Equal(t, []Listener{{Address: "127.0.0.1:8083"}}, w.Listeners)
	require.True(t, w.Listeners[0].Loopback())
	require.Nil(t, w.AdminListeners)
	require.NotEqual(t, "127.0.0.1", w.AdvertisedHost, "the workers of two machines must have distinct IDs")
	require.True(t, strings.HasSuffix(w.ID(), ":8083"), w.ID())
	require.Equal(t, 10*time.Second, w.CommitInterval)
	require.Equal(t, 5*time.Second, w.GracefulTimeout)
	require.True(t, w.TopicTracking)
	require.True(t, w.TopicTrackingReset)
	require.True(t, w.OverridePolicy.Allowed("client.id"))
	require.Nil(t, w.BasicAuth)
	require.Equal(t, map[string]string{
		"key.converter": "org.apache.kafka.connect.json.JsonConverter", "key.converter.schemas.enable": "true",
		"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "true",
	}, w.Converters)
	require.Equal(t, map[kafkaconf.Verdict][]string{
		kafkaconf.Honoured: {
			"bootstrap.servers", "config.storage.replication.factor", "config.storage.topic", "group.id", "key.converter", "key.converter.schemas.enable",
			"offset.flush.interval.ms", "status.storage.replication.factor", "status.storage.topic", "value.converter", "value.converter.schemas.enable",
		},
		kafkaconf.Ignored: {"batch.size", "offset.storage.replication.factor", "offset.storage.topic", "plugin.path"},
	}, verdicts(report))
}

func TestAStandaloneWorkerNeedsNoGroup(t *testing.T) {
	file := fileWith(t, "-group.id", "-config.storage.topic", "-status.storage.topic", "offset.storage.file.filename=/tmp/connect.offsets")
	w, report, err := ReadWorker(Standalone, file, nil)
	require.NoError(t, err)
	require.Empty(t, w.GroupID)
	require.Empty(t, w.ConfigTopic.Name)
	require.Equal(t, []string{"config.storage.replication.factor", "offset.storage.file.filename", "offset.storage.replication.factor", "offset.storage.topic", "status.storage.replication.factor"},
		verdicts(report)[kafkaconf.Ignored])
}

func TestASettingOfEachKind(t *testing.T) {
	w, report, err := ReadWorker(Distributed, fileWith(t,
		"config.storage.partitions=3", "config.storage.min.insync.replicas=2", "status.storage.partitions=-1", "status.storage.cleanup.policy=delete",
		"topic.tracking.enable= False ", "topic.tracking.allow.reset=false", "task.shutdown.graceful.timeout.ms=1500",
		"access.control.allow.origin=*", "access.control.allow.methods=GET,POST", "connector.client.config.override.policy=None",
		"client.id=worker-1", "metadata.max.age.ms=60000", "header.converter=org.apache.kafka.connect.storage.SimpleHeaderConverter",
		`response.http.headers.config=set X-Frame-Options: DENY, "add Cache-Control: no-cache, no-store", setDate Expires: 31540000000`,
		"consumer.max.poll.records=100", "producer.acks=1", "admin.request.timeout.ms=1000", "consumer.made.up=1", "security.protocol=plaintext",
		"session.timeout.ms=30000", "inter.worker.key.ttl.ms=1", "ssl.truststore.location=/none", "retry.backoff.ms=5", "made.up=1", "confluent.topic.x=1",
	), nil)
	require.NoError(t, err)
	require.Equal(t, Topic{Name: "connect-configs", Partitions: 1, ReplicationFactor: 1, Settings: map[string]string{"min.insync.replicas": "2"}}, w.ConfigTopic)
	require.Equal(t, Topic{Name: "connect-status", Partitions: -1, ReplicationFactor: 1, Settings: map[string]string{}}, w.StatusTopic)
	require.False(t, w.TopicTracking)
	require.False(t, w.TopicTrackingReset)
	require.Equal(t, 1500*time.Millisecond, w.GracefulTimeout)
	require.Equal(t, "*", w.AllowOrigin)
	require.Equal(t, "GET,POST", w.AllowMethods)
	require.False(t, w.OverridePolicy.Allowed("client.id"))
	require.Equal(t, "worker-1", w.Client.ClientID)
	require.Equal(t, time.Minute, w.Client.MetadataMaxAge)
	require.Equal(t, []HeaderRule{
		{Name: "X-Frame-Options", Value: "DENY"}, {Name: "Cache-Control", Value: "no-cache, no-store", Add: true}, {Name: "Expires", Value: "31540000000", Date: true},
	}, w.ResponseHeaders)
	all := verdicts(report)
	require.Equal(t, []string{"consumer.made.up", "made.up"}, all[kafkaconf.Unknown])
	require.Equal(t, []string{
		"config.storage.partitions", "confluent.topic.x", "header.converter", "inter.worker.key.ttl.ms", "offset.storage.replication.factor", "offset.storage.topic", "producer.acks",
		"retry.backoff.ms", "session.timeout.ms", "ssl.truststore.location", "status.storage.cleanup.policy",
	}, all[kafkaconf.Ignored])
	require.Empty(t, all[kafkaconf.Refused])
	require.Subset(t, all[kafkaconf.Honoured], []string{"consumer.max.poll.records", "admin.request.timeout.ms", "response.http.headers.config", "connector.client.config.override.policy"})
}

// The properties of the worker's converters are those of every connector that names none.
func TestThePropertiesOfAConverter(t *testing.T) {
	_, report, err := ReadWorker(Distributed, fileWith(t,
		"key.converter=AvroConverter", "key.converter.schema.registry.url=http://r:8081", "key.converter.auto.register.schemas=false", "key.converter.connect.meta.data=true",
		"value.converter.plugin.version=4.3.1", "value.converter.replace.null.with.default=false", "value.converter.decimal.format=numeric", "value.converter.made.up=1",
		"header.converter=org.apache.kafka.connect.storage.StringConverter", "header.converter.converter.encoding=latin1",
	), nil)
	require.NoError(t, err)
	all := verdicts(report)
	require.Subset(t, all[kafkaconf.Honoured], []string{"key.converter", "key.converter.schema.registry.url", "key.converter.connect.meta.data", "value.converter.plugin.version", "value.converter.replace.null.with.default"})
	require.Subset(t, all[kafkaconf.Ignored], []string{"key.converter.auto.register.schemas", "value.converter.decimal.format", "header.converter", "header.converter.converter.encoding"})
	require.Equal(t, []string{"key.converter.schemas.enable", "value.converter.made.up"}, all[kafkaconf.Unknown])

	_, report, err = ReadWorker(Distributed, fileWith(t, "value.converter=org.apache.kafka.connect.storage.StringConverter", "value.converter.converter.encoding=latin1"), nil)
	require.NoError(t, err, "connectors may name another one")
	require.Contains(t, report, kafkaconf.Note{Key: "value.converter.converter.encoding", Verdict: kafkaconf.Refused, Reason: "Invalid value latin1 for configuration converter.encoding: order-sink does not support it: order-sink reads text as UTF-8: remove the key"})
	_, report, err = ReadWorker(Distributed, fileWith(t, "value.converter=com.example.Mine", "value.converter.schemas.enable=maybe"), nil)
	require.NoError(t, err, "connectors may name another one")
	require.Contains(t, report, kafkaconf.Note{Key: "value.converter.schemas.enable", Verdict: kafkaconf.Ignored, Reason: "order-sink does not have the converter com.example.Mine"})
}

// testdata/keys.txt has the properties of the workers of Kafka 4.3.1, distributed and standalone.
func TestEachPropertyOfKafkaIsKnown(t *testing.T) {
	text, err := os.ReadFile("testdata/keys.txt")
	require.NoError(t, err)
	raw := map[string]string{}
	for _, key := range strings.Fields(string(text)) {
		raw[key] = "1"
	}
	require.Greater(t, len(raw), 120)
	for _, mode := range []Mode{Distributed, Standalone} {
		_, report, _ := ReadWorker(mode, raw, nil)
		require.Len(t, report, len(raw))
		require.Empty(t, verdicts(report)[kafkaconf.Unknown])
	}
}

// The texts are those of a real worker where it has one.
func TestWhatIsWrongHasKafkasWords(t *testing.T) {
	for line, want := range map[string]string{
		"-bootstrap.servers":                                       `Missing required configuration "bootstrap.servers" which has no default value.`,
		"-group.id":                                                `Missing required configuration "group.id" which has no default value.`,
		"-config.storage.topic":                                    `Missing required configuration "config.storage.topic" which has no default value.`,
		"-status.storage.topic":                                    `Missing required configuration "status.storage.topic" which has no default value.`,
		"-key.converter":                                           `Missing required configuration "key.converter" which has no default value.`,
		"-value.converter":                                         `Missing required configuration "value.converter" which has no default value.`,
		"bootstrap.servers=":                                       `Configuration 'bootstrap.servers' must not be empty. Valid values include: any non-empty value`,
		"config.storage.replication.factor=0":                      `Invalid value 0 for configuration config.storage.replication.factor: Replication factor must be positive and not larger than the number of brokers in the Kafka cluster, or -1 to use the broker's default`,
		"config.storage.replication.factor=40000":                  `Invalid value 40000 for configuration config.storage.replication.factor: Not a number of type SHORT`,
		"status.storage.partitions=0":                              `Invalid value 0 for configuration status.storage.partitions: Number of partitions must be positive, or -1 to use the broker's default`,
		"status.storage.partitions=1.5":                            `Invalid value 1.5 for configuration status.storage.partitions: Not a number of type INT`,
		"task.shutdown.graceful.timeout.ms=1s":                     `Invalid value 1s for configuration task.shutdown.graceful.timeout.ms: Not a number of type LONG`,
		"topic.tracking.enable=yes":                                `Invalid value yes for configuration topic.tracking.enable: Expected value to be either true or false`,
		"security.protocol=TLS":                                    `Invalid value TLS for configuration security.protocol: String must be one of (case insensitive): SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT`,
		"metadata.max.age.ms=-1":                                   `Invalid value -1 for configuration metadata.max.age.ms: Value must be at least 0`,
		"value.converter.schemas.enable=maybe":                     `value.converter.schemas.enable: Invalid value maybe for configuration schemas.enable: Expected value to be either true or false`,
		"value.converter.schemas.cache.size=many":                  `value.converter.schemas.cache.size: Invalid value many for configuration schemas.cache.size: Not a number of type INT`,
		"rest.advertised.port=x":                                   `Invalid value x for configuration rest.advertised.port: Not a number of type INT`,
		"response.http.headers.config=foo X: y":                    `response.http.headers.config: Invalid header config action: 'foo'. Expected one of [set, add, setDate, addDate]`,
		"response.http.headers.config=set X Y: b":                  `response.http.headers.config: Invalid header name 'X Y'. The '[header name]' cannot contain whitespace`,
		"response.http.headers.config=foo":                         `response.http.headers.config: Invalid format of header config 'foo'. Expected: '[action] [header name]:[header value]'`,
		"ssl.client.auth=maybe":                                    `Invalid value maybe for configuration ssl.client.auth: String must be one of: required, requested, none`,
		"consumer.max.poll.records=0":                              `consumer.max.poll.records: Invalid value 0 for configuration max.poll.records: Value must be at least 1`,
		"connector.client.config.override.policy=com.example.Mine": `connector.client.config.override.policy: order-sink does not have the policy com.example.Mine: use All, None, Principal or Allowlist`,
		"rest.extension.classes=com.example.Mine":                  `Invalid value com.example.Mine for configuration rest.extension.classes: order-sink runs no Java classes: it only has org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension`,
		"client.id=${vault:a:b}":                                   `client.id: order-sink does not have the config provider com.example.Vault: give it the secrets as files or variables, and use FileConfigProvider, DirectoryConfigProvider or EnvVarConfigProvider of the package org.apache.kafka.common.config.provider`,
	} {
		_, report, err := ReadWorker(Distributed, fileWith(t, line, "config.providers=vault", "config.providers.vault.class=com.example.Vault"), nil)
		if assert.EqualError(t, err, want, line) && !strings.HasPrefix(line, "-") {
			key, _, _ := strings.Cut(line, "=")
			assert.Contains(t, verdicts(report)[kafkaconf.Refused], key, line)
		}
	}
	_, _, err := ReadWorker(Distributed, fileWith(t, "-group.id", "topic.tracking.enable=yes", "rest.port=x"), nil)
	require.Len(t, strings.Split(err.Error(), "\n"), 3, "each problem is named at once")
}

func TestAProviderThatNobodyUsesRefusesNoStart(t *testing.T) {
	w, report, err := ReadWorker(Distributed, fileWith(t,
		"config.providers=strimzienv,strimzisecrets", "config.providers.strimzienv.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider",
		"config.providers.strimzienv.param.allowlist.pattern=.*", "config.providers.strimzisecrets.class=io.strimzi.kafka.KubernetesSecretConfigProvider",
		"config.providers.strimzisecrets.param.separator=/", "config.providers.none.class=x", "client.id=${strimzienv:POD}", "client.rack=${strimzienv:NONE}",
	), []string{"POD=worker-0"})
	require.NoError(t, err)
	require.Equal(t, "worker-0", w.Client.ClientID)
	require.Equal(t, "${strimzienv:NONE}", w.Properties["client.rack"])
	require.Contains(t, report, kafkaconf.Note{Key: "client.rack", Verdict: kafkaconf.Honoured, Reason: "plain text, because its config provider has no value: ${strimzienv:NONE}"})
	all := verdicts(report)
	require.Equal(t, []string{"config.providers.strimzisecrets.class"}, all[kafkaconf.Refused])
	require.Subset(t, all[kafkaconf.Ignored], []string{"config.providers.none.class", "config.providers.strimzisecrets.param.separator"})
	require.Subset(t, all[kafkaconf.Honoured], []string{"config.providers", "config.providers.strimzienv.class", "config.providers.strimzienv.param.allowlist.pattern"})
	i := slices.IndexFunc(report, func(n kafkaconf.Note) bool { return n.Verdict == kafkaconf.Refused })
	require.Contains(t, report[i].Reason, "does not have the config provider io.strimzi.kafka.KubernetesSecretConfigProvider")
}
