package kafkaconf

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	plainModule = "org.apache.kafka.common.security.plain.PlainLoginModule"
	scramModule = "org.apache.kafka.common.security.scram.ScramLoginModule"
	oauthModule = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"
)

func TestEachPropertyThatIsHonoured(t *testing.T) {
	got, err := Parse(map[string]string{
		"bootstrap.servers": " a:9092 ,[::1]:9093", "client.id": " me ", "client.rack": "r1", "group.id": "g",
		"metadata.max.age.ms": "1000", "request.timeout.ms": "2000", "connections.max.idle.ms": "3000", "session.timeout.ms": "4000",
		"heartbeat.interval.ms": "500", "max.poll.interval.ms": "6000", "fetch.max.wait.ms": "70", "fetch.min.bytes": "8", "fetch.max.bytes": "9",
		"max.partition.fetch.bytes": "10", "max.poll.records": "11", "auto.offset.reset": "latest", "isolation.level": "read_committed",
		"group.protocol": "Classic", "partition.assignment.strategy": "org.apache.kafka.clients.consumer.RangeAssignor,org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
		"compression.type": "zstd", "max.request.size": "12", "security.protocol": "Sasl_Plaintext",
		"sasl.mechanism": "PLAIN", "sasl.jaas.config": plainModule + ` required username="u" password="p";`,
	})
	require.NoError(t, err)
	for _, note := range got.Notes {
		require.Equal(t, Honoured, note.Verdict, note.Key)
	}
	require.Len(t, got.Notes, 24)
	got.Notes = nil
	require.Equal(t, Settings{
		Seeds: []string{"a:9092", "[::1]:9093"}, ClientID: "me", Rack: "r1", Group: "g",
		MetadataMaxAge: time.Second, RequestTimeout: 2 * time.Second, ConnectionsMaxIdle: 3 * time.Second, SessionTimeout: 4 * time.Second,
		HeartbeatInterval: 500 * time.Millisecond, MaxPollInterval: 6 * time.Second, FetchMaxWait: 70 * time.Millisecond, FetchMinBytes: 8, FetchMaxBytes: 9,
		FetchMaxPartitionBytes: 10, MaxPollRecords: 11, StartOffset: "latest", ReadCommitted: true,
		Balancers: []string{"range", "cooperative-sticky"}, Compression: "zstd", MaxRequestBytes: 12,
		SASL: &SASL{Mechanism: "PLAIN", User: "u", Password: "p"},
	}, got)
}

func TestPropertiesWithoutEffectHaveAReason(t *testing.T) {
	got, err := Parse(map[string]string{
		"enable.auto.commit": "true", "acks": "0", "metrics.num.samples": "3", "interceptor.classes": "x", "sasl.login.retry.backoff.ms": "1",
		"sasl.mechanism": "PLAIN", "ssl.truststore.location": "/none", "ssl.protocol": "TLSv1.3", "task.max": "3",
	})
	require.NoError(t, err)
	require.Equal(t, []Note{
		{"acks", Ignored, ownDelivery},
		{"enable.auto.commit", Ignored, ownCommit},
		{"interceptor.classes", Ignored, noJava},
		{"metrics.num.samples", Ignored, ownMetrics},
		{"sasl.login.retry.backoff.ms", Ignored, "security.protocol is PLAINTEXT"},
		{"sasl.mechanism", Ignored, "security.protocol is PLAINTEXT"},
		{"ssl.protocol", Ignored, "security.protocol is PLAINTEXT"},
		{"ssl.truststore.location", Ignored, "security.protocol is PLAINTEXT"},
		{"task.max", Unknown, "order-sink does not know task.max"},
	}, got.Notes)
}

// testdata/keys.txt has the properties of the consumer, producer and admin client of Kafka 4.3.1.
func TestEachPropertyOfKafkaIsKnown(t *testing.T) {
	properties := map[string]string{}
	for _, key := range strings.Fields(read(t, "keys.txt")) {
		properties[key] = "1"
	}
	require.Greater(t, len(properties), 130)
	got, _ := Parse(properties)
	for _, note := range got.Notes {
		assert.NotEqual(t, Unknown, note.Verdict, note.Key)
	}
}

// The texts before the colon are Kafka's, and those behind it where Kafka has one.
func TestPropertiesThatAreRefused(t *testing.T) {
	for _, test := range []struct{ key, value, want string }{
		{"bootstrap.servers", " ", "Configuration 'bootstrap.servers' must not be empty. Valid values include: any non-empty value"},
		{"bootstrap.servers", "a", "Invalid url in bootstrap.servers: a"},
		{"bootstrap.servers", "a:b", "Invalid url in bootstrap.servers: a:b"},
		{"max.poll.records", "0", "Invalid value 0 for configuration max.poll.records: Value must be at least 1"},
		{"max.poll.records", "x", "Invalid value x for configuration max.poll.records: Not a number of type INT"},
		{"fetch.max.bytes", "9999999999", "Invalid value 9999999999 for configuration fetch.max.bytes: Not a number of type INT"},
		{"fetch.min.bytes", "-1", "Invalid value -1 for configuration fetch.min.bytes: Value must be at least 0"},
		{"request.timeout.ms", "-1", "Invalid value -1 for configuration request.timeout.ms: Value must be at least 0"},
		{"isolation.level", "READ_COMMITTED", "Invalid value READ_COMMITTED for configuration isolation.level: String must be one of: read_committed, read_uncommitted"},
		{"compression.type", "x", "Invalid value x for configuration compression.type: String must be one of: none, gzip, snappy, lz4, zstd"},
		{"auto.offset.reset", "by_duration:P1D", "Invalid value by_duration:P1D for configuration auto.offset.reset: order-sink starts a connector at earliest or latest: use one of them"},
		{"group.protocol", "consumer", "Invalid value consumer for configuration group.protocol: order-sink uses the group protocol classic: remove this key or set it to classic"},
		{"partition.assignment.strategy", "com.example.Mine", "Invalid value com.example.Mine for configuration partition.assignment.strategy: order-sink has RangeAssignor,"},
		{"security.protocol", "TLS", "Invalid value TLS for configuration security.protocol: String must be one of (case insensitive): SASL_SSL, PLAINTEXT, SSL, SASL_PLAINTEXT"},
	} {
		got, err := Parse(map[string]string{test.key: test.value})
		require.ErrorContains(t, err, test.want)
		require.Equal(t, []Note{{test.key, Refused, Errors(err)[0].Text}}, got.Notes)
	}
	_, err := Parse(map[string]string{"max.poll.records": "x", "fetch.min.bytes": "x"})
	require.Len(t, Errors(err), 2, "each problem is named at once")
}

func TestAccounts(t *testing.T) {
	for jaas, want := range map[string]*SASL{
		`PLAIN|` + plainModule + ` required username="a b" password="p\"\\w";`:                         {Mechanism: "PLAIN", User: "a b", Password: `p"\w`},
		` SCRAM-SHA-256 |` + scramModule + ` required username=a password='b';`:                        {Mechanism: "SCRAM-SHA-256", User: "a", Password: "b"},
		`SCRAM-SHA-512|shaded.` + scramModule + ` required username=a password=b tokenauth="false";`:   {Mechanism: "SCRAM-SHA-512", User: "a", Password: "b"},
		`OAUTHBEARER|` + oauthModule + ` required oauth.access.token="t.o.k" extension_cluster="lkc";`: {Mechanism: "OAUTHBEARER", Token: "t.o.k", Extensions: map[string]string{"cluster": "lkc"}},
		`OAUTHBEARER|` + oauthModule + ` required "oauth.access.token"="t.o.k" "extension_cluster"=x;`: {Mechanism: "OAUTHBEARER", Token: "t.o.k", Extensions: map[string]string{"cluster": "x"}},
	} {
		mechanism, config, _ := strings.Cut(jaas, "|")
		got, err := Parse(map[string]string{"security.protocol": "SASL_SSL", "sasl.mechanism": mechanism, "sasl.jaas.config": config})
		require.NoError(t, err, jaas)
		require.Equal(t, want, got.SASL)
		require.NotNil(t, got.TLS)
	}
}

func TestAccountsThatAreRefusedKeepTheirPassword(t *testing.T) {
	const useOther = ": use PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER"
	for _, test := range []struct{ mechanism, jaas, want string }{
		{"", plainModule + ` required;`, "Invalid value GSSAPI for configuration sasl.mechanism: it is the default, and order-sink has no Kerberos client" + useOther},
		{"GSSAPI", "", "Invalid value GSSAPI for configuration sasl.mechanism: order-sink does not have this mechanism" + useOther},
		{"AWS_MSK_IAM", "", "Invalid value AWS_MSK_IAM for configuration sasl.mechanism: order-sink does not have this mechanism" + useOther},
		{"PLAIN", " ", "sasl.jaas.config is missing: order-sink reads the account only from it, and not from a JAAS file"},
		{"PLAIN", plainModule + ` required username="a" password="s3cret"`, "sasl.jaas.config: the JAAS config has no semicolon at its end"},
		{"PLAIN", plainModule + ` required username="a" password="x"s3cret";`, `sasl.jaas.config: option 3 of the JAAS config has no value: write NAME="VALUE", with \" for a quote in the value`},
		{"PLAIN", plainModule + ` s3cret;`, "sasl.jaas.config: the JAAS config has no valid control flag: write required behind the class"},
		{"PLAIN", plainModule + ` required password="s3cret";`, "PlainLoginModule needs username and password in sasl.jaas.config"},
		{"SCRAM-SHA-512", scramModule + ` required username="s3cret";`, "ScramLoginModule needs username and password in sasl.jaas.config"},
		{"SCRAM-SHA-512", scramModule + ` required username="a" password="s3cret" tokenauth=true;`, "order-sink does not log in with a delegation token (tokenauth)"},
		{"SCRAM-SHA-512", plainModule + ` required username="a" password="s3cret";`, "SCRAM-SHA-512 needs the login module ScramLoginModule in sasl.jaas.config"},
		{"PLAIN", plainModule + ` required username="a" password="s3cret"; x.Y required;`, "sasl.jaas.config has 2 login modules: it must have one"},
		{"OAUTHBEARER", oauthModule + ` required clientId="a" clientSecret="s3cret";`, "order-sink does not ask a server for OAUTHBEARER tokens: give a token that does not expire as"},
	} {
		_, err := Parse(map[string]string{"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": test.mechanism, "sasl.jaas.config": test.jaas})
		require.ErrorContains(t, err, test.want)
		require.NotContains(t, err.Error(), "s3cret")
	}
}

func TestNobodyPrintsASecret(t *testing.T) {
	s := Settings{SASL: &SASL{User: "u", Password: "s3cret", Token: "s3cret"}, TLS: &TLS{Key: "s3cret", KeyPassword: "s3cret"}}
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "a", *s.SASL, "b", s.SASL.Password, "c", *s.TLS)
	fmt.Fprintf(&out, "%v %+v %#v %s %v %+v", *s.SASL, *s.SASL, *s.SASL, s.SASL.Password, *s.TLS, s)
	assert.NotContains(t, out.String(), "s3cret")
	assert.Contains(t, out.String(), "[hidden]")
}

func TestOptionsHaveWhatTheSettingsSay(t *testing.T) {
	options, err := Settings{
		Seeds: []string{"a:1", "b:2"}, ClientID: "me", Rack: "r", MetadataMaxAge: 100 * time.Millisecond, RequestTimeout: 3 * time.Second, ConnectionsMaxIdle: time.Minute,
	}.Opts()
	require.NoError(t, err)
	c, err := kgo.NewClient(options...)
	require.NoError(t, err)
	defer c.Close()
	for want, got := range map[any]any{
		"me": c.OptValue(kgo.ClientID), "r": c.OptValue(kgo.Rack), 100 * time.Millisecond: c.OptValue(kgo.MetadataMaxAge),
		3 * time.Second: c.OptValue(kgo.RequestTimeoutOverhead), time.Minute: c.OptValue(kgo.ConnIdleTimeout),
	} {
		require.Equal(t, want, got)
	}
	require.Equal(t, []string{"a:1", "b:2"}, c.OptValue(kgo.SeedBrokers))
	options, err = Settings{Seeds: []string{"a:1"}}.Opts()
	require.NoError(t, err)
	d, err := kgo.NewClient(options...)
	require.NoError(t, err)
	d.Close()
}
