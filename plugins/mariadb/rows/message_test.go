package rows

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

func fromTopic(topic any) *service.Message {
	m := service.NewMessage([]byte(`{}`))
	if routed, ok := topic.(*record.Routed); ok {
		m.MetaSetImmut(record.Topic, routed)
	} else {
		m.MetaSetMut(record.Topic, topic)
	}
	m.MetaSetMut(record.Partition, 0)
	m.MetaSetMut(record.Offset, 5)
	return m
}

// Two batches of two topics that a transform sends to one are two batches, and their rows
// have other keys.
func TestARecordIsIdentifiedByTheTopicItWasReadFrom(t *testing.T) {
	a, b := fromTopic(&record.Routed{To: "orders", From: "eu.orders"}), fromTopic(&record.Routed{To: "orders", From: "us.orders"})
	require.Equal(t, Identity([]*service.Message{fromTopic("eu.orders")}), Identity([]*service.Message{a}))
	require.NotEqual(t, Identity([]*service.Message{a}), Identity([]*service.Message{b}))
	target := &table.Target{Metadata: []string{record.Topic, record.Offset}}
	messages := Messages(target, "", []*service.Message{a, b})
	require.Equal(t, []any{"eu.orders", 5}, messages[0].Metadata)
	require.Equal(t, []any{"us.orders", 5}, messages[1].Metadata)
}
