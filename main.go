// Command order-sink keeps one MariaDB table equal to a Kafka topic of orders. It is a
// build of Redpanda Connect with its own plugins and commands. The files of pipelines/
// define the data flow; this file only lists the parts of the binary.
package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"

	_ "github.com/redpanda-data/benthos/v4/public/components/io"
	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	"github.com/redpanda-data/benthos/v4/public/service"
	_ "github.com/redpanda-data/connect/v4/public/components/kafka"
	_ "github.com/redpanda-data/connect/v4/public/components/prometheus"
	_ "github.com/redpanda-data/connect/v4/public/components/sql/base"

	"github.com/order-sink/order-sink/internal/command/connectimport"
	"github.com/order-sink/order-sink/internal/command/connections"
	"github.com/order-sink/order-sink/internal/command/connectworker"
	"github.com/order-sink/order-sink/internal/command/dlq"
	"github.com/order-sink/order-sink/internal/command/healthcheck"
	_ "github.com/order-sink/order-sink/internal/tracing"
	_ "github.com/order-sink/order-sink/plugins"
)

// The linker sets these: see the Makefile.
var (
	version = "unstamped"
	commit  = "unknown"
	date    = "unknown"
)

func main() {
	if os.Getenv("GOGC") == "" {
		// The heap may grow by 200 % over the live data before a collection. The buffer_bytes
		// of the inputs bound the live data, so half as many collections as usual cost little
		// memory.
		debug.SetGCPercent(200)
	}
	service.RunCLI(context.Background(),
		service.CLIOptSetArgs(arguments(os.Args)...),
		service.CLIOptSetBinaryName("order-sink"),
		service.CLIOptSetProductName("order-sink"),
		service.CLIOptAddCommand(connectworker.Distributed(commit)),
		service.CLIOptAddCommand(connectworker.Standalone(commit)),
		service.CLIOptAddCommand(connectimport.Command()),
		service.CLIOptAddCommand(connections.Command()),
		service.CLIOptAddCommand(dlq.Command()),
		service.CLIOptAddCommand(healthcheck.Command()),
		service.CLIOptSetVersion(version+" (commit "+commit+")", date),
	)
}

// arguments makes `order-sink test pipelines` run the tests of that folder. The framework
// expects `pipelines/...`, and finds no test without the dots.
func arguments(args []string) []string {
	if len(args) < 2 || args[1] != "test" {
		return args
	}
	args = slices.Clone(args)
	for i, arg := range args[2:] {
		if info, err := os.Stat(arg); err == nil && info.IsDir() {
			args[i+2] = filepath.Join(arg, "...")
		}
	}
	return args
}
