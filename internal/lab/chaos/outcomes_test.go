package chaos

import (
	"context"
	"fmt"
)

// outcomesAddUp asserts that every sink that still runs has counted one outcome for
// each message that its pipeline gave to an output, for each output. All orders are acknowledged, so
// that nothing moves any more.
func (tr *trial) outcomesAddUp() {
	tr.Helper()
	for i, s := range tr.sinks {
		select {
		case <-s.Done():
			continue
		default:
		}
		for _, output := range tr.outputs {
			// A sink whose partitions went to another sink may still be writing.
			tr.eventually(fmt.Sprintf("the outcomes of %s of sink %d add up to its messages", output, i), func(context.Context) error {
				messages, outcomes := tr.metric(s, "processor_sent", "label", tr.processor), tr.metric(s, "mariadb_upsert_rows_total", "label", output)
				if messages != outcomes {
					return fmt.Errorf("%.0f outcomes of %.0f messages", outcomes, messages)
				}
				return nil
			})
		}
	}
}
