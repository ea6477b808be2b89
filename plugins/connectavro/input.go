package connectavro

import (
	"context"
	_ "embed"

	"github.com/redpanda-data/benthos/v4/public/service"
)

// StatusName is the name of the input in YAML.
const StatusName = "connect_avro_status"

func init() {
	service.MustRegisterBatchInput(StatusName, statusSpec(),
		func(_ *service.ParsedConfig, resources *service.Resources) (service.BatchInput, error) {
			w := waitsOf(resources)
			w.show(true)
			return &status{w}, nil
		})
}

//go:embed status.md
var statusDescription string

func statusSpec() *service.ConfigSpec {
	return service.NewConfigSpec().
		Stable().
		Categories("Utility").
		Summary("Shows in `/ready` that records wait in `connect_avro_decode` for the schema registry. It reads nothing.").
		Description(statusDescription).
		Example("A topic of Avro", "`/ready` answers 503 while records wait for Kafka or for the schema registry.", `
input:
  broker:
    inputs:
      - kafka_read:
          seed_brokers: [ 127.0.0.1:9092 ]
          topics: [ orders ]
          consumer_group: orders
      - connect_avro_status: {}

pipeline:
  processors:
    - connect_avro_decode:
        urls: [ http://127.0.0.1:8081 ]
`)
}

// waitsKey is where the decoders and the input of a stream find their common waits.
type waitsKey struct{ stream string }

func waitsOf(resources *service.Resources) *waits {
	w, _ := resources.GetOrSetGeneric(waitsKey{resources.StreamID()}, newWaits())
	return w.(*waits)
}

// status is the input. The input of the records cannot show the waits itself: the framework
// reads nothing from an input that is not connected.
type status struct{ *waits }

// Connect implements service.BatchInput. It returns an error once a wait, and then returns
// when no decoder waits.
func (s *status) Connect(ctx context.Context) error {
	for {
		states, changed := s.snapshot()
		for _, state := range states {
			if state.Announce() != nil {
				return service.NewErrBackOff(s.waits, 0)
			}
		}
		if waiting(states) == nil {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// ReadBatch implements service.BatchInput. It returns when a decoder begins to wait.
func (s *status) ReadBatch(ctx context.Context) (service.MessageBatch, service.AckFunc, error) {
	for {
		states, changed := s.snapshot()
		if waiting(states) != nil {
			return nil, nil, service.ErrNotConnected
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

// Close implements service.BatchInput.
func (s *status) Close(context.Context) error {
	s.show(false)
	return nil
}
