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

// Secure is a way into the real broker that is encrypted (TLS) and asks who
// comes (SASL), beside the open one, which stays for those who set it up.
type Secure struct {
	Keystore       string // the server's key and certificate, a file of PEM
	User, Password string // of PLAIN and SCRAM; User is who a token is for, too
	Port           int    // chosen when the broker is prepared
}

// Properties are the listener's part of server.properties.
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
		// Takes tokens without a signature: who issues real ones is not the matter here.
		prefix + "oauthbearer.sasl.jaas.config=" + oauth + " required;",
		"",
	}, "\n")
}

// Token is a JWT without a signature, as OAUTHBEARER's default on the broker
// takes it.
func (s *Secure) Token() string {
	now := time.Now()
	claims := fmt.Sprintf(`{"sub":"%s","iat":%d,"exp":%d}`, s.User, now.Unix(), now.Add(time.Hour).Unix())
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"none"}`)) + "." + encode([]byte(claims)) + "."
}

// SecureSeed is the address of the secure way in.
func (b *Java) SecureSeed() string { return loopback.Address(b.secure.Port) }

// AddUser lets the user of [Secure] in by SCRAM: the broker keeps such users in
// its own log.
func (b *Java) AddUser(ctx context.Context) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(b.Seeds()...))
	if err != nil {
		return fmt.Errorf("adding user %s: %w", b.secure.User, err)
	}
	defer client.Close()
	// Not in one request: it may name a user once only.
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

// escaped is for a text in quotes, in a value of a properties file: both take a
// backslash for their own.
var escaped = strings.NewReplacer(`\`, `\\\\`, `"`, `\\"`)
