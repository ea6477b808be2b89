package kafkaconf

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"regexp"
	"strings"

	"software.sslmate.com/src/go-pkcs12"
)

// ParseTLS reads the properties ssl.*. A keystore or truststore is PEM, as text or as a
// file, or a PKCS12 file. The type is that of the file, because Java reads a PKCS12 file of
// the type JKS, too.
func ParseTLS(values map[string]string) (*TLS, error) {
	if class := Trim(values[keyEngine]); class != "" {
		return nil, Invalid(keyEngine, class, "order-sink runs no Java classes: remove this key, and give the certificates as PEM")
	}
	t := &TLS{KeyPassword: Secret(values[keyPassword])}
	if algorithm, ok := values[keyHostname]; ok {
		t.SkipHostname = Trim(algorithm) == ""
	}
	if err := t.trust(values); err != nil {
		return nil, err
	}
	if err := t.identify(values); err != nil {
		return nil, err
	}
	if t.isEmptyKey() {
		t.KeyPassword = ""
	}
	return t, nil
}

func (t *TLS) isEmptyKey() bool { return t.Key == "" && t.CertificateFile == "" }

// trust reads ssl.truststore.*.
func (t *TLS) trust(values map[string]string) error {
	location := Trim(values[truststore+"location"])
	if text := Trim(values[keyTrustCerts]); text != "" {
		if location != "" {
			return &Error{Key: keyTrustCerts, Text: "Both SSL trust store location and separate trust certificates are specified."}
		}
		t.CAs = normalPEM(text)
		return checkCertificates(keyTrustCerts, keyTrustCerts, []byte(t.CAs))
	}
	if location == "" {
		return nil
	}
	kind, content, err := readStore(truststore, location)
	if err != nil {
		return err
	}
	if kind == storePEM {
		t.CAFile = location
		return checkCertificates(truststore+"location", location, []byte(normalPEM(string(content))))
	}
	password := values[truststore+"password"]
	all, err := pkcs12.DecodeTrustStore(content, password)
	if err != nil { // Java also trusts the certificate of a key
		_, certificate, _, failed := pkcs12.DecodeChain(content, password)
		if failed != nil {
			return storeError(truststore, location, err)
		}
		all = []*x509.Certificate{certificate}
	}
	for _, certificate := range all {
		t.CAs += encode("CERTIFICATE", certificate.Raw)
	}
	return nil
}

// identify reads ssl.keystore.*.
func (t *TLS) identify(values map[string]string) error {
	location := Trim(values[keystore+"location"])
	key, chain := Trim(values[keyCertKey]), Trim(values[keyCertChain])
	if key != "" || chain != "" {
		switch {
		case location != "":
			return &Error{Key: keyCertKey, Text: "Both SSL key store location and separate private key are specified."}
		case key == "":
			return &Error{Key: keyCertKey, Text: "SSL certificate chain is specified, but private key is not specified"}
		case chain == "":
			return &Error{Key: keyCertChain, Text: "SSL private key is specified, but certificate chain is not specified."}
		}
		t.Certificate, t.Key = normalPEM(chain), Secret(normalPEM(key))
		_, err := t.pair(keyCertKey)
		return err
	}
	if location == "" {
		return nil
	}
	kind, content, err := readStore(keystore, location)
	if err != nil {
		return err
	}
	if kind == storePEM {
		t.CertificateFile = location
		_, err := t.pair(keystore + "location")
		return err
	}
	private, first, others, err := pkcs12.DecodeChain(content, values[keystore+"password"])
	if err != nil {
		return storeError(keystore, location, err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return storeError(keystore, location, err)
	}
	t.Key, t.KeyPassword = Secret(encode("PRIVATE KEY", der)), ""
	for _, certificate := range append([]*x509.Certificate{first}, others...) {
		t.Certificate += encode("CERTIFICATE", certificate.Raw)
	}
	return nil
}

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// The formats of stores.
const (
	storePEM    = "PEM"
	storePKCS12 = "PKCS12"
)

// readStore reads a store and finds its format. It refuses those of Java.
func readStore(prefix, location string) (format string, content []byte, err error) {
	if content, err = os.ReadFile(location); err != nil {
		return "", nil, &Error{Key: prefix + "location", Text: fmt.Sprintf("reading %slocation: %v", prefix, err)}
	}
	switch {
	case bytes.Contains(content, []byte("-----BEGIN ")):
		return storePEM, content, nil
	case bytes.HasPrefix(content, []byte{0xfe, 0xed, 0xfe, 0xed}), bytes.HasPrefix(content, []byte{0xce, 0xce, 0xce, 0xce}):
		return "", nil, &Error{Key: prefix + "location", Text: fmt.Sprintf("%slocation: %s is a Java keystore (JKS), which order-sink does not read: "+
			"convert it with `keytool -importkeystore -srckeystore %s -destkeystore %s.p12 -deststoretype PKCS12` and name the new file, "+
			"or turn that into PEM with `openssl pkcs12 -in %s.p12 -nodes`", prefix, location, location, location, location)}
	}
	return storePKCS12, content, nil
}

// storeError says that a PKCS12 file was not read. The library's errors have no password.
func storeError(prefix, location string, err error) error {
	return &Error{Key: prefix + "location", Text: fmt.Sprintf("reading the PKCS12 file %s of %slocation with %spassword: %v", location, prefix, prefix, err)}
}

// checkCertificates makes sure that a PEM text has certificates that Go can read.
func checkCertificates(key, source string, text []byte) error {
	found := false
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return &Error{Key: key, Text: fmt.Sprintf("reading the certificates of %s: %v", source, err)}
		}
		found = true
	}
	if !found {
		return &Error{Key: key, Text: "No matching CERTIFICATE entries in PEM file: " + source + " needs -----BEGIN CERTIFICATE-----"}
	}
	return nil
}

var pemBlock = regexp.MustCompile(`-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END [A-Z0-9 ]+-----`)

// normalPEM puts line ends into a PEM text. Kafka accepts one that has spaces in their place,
// as a properties file often has.
func normalPEM(text string) string {
	return pemBlock.ReplaceAllStringFunc(text, func(block string) string {
		parts := pemBlock.FindStringSubmatch(block)
		body := strings.Join(strings.Fields(parts[2]), "")
		var out strings.Builder
		fmt.Fprintf(&out, "-----BEGIN %s-----\n", parts[1])
		for ; body != ""; body = body[min(64, len(body)):] {
			out.WriteString(body[:min(64, len(body))] + "\n")
		}
		fmt.Fprintf(&out, "-----END %s-----\n", parts[1])
		return out.String()
	})
}
