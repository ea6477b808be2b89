package replica

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

var (
	// full is a run of every scenario, with many changes.
	full = os.Getenv("REPLICA") == "full"
	seed = chooseSeed()
)

func chooseSeed() uint64 {
	if seed, err := strconv.ParseUint(os.Getenv("REPLICA_SEED"), 10, 64); err == nil {
		return seed
	}
	return rand.Uint64N(1_000_000)
}

func TestMain(m *testing.M) {
	fmt.Printf("REPLICA_SEED=%d\n", seed)
	sharedtest.Main(m, worker.Close, kafkatest.Close, logged.Close, ordersinktest.Close)
}

// times is a number of changes: the first for the short form.
func times(short, long int) int {
	if full {
		return long
	}
	return short
}
