package takeover

import (
	"crypto/rand"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/lab/connect/connecttest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// A worker of another cluster runs a connector of the same name. Both would share the
// partitions.
func TestForeignMembersOfTheConsumerGroupStopAConnector(t *testing.T) {
	c := connecttest.New(t, kafkatest.Shared(t), mariadbtest.Shared(t))
	name, topic := "shared-"+strings.ToLower(rand.Text()), kafkatest.Topic(t, c.Broker, 2)
	c.Table("orders")
	theirs := startJVM(t, c, c.Group+"-other")
	theirs.Create(name, c.Sink(topic, "orders", 1), "")
	theirs.AwaitState(name, connect.Running, connecttest.Running(1))
	c.Produce(topic, 0, 10)
	c.AwaitRows("orders", 10)

	ours := c.Start().Healthy()
	ours.Create(name, c.Sink(topic, "orders", 2), "")
	failed := ours.AwaitState(name, connect.Failed, []connect.State{connect.Failed, connect.Failed}, ours.ID)
	for _, trace := range []string{failed.Connector.Trace, failed.Tasks[1].Trace} {
		require.Contains(t, trace, "connector-consumer-"+name+"-0 (127.0.0.1)")
	}
	c.Produce(topic, 10, 20)
	c.AwaitRows("orders", 20)

	theirs.Do(http.MethodPut, "/connectors/"+name+"/stop", nil)
	ours.AwaitState(name, connect.Running, connecttest.Running(2), ours.ID)
	c.Produce(topic, 20, 30)
	c.AwaitRows("orders", 30)
	require.Equal(t, 30, c.Writes("orders"))
}
