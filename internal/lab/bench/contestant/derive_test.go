package contestant

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/lab/bench/workload"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// Of the copies of the pipelines nothing but the columns differs.
func TestWidePipelines(t *testing.T) {
	root := ordersinktest.Root(t)
	for _, path := range []string{"pipelines/orders.yaml", "pipelines/bench/stock.yaml", "pipelines/bench/stock_tuned.yaml"} {
		text, err := os.ReadFile(filepath.Join(root, path))
		if err != nil {
			t.Fatal(err)
		}
		wide, err := widen(string(text))
		if err != nil {
			t.Fatal(err)
		}
		changed := widened(t, string(text), wide)
		if expected := map[bool]int{true: 1, false: 3}[path == "pipelines/orders.yaml"]; changed != expected {
			t.Errorf("%s: %d lines differ, expected %d", path, changed, expected)
		}
	}
	if _, err := widen("output: {}"); err == nil {
		t.Error("a pipeline without columns was made wide")
	}
}

// widened counts the lines that differ, and asserts that each has the new columns.
func widened(t *testing.T, text, wide string) (changed int) {
	t.Helper()
	narrow := strings.Split(text, "\n")
	for i, line := range strings.Split(wide, "\n") {
		if line == narrow[i] {
			continue
		}
		changed++
		if n := strings.Count(line, "more_"); n < workload.MoreFields || n%workload.MoreFields != 0 {
			t.Errorf("%d names in %s", n, line)
		}
	}
	return changed
}

// The stock pipelines differ by what README.md says, and by nothing else.
func TestTunedStockDiffersBySettingsOnly(t *testing.T) {
	lines := func(name string) []string {
		text, err := os.ReadFile(filepath.Join(ordersinktest.Root(t), "pipelines", "bench", name))
		if err != nil {
			t.Fatal(err)
		}
		return slices.DeleteFunc(strings.Split(string(text), "\n"), func(line string) bool { return strings.HasPrefix(line, "#") })
	}
	var more []string
	plain := lines("stock.yaml")
	for _, line := range lines("stock_tuned.yaml") {
		if !slices.Contains(plain, line) {
			more = append(more, strings.TrimSpace(line))
		}
	}
	if expected := []string{"max_yield_batch_bytes: 4MB", "partition_buffer_bytes: 8MB", "fetch_max_wait: 200ms", "dsn: '${MARIADB_DSN:orders:orders@tcp(127.0.0.1:3306)/orders}?interpolateParams=true'"}; !slices.Equal(more, expected) {
		t.Errorf("the tuned one has %q", more)
	}
}
