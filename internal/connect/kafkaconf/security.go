package kafkaconf

import (
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
	keystore      = "ssl.keystore."
	truststore    = "ssl.truststore."
)

var securityKeys = []string{
	keyProtocol, keyMechanism, keyJAAS, keyHostname, keyEngine, keyPassword, keyCertChain, keyCertKey, keyTrustCerts,
	keystore + "location", keystore + "password", keystore + "type", truststore + "location", truststore + "password", truststore + "type",
}

// secure reads the properties of TLS and SASL, which only have a meaning together.
func (s *Settings) secure(values map[string]string) (errs []error) {
	protocol := strings.ToUpper(Trim(values[keyProtocol]))
	if protocol == "" {
		protocol = "PLAINTEXT"
	}
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
	s.noteUnused("ssl.", s.TLS == nil, "security.protocol is "+protocol+", which has no TLS")
	s.noteUnused("sasl.", s.SASL == nil, "security.protocol is "+protocol+", which has no SASL")
	return errs
}

func (s *Settings) noteUnused(prefix string, unused bool, reason string) {
	for i, note := range s.Notes {
		if unused && note.Verdict == Honoured && strings.HasPrefix(note.Key, prefix) {
			s.Notes[i].Verdict, s.Notes[i].Reason = Ignored, reason
		}
	}
}

func parseSASL(values map[string]string) (*SASL, error) { return nil, nil }

// ParseTLS reads the properties ssl.*.
func ParseTLS(values map[string]string) (*TLS, error) { return nil, nil }
