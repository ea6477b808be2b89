package properties

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
)

const (
	basicAuthPackage = "org.apache.kafka.connect.rest.basic.auth.extension."
	basicAuthClass   = basicAuthPackage + "BasicAuthSecurityRestExtension"
	basicAuthModule  = basicAuthPackage + "PropertyFileLoginModule"
	basicAuthSection = "KafkaConnect"
)

// BasicAuth is the account file of Kafka's BasicAuthSecurityRestExtension: a properties file
// of users and passwords.
type BasicAuth struct{ File string }

// Accounts reads the file. The result has a password for each user. A file without a user is
// an error, although Kafka's extension then admits everybody.
func (b BasicAuth) Accounts() (map[string]string, error) {
	accounts, err := ReadFile(b.File)
	if err != nil {
		return nil, fmt.Errorf("reading the accounts of the REST API: %w", err)
	}
	if len(accounts) == 0 {
		return nil, fmt.Errorf("reading the accounts of the REST API: %s has no user: add USER=PASSWORD", b.File)
	}
	return accounts, nil
}

// jaasOption is how a JVM learns of its JAAS file.
var jaasOption = regexp.MustCompile(`-Djava\.security\.auth\.login\.config==?(?:"([^"]+)"|'([^']+)'|(\S+))`)

// readBasicAuth finds the account file by the JAAS file that the variables KAFKA_OPTS or
// JAVA_TOOL_OPTIONS name, as a JVM does.
func readBasicAuth(environ []string) (*BasicAuth, error) {
	refuse := func(format string, args ...any) (*BasicAuth, error) {
		return nil, kafkaconf.Invalid(keyExtensions, basicAuthClass, fmt.Sprintf(format, args...))
	}
	path := ""
	for _, variable := range environ {
		if name, value, _ := strings.Cut(variable, "="); name == "KAFKA_OPTS" || name == "JAVA_TOOL_OPTIONS" {
			if parts := jaasOption.FindStringSubmatch(value); parts != nil {
				path = strings.TrimPrefix(parts[1]+parts[2]+parts[3], "file:")
			}
		}
	}
	if path == "" {
		return refuse("it needs a JAAS file: set the variable KAFKA_OPTS to -Djava.security.auth.login.config=FILE")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return refuse("reading the JAAS file of KAFKA_OPTS: %v", err)
	}
	sections, err := kafkaconf.ParseJAASFile(string(text))
	if err != nil {
		return refuse("reading the JAAS file %s: %v", path, err)
	}
	for _, module := range sections[basicAuthSection] {
		if module.Class != basicAuthModule {
			return refuse("the JAAS file %s has the login module %s: order-sink only has %s", path, module.Class, basicAuthModule)
		}
		if file := module.Options["file"]; file != "" {
			auth := &BasicAuth{File: file}
			if _, err := auth.Accounts(); err != nil {
				return refuse("%v", err)
			}
			return auth, nil
		}
	}
	return refuse(`the JAAS file %s needs: %s { %s required file="FILE"; };`, path, basicAuthSection, basicAuthModule)
}
