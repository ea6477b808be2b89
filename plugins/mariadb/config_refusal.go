package mariadb

import (
	"slices"

	"github.com/redpanda-data/benthos/v4/public/service"
)

const stopOrDeadLetter = fieldOnRefusal + " is " + onRefusalStop + ", so that no record becomes a dead letter: remove " + fieldDeadLetter + ", or set " + fieldOnRefusal + ": " + onRefusalContinue

func onRefusalField() *service.ConfigField {
	return service.NewStringAnnotatedEnumField(fieldOnRefusal, map[string]string{
		onRefusalContinue: "Stores the other messages of the batch. The refused message fails, or goes to `dead_letter`.",
		onRefusalStop:     "Stores the messages in front of the refused message, and writes nothing more until the pipeline starts again, as with `errors.tolerance=none` of Kafka Connect. There must be no `dead_letter`.",
	}).
		Description("What the output does when it refuses a message, or when a processor before it has refused the message. See [the stop at a refused record](#the-stop-at-a-refused-record).").
		Default(onRefusalContinue)
}

// stopper returns what stops the output at a refused record, nil for nothing.
func (c *config) stopper(resources *service.Resources) *stopper {
	if c.onRefusal != onRefusalStop {
		return nil
	}
	// An output inside another one, as a broker, does not know whether the records have
	// reached the others. MaxScale makes two records of an update.
	isOnly := slices.Equal(resources.Path(), []string{"output"}) && c.events != changeEventsMaxScale
	return &stopper{find: resources.GetGeneric, isOnly: isOnly}
}
