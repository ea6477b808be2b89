package chaos

import (
	"context"
	"fmt"
	"syscall"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/order-sink/order-sink/internal/servers/kafka"
)

var deadLetterFaults = []fault{
	{name: "dead letter topic missing", run: deadLetterTopicMissing},
	{name: "dead letters refused", run: deadLettersRefused},
	{name: "everything refusable for a while", run: poison},
	{name: "unlisted error on a lone record", run: unlistedError, options: options{partitions: 5}},
}

// deadLetterTopicMissing: refusable orders, and the orders behind them in their
// partitions, wait until the topic is created.
func deadLetterTopicMissing(tr *trial) {
	_, err := tr.admin.DeleteTopic(tr.Context(), tr.deadLetters)
	tr.must(err)
	tr.flow.start(tr.Context())
	tr.stalls.start(tr.Context())
	tr.ready(tr.startSink())
	tr.awaitState(`waiting to deliver \d+ dead letters since .*UNKNOWN_TOPIC_OR_PARTITION`)
	tr.times++
	tr.must(tr.broker.CreateTopic(tr.Context(), tr.deadLetters, 1, nil))
	tr.awaitProgress(2000)
}

// deadLettersRefused: the dead letters are too large for the topic.
func deadLettersRefused(tr *trial) {
	tr.begin()
	tr.strike(times(1, 3), func() {
		tr.configure(tr.deadLetters, "max.message.bytes", "100")
		tr.awaitState(`waiting to deliver \d+ dead letters since .*MESSAGE_TOO_LARGE`)
		tr.configure(tr.deadLetters, "max.message.bytes", "1048588")
	})
}

// configure sets a topic's configuration.
func (tr *trial) configure(topic, name, value string) {
	tr.Helper()
	answers, err := tr.admin.AlterTopicConfigs(tr.Context(), []kadm.AlterConfig{{Op: kadm.SetConfig, Name: name, Value: &value}}, topic)
	tr.must(err)
	for _, answer := range answers {
		tr.must(answer.Err)
	}
}

// poison: a faulty producer sends only refusable orders. The sink stops itself before the
// whole topic becomes dead letters, and continues after a signal.
func poison(tr *trial) {
	tr.begin()
	tr.flow.poison.Store(true)
	tr.times++
	tr.awaitState(`stopped since .*: \d+ of the last \d+ orders within 1m0s were refused, more than dead_letter_limit allows \(0.5\): order_range \d+`)
	if n := tr.metric(tr.current(), "mariadb_upsert_state", "label", "orders_table", "path", "root.output", "state", "stopped"); n != 1 {
		tr.Errorf("mariadb_upsert_state says %v", n)
	}
	letters := tr.deadLetterCount()
	// min_count of orders.yaml, and what other partitions had in flight.
	if letters > 1000+4*500 {
		tr.Errorf("%d letters before it stopped", letters)
	}
	tr.awaitSent(int64(times(3000, 30_000)))
	if now := tr.deadLetterCount(); now != letters {
		tr.Errorf("%d letters became %d while it was stopped", letters, now)
	}

	tr.flow.poison.Store(false)
	// The signal is repeated until the refusable orders of the topic are acknowledged:
	// the rest of them could stop the sink again.
	tr.must(tr.flow.client.Flush(tr.Context()))
	ends := tr.ends()
	tr.eventually("it has gone on", func(ctx context.Context) error {
		tr.must(tr.current().Signal(syscall.SIGUSR1))
		return kafka.BehindEnds(ctx, tr.admin, tr.topic, ends)
	})
	tr.awaitProgress(2000)
}

// deadLetterCount is how many dead letters there are.
func (tr *trial) deadLetterCount() (n int64) {
	tr.Helper()
	ends, err := kafka.Ends(tr.Context(), tr.admin, tr.deadLetters)
	tr.must(err)
	ends.Each(func(end kadm.ListedOffset) { n += end.Offset })
	return n
}

// awaitSent waits until the services have sent so many more orders.
func (tr *trial) awaitSent(orders int64) {
	tr.Helper()
	begin := tr.flow.acknowledged.Load()
	tr.eventually("more orders are sent", func(context.Context) error {
		if n := tr.flow.acknowledged.Load() - begin; n < orders {
			return fmt.Errorf("%d of %d", n, orders)
		}
		return nil
	})
}
