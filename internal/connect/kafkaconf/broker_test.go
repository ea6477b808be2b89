package kafkaconf

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/tlstest"
)

// The real Kafka takes encrypted connections only, with each kind of account.
func TestTheRealKafkaTakesTheOptions(t *testing.T) {
	authority := tlstest.New(t)
	secure := &kafka.Secure{
		Keystore: authority.Issue(t, "127.0.0.1", time.Now().Add(20*time.Hour)).Both,
		User:     "order-sink", Password: `kafka-pass"w\ord: #`,
	}
	b := kafkatest.PrivateSecure(t, secure)
	require.NoError(t, b.AddUser(t.Context()))
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	account := func(module, password string) string {
		return module + ` required username="` + secure.User + `" password="` + quote.Replace(password) + `";`
	}
	for _, test := range []struct{ mechanism, jaas, authority, fails string }{
		{"PLAIN", account(plainModule, secure.Password), authority.File, ""},
		{"SCRAM-SHA-256", account(scramModule, secure.Password), authority.File, ""},
		{"SCRAM-SHA-512", account(scramModule, secure.Password), authority.File, ""},
		{"OAUTHBEARER", oauthModule + ` required "oauth.access.token"="` + secure.Token() + `";`, authority.File, ""},
		{"PLAIN", account(plainModule, "another-password"), authority.File, "SASL_AUTHENTICATION_FAILED"},
		{"PLAIN", account(plainModule, secure.Password), tlstest.New(t).File, "certificate signed by unknown authority"},
	} {
		settings, err := ForConnector(Consumer, "orders", map[string]string{
			"bootstrap.servers": b.SecureSeed(), "security.protocol": "SASL_SSL", "sasl.mechanism": test.mechanism, "sasl.jaas.config": test.jaas,
			"ssl.truststore.type": "PEM", "ssl.truststore.location": test.authority,
		}, nil).Parse()
		require.NoError(t, err, test.mechanism)
		options, err := settings.Opts()
		require.NoError(t, err, test.mechanism)
		client, err := kgo.NewClient(options...)
		require.NoError(t, err, test.mechanism)
		ctx, done := context.WithTimeout(t.Context(), time.Minute)
		err = client.Ping(ctx)
		done()
		client.Close()
		if test.fails == "" {
			require.NoError(t, err, test.mechanism)
			continue
		}
		require.ErrorContains(t, err, test.fails)
		require.NotContains(t, err.Error(), "another-password")
	}
}
