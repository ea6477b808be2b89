package kafka

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/loopback"
)

// Secure is a listener of the real broker with TLS and SASL. The listener without them
// remains, for the test itself.
type Secure struct {
	Keystore       string // a PEM file with the key and the certificate of the server
	User, Password string // for PLAIN and SCRAM; User is also the subject of a token
	Port           int    // chosen when the broker is prepared
}

// Properties returns the listener's part of server.properties.
func (s *Secure) Properties() string {
	const plain = "org.apache.kafka.common.security.plain.PlainLoginModule"
	const scram = "org.apache.kafka.common.security.scram.ScramLoginModule"
	const oauth = "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule"
	prefix := "listener.name.secure."
	return strings.Join([]string{
		prefix + "ssl.keystore.type=PEM",
		prefix + "ssl.keystore.location=" + s.Keystore,
		prefix + "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
		fmt.Sprintf("%splain.sasl.jaas.config=%s required user_%s=\"%s\";", prefix, plain, s.User, escaped.Replace(s.Password)),
		prefix + "scram-sha-256.sasl.jaas.config=" + scram + " required;",
		prefix + "scram-sha-512.sasl.jaas.config=" + scram + " required;",
		// The broker accepts tokens without a signature.
		prefix + "oauthbearer.sasl.jaas.config=" + oauth + " required;",
		"",
	}, "\n")
}

// Token returns a JWT without a signature, which the default OAUTHBEARER of the broker
// accepts.
func (s *Secure) Token() string {
	now := time.Now()
	claims := fmt.Sprintf(`{"sub":"%s","iat":%d,"exp":%d}`, s.User, now.Unix(), now.Add(time.Hour).Unix())
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(claims)) + "."
}

// SecureSeed returns the address of the listener.
func (b *Java) SecureSeed() string { return loopback.Address(b.secure.Port) }

// AddUser adds the user of [Secure] for SCRAM. The broker keeps such users in its own log.
func (b *Java) AddUser(ctx context.Context) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Seeds()...))
	if err != nil {
		return fmt.Errorf("adding user %s: %w", b.secure.User, err)
	}
	defer client.Close()
	// One request may name a user only once.
	for _, mechanism := range []kadm.ScramMechanism{kadm.ScramSha256, kadm.ScramSha512} {
		altered, err := kadm.NewClient(client).AlterUserSCRAMs(ctx, nil, []kadm.UpsertSCRAM{
			{User: b.secure.User, Mechanism: mechanism, Iterations: 4096, Password: b.secure.Password},
		})
		if err == nil {
			err = altered.Error()
		}
		if err != nil {
			return fmt.Errorf("adding user %s: %w", b.secure.User, err)
		}
	}
	return nil
}

// escaped escapes a text in quotes in a properties file. The quotes and the file both
// use the backslash.
var escaped = strings.NewReplacer(`\`, `\\\\`, `"`, `\\"`)
