package docs

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
)

func TestMain(m *testing.M) { sharedtest.Main(m, ordersinktest.Close) }

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// Each example of docs/kafka-connect.md passes order-sink lint.
func TestExamplesLint(t *testing.T) {
	root := ordersinktest.Root(t)
	text, err := os.ReadFile(filepath.Join(root, "docs", "kafka-connect.md"))
	if err != nil {
		t.Fatal(err)
	}
	examples := yamlBlock.FindAllSubmatch(text, -1)
	if len(examples) < 12 {
		t.Errorf("the page has %d examples, expected at least 12", len(examples))
	}
	for i, example := range examples {
		t.Run(fmt.Sprint(i+1), func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "example.yaml")
			if err := os.WriteFile(file, example[1], 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), ordersinktest.Binary(t), "lint", "-r", "config/resources.yaml", file)
			cmd.Dir = root
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s\n%s", err, out, example[1])
			}
		})
	}
}
