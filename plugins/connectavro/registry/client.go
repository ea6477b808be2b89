// Package registry asks schema registries for schemas, and remembers the answers.
package registry

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/order-sink/order-sink/plugins/connectavro/wire"
)

// requestTimeout is how long one request may take.
const requestTimeout = 5 * time.Second

// maxReferences is how many schemas a schema may reference, directly or through others.
const maxReferences = 1000

// maxAnswer is the greatest size of an answer in bytes. Kafka has a schema in one record.
const maxAnswer = 16 << 20

// The types of schemas that a registry knows by these names.
const (
	Avro       = "AVRO"
	JSONSchema = "JSON"
)

// Source is a schema as the registry has it.
type Source struct {
	Type       string
	Text       string
	References []string // the texts of the schemas that it needs, in the order of their need
}

// Config says how to reach the registry.
type Config struct {
	URLs     []string
	Username string // basic authentication, "" for none
	Password string
	Token    string // bearer authentication, "" for none
	TLS      *tls.Config
}

// Client asks one registry, whose URLs are equal.
type Client struct {
	members   []*sr.Client
	first     atomic.Int64 // the member that has answered last
	transport *http.Transport
	waiters   atomic.Uint64 // numbers the waiters of all registries that share a state
}

// bounded ends an answer that is longer than any schema.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(request)
	if err == nil {
		response.Body = http.MaxBytesReader(nil, response.Body, maxAnswer)
	}
	return response, err
}

// answer is a schema in the answers of a registry. The type in sr fails for the name of a
// type that it does not know, and a record would wait for ever.
type answer struct {
	Schema     string               `json:"schema"`
	Type       string               `json:"schemaType"` // "" for Avro
	References []sr.SchemaReference `json:"references"`
}

// NewClient does not connect. The error has no password: a URL can contain one.
func NewClient(c Config) (*Client, error) {
	client := &Client{transport: http.DefaultTransport.(*http.Transport).Clone()}
	client.transport.TLSClientConfig = c.TLS
	for i, text := range c.URLs {
		u, err := url.Parse(text)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("url %d is not of the form http://host:8081", i+1)
		}
		options := []sr.ClientOpt{sr.HTTPClient(&http.Client{Timeout: requestTimeout, Transport: bounded{client.transport}}), sr.UserAgent("order-sink")}
		switch {
		case c.Token != "":
			options = append(options, sr.BearerToken(c.Token))
		case c.Username != "":
			options = append(options, sr.BasicAuth(c.Username, c.Password))
		case u.User != nil:
			password, _ := u.User.Password()
			options = append(options, sr.BasicAuth(u.User.Username(), password))
		}
		u.User = nil // it would be in errors
		member, err := sr.NewClient(append(options, sr.URLs(u.String()))...)
		if err != nil {
			return nil, fmt.Errorf("url %d: %w", i+1, err)
		}
		client.members = append(client.members, member)
	}
	return client, nil
}

// Close closes the connections that are not in use.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Fetch returns a schema with its references. It asks the registry at each URL until one
// has the schema, and begins with the URL that had the last one. [isUnknown] reports whether the registry does not have it.
func (c *Client) Fetch(ctx context.Context, ref wire.Ref) (source Source, err error) {
	first := c.first.Load()
	for i := range c.members {
		n := (int(first) + i) % len(c.members)
		var failed error
		if source, failed = fetch(ctx, c.members[n], ref); failed == nil {
			c.first.Store(int64(n))
			return source, nil
		}
		// One registry that answers is sure. Another that cannot be reached is not.
		if err == nil || isUnknown(ref, failed) {
			err = failed
		}
		if ctx.Err() != nil {
			break
		}
	}
	return Source{}, err
}

func fetch(ctx context.Context, member *sr.Client, ref wire.Ref) (Source, error) {
	path := "/schemas/ids/" + ref.String()
	if ref.IsGUID {
		path = "/schemas/guids/" + ref.String()
	}
	var s answer
	if err := get(ctx, member, path, &s); err != nil {
		return Source{}, err
	}
	source := Source{Type: cmp.Or(s.Type, Avro), Text: s.Schema}
	err := source.resolve(ctx, member, s.References, map[sr.SchemaReference]bool{})
	return source, err
}

// get reads a schema. Other JSON than that of a registry is no answer: a proxy can send it
// while the registry is down (Invariant 3).
func get(ctx context.Context, member *sr.Client, path string, into *answer) error {
	if err := member.Do(ctx, http.MethodGet, path, nil, into); err != nil {
		return err
	}
	if into.Schema == "" {
		return fmt.Errorf("%s answered without a schema: check the URL", path)
	}
	return nil
}

// resolve adds the texts of references, each once and after those that it needs.
func (s *Source) resolve(ctx context.Context, member *sr.Client, references []sr.SchemaReference, seen map[sr.SchemaReference]bool) error {
	for _, reference := range references {
		reference.Name = "" // the same schema can have several names
		if seen[reference] {
			continue
		}
		seen[reference] = true
		if len(seen) > maxReferences {
			return errTooMany
		}
		var found answer
		path := "/subjects/" + url.PathEscape(reference.Subject) + "/versions/" + strconv.Itoa(reference.Version)
		if err := get(ctx, member, path, &found); err != nil {
			return fmt.Errorf("reading a referenced schema: %w", err)
		}
		if err := s.resolve(ctx, member, found.References, seen); err != nil {
			return err
		}
		s.References = append(s.References, found.Schema)
	}
	return nil
}
