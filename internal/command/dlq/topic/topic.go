// Package topic finds the dead letter topic in a resources file, and reads it.
package topic

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/kafka/client"
)

// connectTimeout is how long the brokers may take to answer the first request.
const connectTimeout = 15 * time.Second

// Address names the topic that a command reads.
type Address struct {
	Resources string // path of a resources file
	Optional  bool   // the file may be missing if Brokers and Topic are set
	Label     string // of the output in the file
	Brokers   string // instead of those of the output, with commas between them
	Topic     string // instead of that of the output
}

// complete reports whether the address needs no resources file.
func (a Address) complete() bool { return a.Optional && a.Brokers != "" && a.Topic != "" }

// Topic is a dead letter topic with the connection to its brokers.
type Topic struct {
	Name    string
	brokers []string
	options []kgo.Opt
}

// Open reads the resources file as the framework does, with the environment variables.
// It does not connect.
func Open(a Address) (*Topic, error) {
	var found output
	text, err := os.ReadFile(a.Resources)
	switch {
	case err == nil:
		if found, err = find(string(text), a); err != nil {
			return nil, fmt.Errorf("reading %s: %w", a.Resources, err)
		}
	case errors.Is(err, fs.ErrNotExist) && a.complete():
	default:
		return nil, fmt.Errorf("reading the resources: %w", err)
	}
	if a.Brokers != "" {
		found.Brokers = []string{a.Brokers}
	}
	if a.Topic != "" {
		found.topic = a.Topic
	}
	t := &Topic{Name: found.topic, brokers: client.Split(found.Brokers)}
	switch {
	case len(t.brokers) == 0:
		return nil, fmt.Errorf("output %s names no brokers: use --brokers", a.Label)
	case t.Name == "" || strings.Contains(t.Name, "${!"):
		return nil, fmt.Errorf("output %s names no fixed topic: use --topic", a.Label)
	}
	if t.options, err = found.Options(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", a.Resources, err)
	}
	t.options = append(t.options, kgo.RequestRetries(4))
	return t, nil
}

// Client returns a client of the topic's cluster with more options.
func (t *Topic) Client(options ...kgo.Opt) (*kgo.Client, error) {
	c, err := kgo.NewClient(append(append([]kgo.Opt{}, t.options...), options...)...)
	if err != nil {
		return nil, t.connecting(err)
	}
	return c, nil
}

// ping returns an error unless a broker answers and accepts the account.
func (t *Topic) ping(ctx context.Context, c *kgo.Client) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := c.Ping(ctx); err != nil {
		return t.connecting(err)
	}
	return nil
}

func (t *Topic) connecting(err error) error {
	return fmt.Errorf("connecting to %s: %w", strings.Join(t.brokers, ", "), err)
}
