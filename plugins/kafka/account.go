package kafka

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/oauth"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

const (
	mechanismNone     = "none"
	mechanismPlain    = "PLAIN"
	mechanismOAuth    = "OAUTHBEARER"
	mechanismScram256 = "SCRAM-SHA-256"
	mechanismScram512 = "SCRAM-SHA-512"
)

// mechanism is how an account is proven, nil for no account.
func mechanism(name, user, password, token string, extensions map[string]string) (sasl.Mechanism, error) {
	switch name {
	case mechanismPlain, mechanismScram256, mechanismScram512:
		if user == "" || password == "" {
			return nil, fmt.Errorf("%s needs a username and a password: is an environment variable not set?", name)
		}
	case mechanismOAuth:
		if token == "" {
			return nil, fmt.Errorf("%s needs a token: is an environment variable not set?", name)
		}
	}
	switch name {
	case mechanismNone, "":
		return nil, nil
	case mechanismPlain:
		return plain.Auth{User: user, Pass: password}.AsMechanism(), nil
	case mechanismScram256:
		return scram.Auth{User: user, Pass: password}.AsSha256Mechanism(), nil
	case mechanismScram512:
		return scram.Auth{User: user, Pass: password}.AsSha512Mechanism(), nil
	case mechanismOAuth:
		return oauth.Auth{Token: token, Extensions: extensions}.AsMechanism(), nil
	}
	return nil, fmt.Errorf("mechanism %q is not supported here: expected %s, %s, %s or %s", name, mechanismPlain, mechanismScram256, mechanismScram512, mechanismOAuth)
}
