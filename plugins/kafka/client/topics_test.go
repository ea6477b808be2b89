package client_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/plugins/kafka/client"
)

// A closed client answers at once. Check must return its answer, and not wait for another.
func TestCheckReturnsTheAnswerOfTheClient(t *testing.T) {
	b := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, b, 1)
	c, err := kgo.NewClient(kgo.SeedBrokers(b.Seeds()...))
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Check(t.Context(), c, []string{topic}); err != nil {
		t.Errorf("the topic cannot be read: %v", err)
	}
	err = client.Check(t.Context(), c, []string{topic, "missing"})
	if !errors.Is(err, kerr.UnknownTopicOrPartition) || !strings.HasPrefix(err.Error(), "topic missing does not exist") {
		t.Errorf("of a missing topic: %v", err)
	}
	c.Close()
	for range 100 {
		if err := client.Check(t.Context(), c, nil); err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("of a closed client: %v", err)
		}
	}
}
