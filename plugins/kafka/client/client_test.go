package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

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
	if err != nil {
		t.Fatal(err)
	}
	c, err := kgo.NewClient(options...)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if id := c.OptValue(kgo.ClientID); id != "me" {
		t.Errorf("client id %v", id)
	}
	if brokers := c.OptValue(kgo.SeedBrokers).([]string); strings.Join(brokers, " ") != "a:1 b:2 c:3" {
		t.Errorf("brokers %v", brokers)
	}
	accounts := c.OptValue(kgo.SASL).([]sasl.Mechanism)
	if len(accounts) != 1 {
		t.Fatalf("%d accounts of one", len(accounts))
	}
	_, first, err := accounts[0].Authenticate(t.Context(), "")
	if expected := "n,,\x01auth=Bearer x\x01a=b\x01\x01"; err != nil || string(first) != expected {
		t.Errorf("the account says %q, %v; expected %q", first, err, expected)
	}
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
		if err == nil || !strings.HasPrefix(err.Error(), "reading sasl[1]: "+expected) || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: got %v, expected %s", account.Mechanism, err, expected)
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
	expected := "[Kafka client: join group failed, group: readers, err: " + kerr.GroupAuthorizationFailed.Error() + " Kafka client: commit failed, err: no]"
	if got := fmt.Sprint(warnings); got != expected || len(rest) != 6 {
		t.Errorf("warned %s, and %d other lines", got, len(rest))
	}
}
