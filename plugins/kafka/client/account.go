package client

import (
	"fmt"
	"strings"

	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/oauth"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// The SASL mechanisms.
const (
	MechanismNone     = "none"
	MechanismPlain    = "PLAIN"
	MechanismOAuth    = "OAUTHBEARER"
	MechanismScram256 = "SCRAM-SHA-256"
	MechanismScram512 = "SCRAM-SHA-512"
)

// Account is an item of the field sasl.
type Account struct {
	Mechanism  string
	Username   string // for PLAIN and SCRAM
	Password   string // for PLAIN and SCRAM
	Token      string // for OAUTHBEARER
	Extensions map[string]string
}

// mechanism returns nil for an empty account. An account without its password or token is
// an error here, because the error of the broker would not name the missing field.
func (a Account) mechanism() (sasl.Mechanism, error) {
	switch a.Mechanism {
	case MechanismNone, "":
		return nil, nil
	case MechanismPlain:
		return plain.Auth{User: a.Username, Pass: a.Password}.AsMechanism(), a.checkPassword()
	case MechanismScram256:
		return scram.Auth{User: a.Username, Pass: a.Password}.AsSha256Mechanism(), a.checkPassword()
	case MechanismScram512:
		return scram.Auth{User: a.Username, Pass: a.Password}.AsSha512Mechanism(), a.checkPassword()
	case MechanismOAuth:
		return oauth.Auth{Token: a.Token, Extensions: a.Extensions}.AsMechanism(), a.check(FieldToken, a.Token)
	}
	return nil, fmt.Errorf("mechanism %q is not supported here: expected %s, %s, %s or %s",
		a.Mechanism, MechanismPlain, MechanismScram256, MechanismScram512, MechanismOAuth)
}

func (a Account) checkPassword() error {
	if err := a.check(FieldUsername, a.Username); err != nil {
		return err
	}
	return a.check(FieldPassword, a.Password)
}

func (a Account) check(field, value string) error {
	if value != "" {
		return nil
	}
	return fmt.Errorf("%s needs a %s, but the field %s is empty: set the field or its environment variable (KAFKA_%s in the shipped files)",
		a.Mechanism, field, field, strings.ToUpper(field))
}
