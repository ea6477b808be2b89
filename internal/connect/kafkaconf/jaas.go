package kafkaconf

// Module is a login module of a JAAS configuration.
type Module struct {
	Class   string
	Options map[string]string
}

// ParseJAAS reads the value of sasl.jaas.config: CLASS FLAG NAME="VALUE" ...;
func ParseJAAS(text string) ([]Module, error) { return nil, nil }

// ParseJAASFile reads a JAAS file: SECTION { CLASS FLAG NAME="VALUE" ...; };
func ParseJAASFile(text string) (map[string][]Module, error) { return nil, nil }
