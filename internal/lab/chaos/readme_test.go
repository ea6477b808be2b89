package chaos

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// README.md tells of every fault what happens and what is seen.
func TestTheReadmeNamesEveryFault(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(ordersinktest.Root(t), "README.md"))
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
			t.Errorf("no line of README.md is proven by %s", name)
		}
		named = strings.Replace(named, name, "", 1)
	}
	if i := strings.IndexByte(strings.ReplaceAll(named, "`TestFaults/…`", ""), '`'); i >= 0 {
		t.Errorf("README.md names what is no fault: %s", named)
	}
}

func allFaults() []fault {
	return slices.Concat(sinkFaults, databaseFaults, tableFaults, networkFaults, kafkaFaults, goneFaults, deadLetterFaults, outputFaults)
}
