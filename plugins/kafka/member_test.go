package kafka

import (
	"slices"
	"strings"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/broker"
)

// made is an input that no framework runs.
func made(t *testing.T, config string) *input {
	t.Helper()
	parsed, err := InputSpec().ParseYAML(strings.TrimPrefix(config, "kafka_read:"), nil)
	if err != nil {
		t.Fatal(err)
	}
	i, err := newInput(parsed, service.MockResources())
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// Whoever asks whether all fits takes no partitions from those who read.
func TestAskingJoinsNoGroup(t *testing.T) {
	b := broker.InMemory(t)
	topic := broker.Topic(t, b, 1)
	i := made(t, open(b, topic, ""))
	for range 5 {
		for _, result := range i.ConnectionTest(t.Context()) {
			if result.Err != nil {
				t.Fatal(result.Err)
			}
		}
	}
	groups, err := kadm.NewClient(connect(t, b)).ListGroups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if names := groups.Groups(); slices.Contains(names, "readers-of-"+topic) {
		t.Errorf("asking has made the group: %v", names)
	}
}

// The headers of a record are held too.
func TestHeadersCount(t *testing.T) {
	r := &kgo.Record{Value: make([]byte, 10), Headers: []kgo.RecordHeader{{Key: "trace", Value: make([]byte, 1000)}}}
	if n := size(r); n < 1015 {
		t.Errorf("a record with a header of 1,000 bytes counts for %d", n)
	}
}
