// order-sink keeps one MariaDB table equal to a Kafka topic of orders. It is a
// build of Redpanda Connect with three plugins of its own; what flows is
// written in pipelines/, and this file only names the binary and its rooms.
package main

import (
	"context"

	_ "github.com/redpanda-data/benthos/v4/public/components/io"
	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	"github.com/redpanda-data/benthos/v4/public/service"
	_ "github.com/redpanda-data/connect/v4/public/components/kafka"
	_ "github.com/redpanda-data/connect/v4/public/components/prometheus"
	_ "github.com/redpanda-data/connect/v4/public/components/sql/base"

	_ "github.com/order-sink/order-sink/plugins"
)

// Stamped by the linker: see the Makefile.
var (
	version = "unstamped"
	commit  = "unknown"
	date    = "unknown"
)

func main() {
	service.RunCLI(context.Background(),
		service.CLIOptSetBinaryName("order-sink"),
		service.CLIOptSetProductName("order-sink"),
		service.CLIOptSetVersion(version+" (commit "+commit+")", date),
		service.CLIOptSetDefaultConfigPaths("pipelines/orders.yaml"),
	)
}
