package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl"

	"github.com/order-sink/order-sink/plugins/kafka/client"
)

func TestOptionsHaveWhatTheConfigurationSays(t *testing.T) {
	options, err := client.Config{
		Brokers: []string{"a:1, b:2", "c:3"}, ID: "me",
		Accounts: []client.Account{
			{Mechanism: client.MechanismNone},
			{Mechanism: client.MechanismOAuth, Token: "x", Extensions: map[string]string{"a": "b"}},
		},
	}.Options()
	require.NoError(t, err)
	c, err := kgo.NewClient(options...)
	require.NoError(t, err)
	defer c.Close()
	require.Equal(t, "me", c.OptValue(kgo.ClientID))
	require.Equal(t, []string{"a:1", "b:2", "c:3"}, c.OptValue(kgo.SeedBrokers))
	accounts := c.OptValue(kgo.SASL).([]sasl.Mechanism)
	require.Len(t, accounts, 1)
	_, first, err := accounts[0].Authenticate(t.Context(), "")
	require.NoError(t, err)
	require.Equal(t, "n,,\x01auth=Bearer x\x01a=b\x01\x01", string(first))
}

func TestAnIncompleteAccountIsRefused(t *testing.T) {
	const user, secret = "sink", "a-secret-word"
	for expected, account := range map[string]client.Account{
		"PLAIN needs a username, but the field username is empty: set the field or its environment variable (KAFKA_USERNAME in the shipped files)": {Mechanism: client.MechanismPlain, Password: secret},
		"PLAIN needs a password, but the field password is empty: set the field or its environment variable (KAFKA_PASSWORD in the shipped files)": {Mechanism: client.MechanismPlain, Username: user},
		"SCRAM-SHA-256 needs a password, but the field password is empty":                                                                          {Mechanism: client.MechanismScram256, Username: user},
		"SCRAM-SHA-512 needs a password, but the field password is empty":                                                                          {Mechanism: client.MechanismScram512, Username: user},
		"OAUTHBEARER needs a token, but the field token is empty: set the field or its environment variable (KAFKA_TOKEN in":                       {Mechanism: client.MechanismOAuth, Username: user, Password: secret},
		"mechanism \"GSSAPI\" is not supported here: expected PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER":                                  {Mechanism: "GSSAPI", Username: user, Password: secret},
	} {
		_, err := client.Config{Accounts: []client.Account{{Mechanism: client.MechanismNone}, account}}.Options()
		if assert.Error(t, err, account.Mechanism) {
			assert.True(t, strings.HasPrefix(err.Error(), "reading sasl[1]: "+expected), "%s: got %v, expected %s", account.Mechanism, err, expected)
			assert.NotContains(t, err.Error(), secret, account.Mechanism)
		}
	}
}

// The logger logs each line once a minute. It does not warn of an error that the client
// retries by itself.
func TestTheClientsWarningsAreLogged(t *testing.T) {
	var warnings, rest []string
	log := &client.Logger{
		Warn:  func(format string, args ...any) { warnings = append(warnings, fmt.Sprintf(format, args...)) },
		Debug: func(format string, args ...any) { rest = append(rest, fmt.Sprintf(format, args...)) },
	}
	for range 3 {
		log.Log(kgo.LogLevelWarn, "join group failed", "group", "readers", "err", kerr.GroupAuthorizationFailed)
	}
	for _, err := range []error{io.EOF, kerr.NotLeaderForPartition, context.Canceled, fmt.Errorf("closing: %w", kgo.ErrClientClosed)} {
		log.Log(kgo.LogLevelWarn, "unable to open connection to broker", "addr", "127.0.0.1:1", "err", err)
	}
	log.Log(kgo.LogLevelError, "commit failed", "err", errors.New("no"))
	require.Equal(t, []string{
		"Kafka client: join group failed, group: readers, err: " + kerr.GroupAuthorizationFailed.Error(), "Kafka client: commit failed, err: no",
	}, warnings)
	require.Len(t, rest, 6)
}
