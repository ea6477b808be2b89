package kafkaconf

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// The properties of the security of a client.
const (
	keyProtocol   = "security.protocol"
	keyMechanism  = "sasl.mechanism"
	keyJAAS       = "sasl.jaas.config"
	keyHostname   = "ssl.endpoint.identification.algorithm"
	keyEngine     = "ssl.engine.factory.class"
	keyPassword   = "ssl.key.password"
	keyCertChain  = "ssl.keystore.certificate.chain"
	keyCertKey    = "ssl.keystore.key"
	keyTrustCerts = "ssl.truststore.certificates"
	keyClientAuth = "ssl.client.auth"
	keystore      = "ssl.keystore."
	truststore    = "ssl.truststore."
)

var securityKeys = []string{
	keyProtocol, keyMechanism, keyJAAS, keyHostname, keyEngine, keyPassword, keyCertChain, keyCertKey, keyTrustCerts,
	keystore + "location", keystore + "password", keystore + "type", truststore + "location", truststore + "password", truststore + "type",
}

// secure reads the properties of TLS and SASL, which only have a meaning together.
func (s *Settings) secure(values map[string]string) (errs []error) {
	protocol := cmp.Or(strings.ToUpper(Trim(values[keyProtocol])), "PLAINTEXT")
	if all := []string{"SASL_SSL", "PLAINTEXT", "SSL", "SASL_PLAINTEXT"}; !slices.Contains(all, protocol) {
		return []error{Invalid(keyProtocol, values[keyProtocol], "String must be one of (case insensitive): "+strings.Join(all, ", "))}
	}
	var err error
	if strings.HasSuffix(protocol, "SSL") {
		if s.TLS, err = ParseTLS(values); err != nil {
			errs = append(errs, err)
		}
	}
	if strings.HasPrefix(protocol, "SASL") {
		if s.SASL, err = parseSASL(values); err != nil {
			errs = append(errs, err)
		}
	}
	return errs
}

// unused returns the properties of TLS and SASL that have no effect, and why.
func (s *Settings) unused(values map[string]string) map[string]string {
	all := map[string]string{}
	for key := range values {
		protocol := cmp.Or(strings.ToUpper(Trim(values[keyProtocol])), "PLAINTEXT")
		if strings.HasPrefix(key, "ssl.") && !strings.HasSuffix(protocol, "SSL") || strings.HasPrefix(key, "sasl.") && !strings.HasPrefix(protocol, "SASL") {
			all[key] = "security.protocol is " + protocol
		}
	}
	return all
}

// The SASL mechanisms, and the login modules that belong to them.
const (
	mechanismPlain = "PLAIN"
	mechanismOAuth = "OAUTHBEARER"
	useInstead     = "use PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER"
)

var modules = map[string]string{
	mechanismPlain: "PlainLoginModule", mechanismOAuth: "OAuthBearerLoginModule",
	"SCRAM-SHA-256": "ScramLoginModule", "SCRAM-SHA-512": "ScramLoginModule",
}

// parseSASL reads sasl.mechanism and sasl.jaas.config. Its errors have no option of the
// latter: with a quote at the wrong place, a part of the password is an option.
func parseSASL(values map[string]string) (*SASL, error) {
	mechanism := Trim(values[keyMechanism])
	if mechanism == "" {
		return nil, Invalid(keyMechanism, "GSSAPI", "it is the default, and order-sink has no Kerberos client: "+useInstead)
	}
	class, ok := modules[mechanism]
	if !ok {
		return nil, Invalid(keyMechanism, mechanism, "order-sink does not have this mechanism: "+useInstead)
	}
	if Trim(values[keyJAAS]) == "" {
		return nil, &Error{Key: keyJAAS, Text: keyJAAS + " is missing: order-sink reads the account only from it, and not from a JAAS file"}
	}
	found, err := ParseJAAS(values[keyJAAS])
	if err != nil {
		return nil, &Error{Key: keyJAAS, Text: err.Error()}
	}
	if len(found) != 1 {
		return nil, &Error{Key: keyJAAS, Text: fmt.Sprintf("sasl.jaas.config has %d login modules: it must have one", len(found))}
	}
	module := found[0]
	if name := module.Class[strings.LastIndex(module.Class, ".")+1:]; name != class {
		return nil, &Error{Key: keyJAAS, Text: fmt.Sprintf("%s needs the login module %s in sasl.jaas.config", mechanism, class)}
	}
	if mechanism == mechanismOAuth {
		return parseOAuth(module)
	}
	if strings.EqualFold(module.Options["tokenauth"], "true") {
		return nil, &Error{Key: keyJAAS, Text: "order-sink does not log in with a delegation token (tokenauth): use a user and a password"}
	}
	account := &SASL{Mechanism: mechanism, User: module.Options["username"], Password: Secret(module.Options["password"])}
	if account.User == "" || account.Password == "" {
		return nil, &Error{Key: keyJAAS, Text: class + " needs username and password in sasl.jaas.config"}
	}
	return account, nil
}

// parseOAuth takes a token that does not expire, under the name that Strimzi's client gives it.
func parseOAuth(module Module) (*SASL, error) {
	account := &SASL{Mechanism: mechanismOAuth, Token: Secret(module.Options["oauth.access.token"])}
	if account.Token == "" {
		return nil, &Error{Key: keyJAAS, Text: "order-sink does not ask a server for OAUTHBEARER tokens: give a token that does not expire as oauth.access.token=\"...\" in sasl.jaas.config, or use SCRAM-SHA-512"}
	}
	for name, value := range module.Options {
		if name, ok := strings.CutPrefix(name, "extension_"); ok {
			if account.Extensions == nil {
				account.Extensions = map[string]string{}
			}
			account.Extensions[name] = value
		}
	}
	return account, nil
}
