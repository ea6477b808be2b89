package kafka

import (
	"context"
	"fmt"

	"github.com/twmb/franz-go/pkg/kfake"
)

// Memory is a Kafka inside this process: nothing to install, nothing kept.
type Memory struct {
	// Cluster is the broker itself, for a test that bends its answers
	// (ControlKey).
	Cluster *kfake.Cluster
}

// NewMemory starts a broker on 127.0.0.1; port 0 picks a free one.
func NewMemory(port int) (*Memory, error) {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.Ports(port))
	if err != nil {
		return nil, fmt.Errorf("starting Kafka in memory: %w", err)
	}
	return &Memory{Cluster: cluster}, nil
}

// Seeds is the broker's one address.
func (m *Memory) Seeds() []string { return m.Cluster.ListenAddrs() }

// CreateTopic makes a topic.
func (m *Memory) CreateTopic(ctx context.Context, topic string, partitions int32, configs map[string]string) error {
	return createTopic(ctx, m.Seeds(), topic, partitions, configs)
}

// Close ends the broker.
func (m *Memory) Close() error {
	m.Cluster.Close()
	return nil
}
