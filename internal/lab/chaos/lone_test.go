package chaos

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
)

// stumbling begins the user_id of the orders that a trigger cannot take.
const stumbling = "stumbling-"

// unlistedError: a trigger fails for some orders, with an error on no list and with one
// that else says that a table is missing. Each such order comes alone, in a partition
// without other orders.
func unlistedError(tr *trial) {
	quiet := tr.flow.partitions.Add(-1) // the flow leaves the last partition alone
	generator, next := orders.NewGenerator(tr.random.Uint64()), 0
	send := func() {
		next++
		o := generator.Order()
		o.UserID = fmt.Sprint(stumbling, 1+next%2)
		record := &kgo.Record{Topic: tr.topic, Partition: quiet, Value: orders.Good(o).Value, Timestamp: time.Now()}
		tr.must(tr.flow.client.ProduceSync(tr.Context(), record).FirstErr())
	}
	tr.exec("CREATE TRIGGER stumbles BEFORE INSERT ON orders FOR EACH ROW CASE NEW.user_id" +
		" WHEN '" + stumbling + "1' THEN SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 9001;" +
		" WHEN '" + stumbling + "2' THEN INSERT INTO nowhere VALUES (1);" +
		" ELSE BEGIN END; END CASE")
	tr.config.Oracle = func(r *kgo.Record) checker.Outcome {
		if bytes.Contains(r.Value, []byte(`"`+stumbling)) {
			return checker.Outcome{Code: "row_refused"}
		}
		return checker.SeedOracle(userIDColumn)(r)
	}

	// Without any other order there is nothing to compare with.
	tr.ready(tr.startSink())
	send()
	tr.awaitState("waiting for MariaDB since .*: MariaDB error 1146 .*: no other record could be stored to compare with")
	tr.flow.start(tr.Context())
	tr.stalls.start(tr.Context())
	tr.strike(times(4, 20), func() {
		send()
		tr.eventually("the order without a row is acknowledged", func(ctx context.Context) error {
			offsets, err := tr.admin.FetchOffsetsForTopics(ctx, tr.topic, tr.topic)
			if err != nil {
				return err
			}
			if at, _ := offsets.Lookup(tr.topic, quiet); at.At < int64(next) {
				return fmt.Errorf("partition %d is at %d of %d", quiet, at.At, next)
			}
			return nil
		})
	})
	if n := tr.metric(tr.current(), "mariadb_upsert_refused_total", "code", "row_refused"); n != float64(next) {
		tr.Errorf("%v orders are row_refused, expected %d", n, next)
	}
}
