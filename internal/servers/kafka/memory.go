package kafka

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kfake"
)

// Memory is a Kafka in the memory of this process.
type Memory struct {
	// Cluster is the broker itself, for a test that replaces its answers (ControlKey).
	Cluster *kfake.Cluster
}

// NewMemory starts a broker on a port of 127.0.0.1. Port 0 chooses a free port.
func NewMemory(port int) (*Memory, error) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(port))
	if err != nil {
		return nil, fmt.Errorf("starting Kafka in memory: %w", err)
	}
	return &Memory{Cluster: cluster}, nil
}

// Seeds returns the one address of the broker.
func (m *Memory) Seeds() []string { return m.Cluster.ListenAddrs() }

// CreateTopic creates a topic.
func (m *Memory) CreateTopic(ctx context.Context, topic string, partitions int32, configs map[string]string) error {
	return createTopic(ctx, m.Seeds(), topic, partitions, configs)
}

// Close stops the broker.
func (m *Memory) Close() error {
	m.Cluster.Close()
	return nil
}
