package jdbc

import "strings"

// preferred is the parameter of Go's driver for TLS if the server has it. It is the default of
// Connector/J.
const preferred = "tls=preferred"

// applyTLS reads the options of both drivers.
func (o *options) applyTLS(s *Server) (problems []string) {
	mode, hasMode := o.take("sslMode")
	switch strings.ToLower(strings.ReplaceAll(mode, "_", "-")) {
	case "":
		hasMode = false
	case "disable", "disabled", "false", "0":
	case "trust", "required", "true", "1":
		s.TLS = TLS{Enabled: true, SkipVerify: true}
	case "preferred":
		s.Parameters = append(s.Parameters, preferred)
	case "verify-ca":
		s.TLS = TLS{Enabled: true}
		s.Notes = append(s.Notes, Note{"sslMode", mode, "order-sink also verifies the name of the host in the certificate"})
	case "verify-identity", "verify-full":
		s.TLS = TLS{Enabled: true}
	default:
		problems = append(problems, "the option sslMode has an unknown value: expected disable, trust, verify-ca or verify-full")
	}
	if !hasMode {
		o.applyOldTLS(s)
	}
	if certificate, found := o.take("serverSslCert"); found && certificate != "" {
		switch {
		case strings.HasPrefix(certificate, "classpath:"):
			problems = append(problems, "the option serverSslCert names a file of the class path: write the path of a PEM file")
		case strings.HasPrefix(certificate, "-----BEGIN"):
			s.TLS.RootCAs = certificate
		default:
			s.TLS.RootFile = strings.TrimPrefix(certificate, "file://")
		}
	}
	return problems
}

// applyOldTLS reads the options of Connector/J 5 and of MariaDB's driver 2, which newer drivers
// still read. useSSL=true and no more encrypts, and does not look at the certificate.
func (o *options) applyOldTLS(s *Server) {
	switch {
	case !o.is("useSSL", "true", "1") && !o.is("requireSSL", "true", "1"):
		if _, given := o.take("useSSL"); o.isMySQL && !given {
			s.Parameters = append(s.Parameters, preferred)
		}
	case o.is("verifyServerCertificate", "true", "1") || o.is("trustServerCertificate", "false", "0"):
		s.TLS = TLS{Enabled: true}
		s.Notes = append(s.Notes, Note{"verifyServerCertificate", "true", "order-sink also verifies the name of the host in the certificate"})
	default:
		_, hasCertificate := o.take("serverSslCert")
		s.TLS = TLS{Enabled: true, SkipVerify: !hasCertificate}
	}
}
