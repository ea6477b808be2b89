package docs

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// Each example of a pipeline in these pages passes order-sink lint.
func TestExamplesLint(t *testing.T) {
	root := ordersinktest.Root(t)
	for page, atLeast := range map[string]int{"docs/kafka-connect.md": 12, "docs/tables.md": 1} {
		text, err := os.ReadFile(filepath.Join(root, page))
		if err != nil {
			t.Fatal(err)
		}
		blocks := yamlBlock.FindAllSubmatch(text, -1)
		if len(blocks) < atLeast {
			t.Errorf("%s has %d examples, expected at least %d", page, len(blocks), atLeast)
		}
		for i, block := range blocks {
			t.Run(fmt.Sprintf("%s/%d", filepath.Base(page), i+1), func(t *testing.T) {
				t.Parallel()
				file := filepath.Join(t.TempDir(), "example.yaml")
				if err := os.WriteFile(file, block[1], 0o600); err != nil {
					t.Fatal(err)
				}
				cmd := exec.CommandContext(t.Context(), ordersinktest.Binary(t), "lint", "-r", "config/resources.yaml", file)
				cmd.Dir = root
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%v\n%s\n%s", err, out, block[1])
				}
			})
		}
	}
}
