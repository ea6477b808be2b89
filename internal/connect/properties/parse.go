// Package properties reads what a Kafka Connect worker is configured with: Java properties
// files, CONNECT_* variables, config providers, and the worker's own keys.
package properties

// ReadFile reads a Java properties file.
func ReadFile(path string) (map[string]string, error) { return nil, nil }

// Parse reads the text of a Java properties file as java.util.Properties does. The bytes are
// UTF-8, or else ISO-8859-1. The name is for errors: "reading NAME: line 3: ...".
func Parse(name string, text []byte) (map[string]string, error) { return nil, nil }
