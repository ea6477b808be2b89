// Package kafka runs Kafka for the tests, the quick start and the benchmark. The broker in
// memory starts in milliseconds, and a test can replace its answers. The real Java broker
// can be killed and started again with its data.
package kafka

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Broker is a running Kafka of a single node.
type Broker interface {
	// Seeds returns the addresses that a client connects to first, "127.0.0.1:port".
	Seeds() []string
	// CreateTopic creates a topic. configs, which may be nil, are the settings of the
	// topic, such as "max.message.bytes". A topic that exists is an error.
	CreateTopic(ctx context.Context, topic string, partitions int32, configs map[string]string) error
	// Close stops the broker and deletes its records.
	Close() error
}

func createTopic(ctx context.Context, seeds []string, topic string, partitions int32, configs map[string]string) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(seeds...))
	if err != nil {
		return fmt.Errorf("creating topic %s: %w", topic, err)
	}
	defer client.Close()
	values := make(map[string]*string, len(configs))
	for name, value := range configs {
		values[name] = kadm.StringPtr(value)
	}
	admin := kadm.NewClient(client)
	if _, err := admin.CreateTopic(ctx, partitions, 1, values, topic); err != nil {
		return fmt.Errorf("creating topic %s: %w", topic, err)
	}
	// The broker answers before it leads all partitions.
	for {
		ends, err := admin.ListEndOffsets(ctx, topic)
		if err == nil {
			err = ends.Error()
		}
		if err == nil && len(ends[topic]) == int(partitions) {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("creating topic %s: %w: %w", topic, ctx.Err(), err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}
