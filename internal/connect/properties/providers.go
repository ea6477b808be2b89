package properties

// Providers are the config providers of a worker, by their names.
type Providers struct{}

// NewProviders reads config.providers and config.providers.NAME.class and .param.*. A class
// that order-sink does not have is refused by name.
func NewProviders(worker map[string]string, environ []string) (*Providers, error) { return nil, nil }

// Placeholder is a text ${PROVIDER:PATH:KEY} or ${PROVIDER:KEY} in a value.
type Placeholder struct {
	Start, End          int // the bytes of the value
	Provider, Path, Key string
}

// Placeholders returns the placeholders of a value that name one of the providers, in their
// order. Any other ${...} is plain text.
func (p *Providers) Placeholders(value string) []Placeholder { return nil }

// Resolve returns the configuration with the values of its placeholders. A placeholder whose
// provider or key does not exist stays as it is, as in Kafka. A file that cannot be read is an
// error.
func (p *Providers) Resolve(config map[string]string) (map[string]string, error) { return nil, nil }

// ResolveValue is [Providers.Resolve] for one value.
func (p *Providers) ResolveValue(value string) (string, error) { return "", nil }
