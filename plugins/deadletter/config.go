package deadletter

import (
	_ "embed"

	"github.com/redpanda-data/benthos/v4/public/service"
)

const fieldOutput = "output"

//go:embed description.md
var description string

func spec() *service.ConfigSpec {
	return service.NewConfigSpec().
		Stable().
		Categories("Utility").
		Summary("Makes dead letters, retries them on a child output until it accepts them, and reports not-ready meanwhile.").
		Description(description).
		Field(service.NewOutputField(fieldOutput).Description("The child output.")).
		Example("A topic", "Each dead letter has the Kafka key of its record.", `
output:
  dead_letter_send:
    output:
      redpanda:
        seed_brokers: [ 127.0.0.1:9092 ]
        topic: orders.dead-letter
        key: ${! @." ".key }
        metadata:
          # All names except the name that is one space.
          include_patterns: [ '(?s)^([^ ].*|..+)?$' ]
        acks: all
`)
}
