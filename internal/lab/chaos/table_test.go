package chaos

import (
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/order-sink/order-sink/internal/checker"
)

var tableFaults = []fault{
	{name: "column added", run: columnAdded},
	{name: "column narrowed", run: columnNarrowed},
	{name: "column dropped", run: columnDropped},
}

func columnAdded(tr *trial) {
	tr.begin()
	n := 0
	tr.strike(times(3, 10), func() {
		n++
		tr.exec(fmt.Sprintf("ALTER TABLE orders ADD COLUMN note_%d VARCHAR(20) NULL DEFAULT 'x' AFTER qty", n))
	})
}

// columnNarrowed: orders that fitted begin to be refused, those and no others.
func columnNarrowed(tr *trial) {
	const narrow = 60
	tr.begin()
	tr.strike(1, func() {
		tr.exec(fmt.Sprintf("ALTER TABLE orders MODIFY user_id VARCHAR(%d) NOT NULL", narrow))
		tr.flow.userIDColumn.Store(narrow)
	})
	tr.awaitProgress(int64(times(2000, 20_000)))
	tr.config.Oracle = checker.SeedOracle(narrow)
}

// columnDropped: an operator must repair the table, and until then all orders wait. What the
// column held is read again from the log.
func columnDropped(tr *trial) {
	tr.begin()
	tr.strike(times(1, 3), func() {
		tr.exec("ALTER TABLE orders DROP COLUMN product_id")
		tr.awaitState("waiting for MariaDB since .*: .*column `product_id` does not exist: ALTER TABLE `orders` ADD COLUMN `product_id` .*an operator must correct this")
		tr.pass(time.Second)
		tr.exec("ALTER TABLE orders ADD COLUMN product_id VARCHAR(255) NOT NULL DEFAULT ''")
	})
	tr.must(tr.current().Stop(25 * time.Second))
	tr.rewind()
	tr.startSink()
}

// rewind sets the group to the beginning of the log. No sink may run.
func (tr *trial) rewind() {
	tr.Helper()
	var offsets kadm.Offsets
	for partition := range tr.flow.partitions.Load() {
		offsets.AddOffset(tr.topic, partition, 0, -1)
	}
	tr.must(tr.admin.CommitAllOffsets(tr.Context(), tr.topic, offsets))
}
