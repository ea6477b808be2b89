package kafkaconf

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var worker = map[string]string{
	"bootstrap.servers": "w:1", "client.id": "worker", "group.id": "cluster", "request.timeout.ms": "1", "max.poll.records": "7",
	"security.protocol": "SSL", "ssl.truststore.location": "/top",
	"consumer.max.poll.records": "1", "consumer.fetch.min.bytes": "2", "producer.acks": "1", "admin.retries": "3",
	"consumers.x": "y", "key.converter": "z",
}

func TestALaterSourceWins(t *testing.T) {
	connector := map[string]string{
		"consumer.override.fetch.min.bytes": "3", "consumer.override.group.id": "mine", "producer.override.linger.ms": "4",
		"consumer.max.poll.records": "not from a connector", "name": "orders",
	}
	for role, want := range map[Role]map[string]string{
		Consumer: {
			"bootstrap.servers": "w:1", "group.id": "mine", "auto.offset.reset": "earliest", "max.poll.records": "1", "fetch.min.bytes": "3",
			"security.protocol": "SSL", "ssl.truststore.location": "/top",
		},
		Producer: {"bootstrap.servers": "w:1", "acks": "1", "linger.ms": "4", "security.protocol": "SSL", "ssl.truststore.location": "/top"},
		Admin: {
			"bootstrap.servers": "w:1", "client.id": "worker", "request.timeout.ms": "1", "retries": "3", "security.protocol": "SSL", "ssl.truststore.location": "/top",
		},
	} {
		assert.Equal(t, want, ForConnector(role, "orders", worker, connector).Values, role)
	}
	assert.Equal(t, "connect-orders", ForConnector(Consumer, "orders", worker, nil).Values["group.id"])
	assert.Equal(t, map[string]string{
		"bootstrap.servers": "w:1", "client.id": "worker", "request.timeout.ms": "1", "security.protocol": "SSL", "ssl.truststore.location": "/top",
	}, OfWorker(worker).Values)
}

// A JVM worker gives its own security settings to no consumer. One that has some of its own
// gets exactly these.
func TestOwnSecuritySettingsReplaceTheWorkers(t *testing.T) {
	own := map[string]string{"bootstrap.servers": "w:1", "security.protocol": "SSL", "ssl.truststore.location": "/top", "consumer.security.protocol": "SASL_PLAINTEXT"}
	got := ForConnector(Consumer, "a", own, map[string]string{"consumer.override.sasl.mechanism": "PLAIN"})
	require.Equal(t, map[string]string{
		"bootstrap.servers": "w:1", "group.id": "connect-a", "auto.offset.reset": "earliest", "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN",
	}, got.Values)
	_, err := got.Parse()
	require.Equal(t, []*Error{{Key: "sasl.jaas.config", Text: "sasl.jaas.config is missing: order-sink reads the account only from it, and not from a JAAS file"}}, Errors(err))
}

func TestMessagesHaveTheNameOfTheUser(t *testing.T) {
	settings, err := ForConnector(Consumer, "a", worker, map[string]string{
		"consumer.override.max.poll.records": "x", "consumer.override.acks": "1", "consumer.override.security.protocol": "PLAINTEXT",
	}).Parse()
	require.EqualError(t, err, "consumer.override.max.poll.records: Invalid value x for configuration max.poll.records: Not a number of type INT")
	require.Equal(t, "consumer.override.max.poll.records", Errors(err)[0].Key)
	require.Contains(t, settings.Notes, Note{"consumer.override.acks", Ignored, ownDelivery})
	require.Contains(t, settings.Notes, Note{"consumer.fetch.min.bytes", Ignored, "a broker answers as soon as it has a record"})
	require.Contains(t, settings.Notes, Note{"ssl.truststore.location", Ignored, "security.protocol is PLAINTEXT"})
}

// The sentences are those of a worker of Kafka 4.3.1.
func TestPoliciesOfOverrides(t *testing.T) {
	for name, allowed := range map[string][]string{
		"":     {"client.id", "sasl.jaas.config", "acks", "security.protocol", "sasl.mechanism"},
		"All":  {"client.id", "sasl.jaas.config", "acks", "security.protocol", "sasl.mechanism"},
		"None": nil,
		"org.apache.kafka.connect.connector.policy.PrincipalConnectorClientConfigOverridePolicy": {"sasl.jaas.config", "security.protocol", "sasl.mechanism"},
		"AllowlistConnectorClientConfigOverridePolicy":                                           {"client.id", "acks"},
	} {
		policy, err := ParsePolicy(map[string]string{PolicyKey: name, AllowlistKey: "client.id, acks"})
		require.NoError(t, err)
		for _, key := range []string{"client.id", "sasl.jaas.config", "acks", "security.protocol", "sasl.mechanism"} {
			if slices.Contains(allowed, key) {
				require.NoError(t, policy.Check(key), name)
				continue
			}
			require.EqualError(t, policy.Check(key), "The '"+policy.name+"' policy does not allow '"+key+"' to be overridden in the connector configuration.", name)
		}
	}
	_, err := ParsePolicy(map[string]string{PolicyKey: "com.example.Mine"})
	require.EqualError(t, err, PolicyKey+": order-sink does not have the policy com.example.Mine: use All, None, Principal or Allowlist")
}

// A connector's client does not use all that a client of the worker uses.
func TestAClientOfAConnectorUsesItsOwnProperties(t *testing.T) {
	for role, without := range map[Role][]string{
		Consumer: {"client.id", "compression.type", "fetch.min.bytes", "group.instance.id", "heartbeat.interval.ms", "request.timeout.ms"},
		Producer: {"client.rack", "fetch.max.bytes", "group.id", "group.instance.id", "metadata.max.age.ms", "request.timeout.ms"},
		Admin:    {"group.instance.id"},
	} {
		all := map[string]string{}
		for _, key := range slices.Concat(without, []string{"client.id", "client.rack", "compression.type", "metadata.max.age.ms", "request.timeout.ms"}) {
			all[string(role)+".override."+key] = "1"
		}
		delete(all, string(role)+".override.compression.type")
		settings, err := ForConnector(role, "a", map[string]string{"bootstrap.servers": "w:1"}, all).Parse()
		require.NoError(t, err)
		for _, note := range settings.Notes {
			key, isOwn := strings.CutPrefix(note.Key, string(role)+".override.")
			if isOwn {
				assert.Equal(t, slices.Contains(without, key), note.Verdict == Ignored && note.Reason != "", "%s %s", role, key)
			}
		}
	}
}
