package stack

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/twmb/franz-go/pkg/sr"

	"github.com/order-sink/order-sink/internal/lab/bench/workload"
	"github.com/order-sink/order-sink/internal/servers/registry"
)

// register registers the schema of Avro orders for a topic, and returns what precedes each
// record. It starts the registry, which then runs until Stop.
func (s *Stack) register(ctx context.Context, topic string) (header []byte, err error) {
	if s.Schemas == nil {
		r, err := registry.New(ctx, filepath.Join(s.Dir, "registry"))
		if err != nil {
			return nil, err
		}
		if err := r.Start(ctx); err != nil {
			return nil, err
		}
		s.Schemas = r
		s.AtEnd(r.Close)
	}
	client, err := sr.NewClient(sr.URLs(s.Schemas.URL()))
	if err != nil {
		return nil, fmt.Errorf("registering a schema: %w", err)
	}
	id, err := client.RegisterSchema(ctx, topic+"-value", sr.Schema{Schema: workload.AvroSchema}, -1, -1)
	if err != nil {
		return nil, fmt.Errorf("registering a schema: %w", err)
	}
	return workload.WireHeader(id), nil
}
