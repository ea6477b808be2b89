package keys

import "github.com/order-sink/order-sink/internal/connect/configdef/def"

// OverridePrefix returns the prefix of the keys of a client, "consumer", "producer" or "admin".
func OverridePrefix(client string) string { return client + ".override." }

const (
	ownConsumer = "order-sink's consumer decides it"
	noClasses   = "order-sink does not run Java classes"
	goTLS       = "Go's own versions and ciphers of TLS are used"
)

// Consumer returns the keys of Kafka's consumer that the worker knows.
func Consumer() []def.Key {
	all := []def.Key{
		{Name: "group.id", Kind: def.String, Importance: def.High, Doc: "The consumer group. The default is connect-NAME."},
		{Name: "client.id", Kind: def.String, Default: def.Text(""), Importance: def.Low, Doc: "The name that the brokers log."},
		{Name: "client.rack", Kind: def.String, Default: def.Text(""), Importance: def.Low, Doc: "The rack from whose replicas the consumer reads."},
		{Name: "group.instance.id", Kind: def.String, Importance: def.Medium, Doc: "The identity of a static member of the group."},
		{Name: "auto.offset.reset", Kind: def.String, Default: def.Text("latest"), Importance: def.Medium, Doc: "Where a group without offsets begins. Connectors begin with the earliest record."},
		{Name: "max.poll.records", Kind: def.Int, Default: def.Text("500"), Importance: def.Medium, Doc: "How many records a batch has at most."},
		{Name: "max.poll.interval.ms", Kind: def.Int, Default: def.Text("300000"), Importance: def.Medium, Doc: "No effect: a slow batch does not leave the group.", Ignored: "a slow batch does not leave the group"},
		{Name: "fetch.min.bytes", Kind: def.Int, Default: def.Text("1"), Importance: def.High, Doc: "How many bytes a broker collects before it answers."},
		{Name: "fetch.max.wait.ms", Kind: def.Int, Default: def.Text("500"), Importance: def.Low, Doc: "How long a broker collects at most."},
		{Name: "fetch.max.bytes", Kind: def.Int, Default: def.Text("52428800"), Importance: def.Medium, Doc: "How many bytes an answer has at most."},
		{Name: "max.partition.fetch.bytes", Kind: def.Int, Default: def.Text("1048576"), Importance: def.High, Doc: "How many bytes of a partition an answer has at most."},
		{Name: "session.timeout.ms", Kind: def.Int, Default: def.Text("45000"), Importance: def.High, Doc: "When a member without a heartbeat leaves the group."},
		{Name: "heartbeat.interval.ms", Kind: def.Int, Default: def.Text("3000"), Importance: def.High, Doc: "How often a member sends a heartbeat."},
		{Name: "isolation.level", Kind: def.String, Default: def.Text("read_uncommitted"), Importance: def.Medium, Doc: "Whether the records of aborted transactions are read."},
		{Name: "metadata.max.age.ms", Kind: def.Long, Default: def.Text("300000"), Importance: def.Low, Doc: "How often the client looks for new topics."},
		{Name: "request.timeout.ms", Kind: def.Int, Default: def.Text("30000"), Importance: def.Medium, Doc: "How long the client waits for an answer."},
		{Name: "partition.assignment.strategy", Kind: def.List, Default: def.Text("class org.apache.kafka.clients.consumer.RangeAssignor,class org.apache.kafka.clients.consumer.CooperativeStickyAssignor"), Importance: def.Medium, Doc: "How the members share the partitions: Kafka's own classes."},
		{Name: "group.protocol", Kind: def.String, Default: def.Text("classic"), Importance: def.High, Doc: "Only classic.", Refused: "order-sink has the protocol classic only: remove the key"},
		{Name: "bootstrap.servers", Kind: def.List, Required: true, Importance: def.High, Doc: "The brokers. The default is the worker's."},
		{Name: "enable.auto.commit", Kind: def.Boolean, Default: def.Text("true"), Importance: def.Medium, Doc: "No effect: offsets are committed after their rows.", Ignored: "offsets are committed after their rows"},
		{Name: "interceptor.classes", Kind: def.List, Default: def.Text(""), Importance: def.Low, Doc: "No effect: " + noClasses + ".", Ignored: noClasses},
		{Name: "metric.reporters", Kind: def.List, Default: def.Text("org.apache.kafka.common.metrics.JmxReporter"), Importance: def.Low, Doc: "No effect: the metrics are at /metrics.", Ignored: "the metrics are at /metrics"},
		{Name: "allow.auto.create.topics", Kind: def.Boolean, Default: def.Text("true"), Importance: def.Medium, Doc: "No effect: " + ownConsumer + ".", Ignored: ownConsumer},
		{Name: "check.crcs", Kind: def.Boolean, Default: def.Text("true"), Importance: def.Low, Doc: "No effect: " + ownConsumer + ".", Ignored: ownConsumer},
		{Name: "exclude.internal.topics", Kind: def.Boolean, Default: def.Text("true"), Importance: def.Medium, Doc: "No effect: " + ownConsumer + ".", Ignored: ownConsumer},
		{Name: "receive.buffer.bytes", Kind: def.Int, Default: def.Text("65536"), Importance: def.Medium, Doc: "No effect: " + ownConsumer + ".", Ignored: ownConsumer},
		{Name: "send.buffer.bytes", Kind: def.Int, Default: def.Text("131072"), Importance: def.Medium, Doc: "No effect: " + ownConsumer + ".", Ignored: ownConsumer},
		{Name: "default.api.timeout.ms", Kind: def.Int, Default: def.Text("60000"), Importance: def.Medium, Doc: "No effect: " + ownConsumer + ".", Ignored: ownConsumer},
	}
	return unordered(append(all, Security()...))
}

// Security returns the keys of a connection, which all clients of Kafka have.
func Security() []def.Key {
	all := []def.Key{
		{Name: "security.protocol", Kind: def.String, Default: def.Text("PLAINTEXT"), Importance: def.Medium, Doc: "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."},
		{Name: "sasl.mechanism", Kind: def.String, Default: def.Text("GSSAPI"), Importance: def.Medium, Doc: "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER."},
		{Name: "sasl.jaas.config", Kind: def.Password, Importance: def.Medium, Doc: "The login module with user and password."},
		{Name: "sasl.oauthbearer.token.endpoint.url", Kind: def.String, Importance: def.Medium, Doc: "Where OAUTHBEARER gets its tokens."},
		{Name: "sasl.kerberos.service.name", Kind: def.String, Importance: def.Medium, Doc: "Not supported: Kerberos.", Refused: "order-sink has no Kerberos: use SCRAM-SHA-512 or OAUTHBEARER"},
		{Name: "ssl.endpoint.identification.algorithm", Kind: def.String, Default: def.Text("https"), Importance: def.Low, Doc: "https, or empty text to accept any name in the certificate."},
		{Name: "ssl.truststore.location", Kind: def.String, Importance: def.High, Doc: "The file with the certificates of the authorities."},
		{Name: "ssl.truststore.type", Kind: def.String, Default: def.Text("JKS"), Importance: def.Medium, Doc: "The form of that file: PEM or PKCS12."},
		{Name: "ssl.keystore.location", Kind: def.String, Importance: def.High, Doc: "The file with the client's certificate and key."},
		{Name: "ssl.keystore.type", Kind: def.String, Default: def.Text("JKS"), Importance: def.Medium, Doc: "The form of that file: PEM or PKCS12."},
		{Name: "ssl.protocol", Kind: def.String, Default: def.Text("TLSv1.3"), Importance: def.Medium, Doc: "No effect: " + goTLS + ".", Ignored: goTLS},
		{Name: "ssl.enabled.protocols", Kind: def.List, Default: def.Text("TLSv1.2,TLSv1.3"), Importance: def.Medium, Doc: "No effect: " + goTLS + ".", Ignored: goTLS},
		{Name: "ssl.cipher.suites", Kind: def.List, Default: def.Text(""), Importance: def.Low, Doc: "No effect: " + goTLS + ".", Ignored: goTLS},
	}
	for _, name := range []string{"ssl.truststore.certificates", "ssl.truststore.password", "ssl.keystore.certificate.chain", "ssl.keystore.key", "ssl.keystore.password", "ssl.key.password"} {
		all = append(all, def.Key{Name: name, Kind: def.Password, Importance: def.High, Doc: "A certificate, a key or a password of the TLS connection."})
	}
	return unordered(all)
}

// unordered marks keys that are in no group.
func unordered(all []def.Key) []def.Key {
	for i := range all {
		all[i].Order = -1
	}
	return all
}
