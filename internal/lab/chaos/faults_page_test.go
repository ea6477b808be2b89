package chaos

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// docs/faults.md says for every fault what happens and what an operator sees.
func TestThePageOfFaultsNamesEveryFault(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(ordersinktest.Root(t), "docs", "faults.md"))
	if err != nil {
		t.Fatal(err)
	}
	var table []string
	for line := range strings.Lines(string(text)) {
		if cells := strings.Split(line, " | "); strings.HasPrefix(line, "| ") && len(cells) == 4 {
			table = append(table, cells[3])
		}
	}
	named := strings.Join(table, "")
	for _, f := range allFaults() {
		name := "`" + strings.ReplaceAll(f.name, " ", "_") + "`"
		if !strings.Contains(named, name) {
			t.Errorf("no line of docs/faults.md is proven by %s", name)
		}
		named = strings.Replace(named, name, "", 1)
	}
	if i := strings.IndexByte(strings.ReplaceAll(named, "`TestFaults/…`", ""), '`'); i >= 0 {
		t.Errorf("docs/faults.md names a fault that is not tested: %s", named)
	}
}

func allFaults() []fault {
	return slices.Concat(sinkFaults, databaseFaults, tableFaults, networkFaults, kafkaFaults, goneFaults, deadLetterFaults, outputFaults, severalFaults, registryFaults)
}
