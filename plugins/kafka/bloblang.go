package kafka

import (
	"github.com/redpanda-data/benthos/v4/public/bloblang"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

func init() {
	bloblang.MustRegisterMethodV2("producer_headers", bloblang.NewPluginSpec().
		Category("Object").
		Description("Of the metadata of a message, `@`, the headers that the producer of its Kafka record set: without the metadata that an input, a processor or the `fallback` output adds, and without the headers that a dead letter has besides. A header without a value is empty text.").
		Example("", `meta = @.producer_headers()`),
		func(*bloblang.ParsedParams) (bloblang.Method, error) {
			return bloblang.ObjectMethod(func(metadata map[string]any) (any, error) {
				return record.ProducerHeaders(metadata), nil
			}), nil
		})
}
