package chaos

import (
	"context"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
)

var kafkaFaults = []fault{
	{name: "Kafka restarted", run: brokerRestarted, options: options{privateBroker: true}},
	{name: "Kafka killed", slow: true, run: brokerKilled, options: options{privateBroker: true}},
	{name: "Kafka down for a minute", slow: true, run: brokerDown, options: options{privateBroker: true}},
	{name: "partitions added", run: partitionsAdded},
	{name: "group rewound", run: groupRewound},
	{name: "group deleted", run: groupDeleted},
	{name: "messages of megabytes", run: largeMessages},
	{name: "compaction", run: compaction},
}

func brokerRestarted(tr *trial) {
	tr.begin()
	tr.strike(times(1, 3), func() {
		tr.must(tr.broker.Stop())
		tr.must(tr.broker.Start(tr.Context()))
	})
}

func brokerKilled(tr *trial) {
	tr.begin()
	tr.strike(3, func() {
		tr.must(tr.broker.Kill())
		tr.pass(10 * time.Second) // it may come back when the sink's session is over
		tr.must(tr.broker.Start(tr.Context()))
	})
}

func brokerDown(tr *trial) {
	tr.begin()
	tr.strike(1, func() {
		tr.must(tr.broker.Kill())
		tr.awaitState(`waiting (to read|to deliver \d+ dead letters) since `)
		tr.pass(time.Minute)
		tr.must(tr.broker.Start(tr.Context()))
	})
}

// partitionsAdded: orders in the new ones are found when the sink next looks.
func partitionsAdded(tr *trial) {
	tr.begin()
	tr.strike(1, func() {
		answers, err := tr.admin.CreatePartitions(tr.Context(), 4, tr.topic)
		tr.must(err)
		tr.must(answers.Error())
		// The services learn of them by starting again.
		tr.must(tr.flow.end(tr.Context()))
		tr.flow.client = tr.producer()
		tr.flow.partitions.Store(8)
		tr.flow.start(tr.Context())
		tr.eventually("orders of each partition are acknowledged", func(ctx context.Context) error {
			offsets, err := tr.admin.FetchOffsetsForTopics(ctx, tr.topic, tr.topic)
			if err != nil {
				return err
			}
			for partition := range int32(8) {
				if at, _ := offsets.Lookup(tr.topic, partition); at.At < 1 {
					return fmt.Errorf("none of partition %d", partition)
				}
			}
			return nil
		})
	})
}

// groupRewound: the whole log once more changes no row, updated_at included.
func groupRewound(tr *trial) { tr.again(tr.rewind) }

// groupDeleted: a group that Kafka has forgotten begins with the oldest order.
func groupDeleted(tr *trial) {
	tr.again(func() {
		tr.eventually("the group is empty and deleted", func(ctx context.Context) error {
			answers, err := tr.admin.DeleteGroups(ctx, tr.topic)
			if err != nil {
				return err
			}
			return answers.Error()
		})
	})
}

func (tr *trial) again(forget func()) {
	tr.Helper()
	tr.begin()
	tr.awaitProgress(int64(times(2000, 50_000)))
	tr.must(tr.flow.end(tr.Context()))
	tr.awaitAll()
	const untouched = "SELECT CONCAT(COUNT(*), ' ', SUM(CRC32(CONCAT(order_id, ' ', qty, ' ', kafka_timestamp_ms, ' ', created_at, ' ', updated_at)))) FROM orders"
	before := tr.value(untouched)
	for range times(1, 3) {
		tr.must(tr.current().Stop(25 * time.Second))
		forget()
		tr.times++
		tr.startSink()
		tr.awaitAll()
		if after := tr.value(untouched); after != before {
			tr.Errorf("the log, read again, changed the table: %s became %s", before, after)
		}
	}
}

// largeMessages: refusable orders of several megabytes, in a topic whose limit
// allows them. Their letters are larger still, and fit into theirs.
func largeMessages(tr *trial) {
	tr.configure(tr.topic, "max.message.bytes", "8388608")
	tr.configure(tr.deadLetters, "max.message.bytes", "16777216")
	client, err := kgo.NewClient(kgo.SeedBrokers(tr.broker.Seeds()...), kgo.ProducerBatchMaxBytes(8<<20), kgo.ProducerBatchCompression(kgo.NoCompression()))
	tr.must(err)
	defer client.Close()
	tr.begin()
	tr.strike(times(3, 20), func() {
		message := orders.NewGenerator(tr.random.Uint64()).TooLong(1<<20 + tr.random.IntN(6<<20))
		tr.must(client.ProduceSync(tr.Context(), &kgo.Record{Topic: tr.topic, Value: message.Value}).FirstErr())
	})
}

// compaction: a log with holes, of which a new group reads what is left. Orders
// of a compacted topic have keys.
func compaction(tr *trial) {
	tr.flow.keyed = true
	tr.flow.mix = mix{changed: 700, again: 200, refusable: 10}
	for name, value := range map[string]string{
		"cleanup.policy": "compact", "segment.bytes": "1048576", "segment.ms": "100", "min.cleanable.dirty.ratio": "0.01",
	} {
		tr.configure(tr.topic, name, value)
	}
	tr.begin()
	tr.strike(1, func() {
		tr.eventually("the broker has compacted the topic", func(context.Context) error {
			ctx, cancel := context.WithTimeout(tr.Context(), time.Minute) // it reads the whole topic
			defer cancel()
			left, err := tr.count(ctx)
			if sent := tr.flow.acknowledged.Load(); err == nil && left > sent*9/10 {
				err = fmt.Errorf("%d of %d messages are left", left, sent)
			}
			return err
		})
		tr.must(tr.current().Stop(25 * time.Second))
		tr.exec("DELETE FROM orders")
		tr.rewind()
		tr.startSink()
	})
}

// count reads how many messages the log still has.
func (tr *trial) count(ctx context.Context) (n int64, err error) {
	report, err := checker.Check(ctx, checker.Config{
		Seeds: tr.config.Seeds, Topic: tr.topic, DB: tr.db,
		Oracle: func(*kgo.Record) checker.Outcome { return checker.Outcome{} },
	})
	return int64(report.Records), err
}
