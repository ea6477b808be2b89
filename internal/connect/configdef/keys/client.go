package keys

import (
	"strings"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
)

// OverridePrefix returns the prefix of the keys of a client, "consumer", "producer" or "admin".
func OverridePrefix(client string) string { return client + ".override." }

// clients has the keys of Kafka's clients that users set, with type, importance and default.
// A dash is no default. Package kafkaconf knows what becomes of them.
var clients = map[string]string{
	"consumer": `
		group.id                      STRING  HIGH   -
		client.id                     STRING  LOW
		client.rack                   STRING  LOW
		group.instance.id             STRING  MEDIUM -
		auto.offset.reset             STRING  MEDIUM latest
		max.poll.records              INT     MEDIUM 500
		max.poll.interval.ms          INT     MEDIUM 300000
		fetch.min.bytes               INT     HIGH   1
		fetch.max.wait.ms             INT     LOW    500
		fetch.max.bytes               INT     MEDIUM 52428800
		max.partition.fetch.bytes     INT     HIGH   1048576
		session.timeout.ms            INT     HIGH   45000
		heartbeat.interval.ms         INT     HIGH   3000
		isolation.level               STRING  MEDIUM read_uncommitted
		metadata.max.age.ms           LONG    LOW    300000
		request.timeout.ms            INT     MEDIUM 30000
		default.api.timeout.ms        INT     MEDIUM 60000
		connections.max.idle.ms       LONG    MEDIUM 540000
		reconnect.backoff.ms          LONG    LOW    50
		reconnect.backoff.max.ms      LONG    LOW    1000
		retry.backoff.ms              LONG    LOW    100
		receive.buffer.bytes          INT     MEDIUM 65536
		send.buffer.bytes             INT     MEDIUM 131072
		group.protocol                STRING  HIGH   classic
		enable.auto.commit            BOOLEAN MEDIUM true
		allow.auto.create.topics      BOOLEAN MEDIUM true
		check.crcs                    BOOLEAN LOW    true
		exclude.internal.topics       BOOLEAN MEDIUM true
		interceptor.classes           LIST    LOW
		metric.reporters              LIST    LOW    org.apache.kafka.common.metrics.JmxReporter
		client.dns.lookup             STRING  MEDIUM use_all_dns_ips
		partition.assignment.strategy LIST    MEDIUM class·org.apache.kafka.clients.consumer.RangeAssignor,class·org.apache.kafka.clients.consumer.CooperativeStickyAssignor`,
	"producer": `
		acks                                  STRING  LOW    all
		compression.type                      STRING  HIGH   none
		max.request.size                      INT     MEDIUM 1048576
		linger.ms                             LONG    MEDIUM 5
		batch.size                            INT     MEDIUM 16384
		retries                               INT     HIGH   2147483647
		delivery.timeout.ms                   INT     MEDIUM 120000
		enable.idempotence                    BOOLEAN LOW    true
		buffer.memory                         LONG    HIGH   33554432
		max.block.ms                          LONG    MEDIUM 60000
		max.in.flight.requests.per.connection INT     LOW    5`,
	"admin": `
		retries                INT LOW    2147483647
		default.api.timeout.ms INT MEDIUM 60000`,
}

// connection has the keys of a connection, which all clients have.
const connection = `
		security.protocol                     STRING   MEDIUM PLAINTEXT
		sasl.mechanism                        STRING   MEDIUM GSSAPI
		sasl.jaas.config                      PASSWORD MEDIUM -
		sasl.oauthbearer.token.endpoint.url   STRING   MEDIUM -
		sasl.kerberos.service.name            STRING   MEDIUM -
		ssl.endpoint.identification.algorithm STRING   LOW    https
		ssl.truststore.location               STRING   HIGH   -
		ssl.truststore.type                   STRING   MEDIUM JKS
		ssl.truststore.certificates           PASSWORD HIGH   -
		ssl.truststore.password               PASSWORD HIGH   -
		ssl.keystore.location                 STRING   HIGH   -
		ssl.keystore.type                     STRING   MEDIUM JKS
		ssl.keystore.certificate.chain        PASSWORD HIGH   -
		ssl.keystore.key                      PASSWORD HIGH   -
		ssl.keystore.password                 PASSWORD HIGH   -
		ssl.key.password                      PASSWORD HIGH   -
		ssl.protocol                          STRING   MEDIUM TLSv1.3
		ssl.enabled.protocols                 LIST     MEDIUM TLSv1.2,TLSv1.3
		ssl.cipher.suites                     LIST     LOW`

// Client returns the keys of a client, "consumer", "producer" or "admin".
func Client(client string) []def.Key {
	var all []def.Key
	for line := range strings.Lines(clients[client] + connection) {
		column := strings.Fields(line)
		if len(column) == 0 {
			continue
		}
		k := def.Key{Name: column[0], Kind: def.Kind(column[1]), Importance: column[2], Order: -1, Doc: "A setting of the connector's " + client + "."}
		switch {
		case len(column) == 3:
			k.Default = def.Text("")
		case column[3] != "-":
			k.Default = def.Text(strings.ReplaceAll(column[3], "·", " "))
		}
		all = append(all, k)
	}
	return all
}
