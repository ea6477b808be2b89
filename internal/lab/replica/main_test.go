package replica

import (
	"testing"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

func TestMain(m *testing.M) {
	sharedtest.Main(m, worker.Close, kafkatest.Close, logged.Close, ordersinktest.Close)
}
