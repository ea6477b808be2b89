package interop

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/pythontest"
)

// python returns the interpreter of an environment with python/requirements.txt.
func python(t *testing.T) string {
	t.Helper()
	return pythontest.Interpreter(t, filepath.Join("python", "requirements.txt"))
}

func run(t *testing.T, program string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	if out, err := exec.CommandContext(ctx, program, args...).CombinedOutput(); err != nil {
		t.Fatalf("running %s %s: %v\n%s", program, strings.Join(args, " "), err, out)
	}
}

// sendAvro sends a scenario of python/producer.py to a topic.
func sendAvro(t *testing.T, b kafka.Broker, registry, topic, scenario string) {
	t.Helper()
	run(t, python(t), filepath.Join("python", "producer.py"), strings.Join(b.Seeds(), ","), registry, topic, scenario)
}
