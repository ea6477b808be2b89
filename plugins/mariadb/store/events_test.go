package store

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/change"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// The name of a topic says what Debezium writes into it, whatever topic a transform has
// given the record.
func TestAnEventHasTheTopicItWasReadFrom(t *testing.T) {
	m := service.NewMessage(nil)
	m.MetaSetImmut(record.Topic, &record.Routed{To: "orders", From: "__debezium-heartbeat.lab"})
	seen := ""
	s := &Store{target: &table.Target{}, events: &events{format: func(r *change.Record) (change.Event, *record.Refusal) {
		seen = r.Topic
		return change.Event{}, nil
	}}}
	applyEvents(s, []*service.Message{m}, []rows.Message{{Content: map[string]any{}}})
	require.Equal(t, "__debezium-heartbeat.lab", seen)
}
