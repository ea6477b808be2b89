package contestant

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/order-sink/order-sink/internal/lab/bench/stack"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
)

// pipeline is a shipped pipeline's path, or, for the wide table, that of a copy
// with nothing but the columns changed.
func pipeline(s *stack.Stack, path string, w workload.Workload) (string, error) {
	if !w.Sequence.Wide {
		return path, nil
	}
	text, err := os.ReadFile(filepath.Join(s.Root, path))
	if err != nil {
		return "", fmt.Errorf("reading a pipeline: %w", err)
	}
	wide, err := widen(string(text))
	if err != nil {
		return "", fmt.Errorf("making %s wide: %w", path, err)
	}
	derived := filepath.Join(s.Dir, "wide", filepath.Base(path))
	if err := os.MkdirAll(filepath.Dir(derived), 0o755); err != nil {
		return "", fmt.Errorf("writing a pipeline: %w", err)
	}
	if err := os.WriteFile(derived, []byte(wide), 0o644); err != nil {
		return "", fmt.Errorf("writing a pipeline: %w", err)
	}
	return derived, nil
}

// widen adds the columns to each list of them that a pipeline has: the columns,
// and, in those of stock components, the arguments and the updates.
func widen(text string) (string, error) {
	var arguments, updates []string
	for _, name := range workload.MoreColumns() {
		arguments = append(arguments, "this."+name)
		updates = append(updates, name+" = VALUES("+name+")")
	}
	found := false
	for _, list := range []struct {
		last string
		more []string
	}{
		{"unit_price, total_price", workload.MoreColumns()},
		{"this.unit_price, this.total_price", arguments},
		{"total_price = VALUES(total_price)", updates},
	} {
		if before, after, there := strings.Cut(text, list.last); there {
			found = true
			text = before + list.last + ", " + strings.Join(list.more, ", ") + after
		}
	}
	if !found {
		return "", fmt.Errorf("it has no columns that end in %q", "unit_price, total_price")
	}
	return text, nil
}
