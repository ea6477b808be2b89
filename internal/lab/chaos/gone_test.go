package chaos

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
)

// What Kafka itself loses. The sink must report exactly what is missing from the
// table: no order less, and none more.
var goneFaults = []fault{
	{name: "retention", run: retention},
	{name: "topic recreated", run: topicRecreated},
	{name: "log cut off", run: logCutOff, options: options{privateBroker: true}},
}

// small gives the sink a small buffer, so that it falls behind, and lets its statements
// fail soon on a locked table.
func (tr *trial) small() {
	tr.dsn += "?readTimeout=6s"
	tr.env["BUFFER_BYTES"] = "64KiB"
	tr.flow.keeping, tr.flow.rate = true, 10_000
}

// held keeps the sink from writing until the lag that the sink reports is at least so
// many orders.
func (tr *trial) held(orders float64, then func()) {
	tr.Helper()
	conn, err := tr.db.Conn(tr.Context())
	tr.must(err)
	defer conn.Close()
	_, err = conn.ExecContext(tr.Context(), "LOCK TABLES orders WRITE")
	tr.must(err)
	tr.awaitLag(orders)
	then()
	_, err = conn.ExecContext(tr.Context(), "UNLOCK TABLES")
	tr.must(err)
}

func (tr *trial) awaitLag(least float64) {
	tr.Helper()
	tr.eventually("orders wait", func(context.Context) error {
		if lag := tr.metric(tr.current(), "kafka_read_lag"); lag < least {
			return fmt.Errorf("%v of %v", lag, least)
		}
		return nil
	})
}

// retention: Kafka deletes orders that the sink has not read, while the sink runs and
// while it is down.
func retention(tr *trial) {
	tr.small()
	tr.begin()
	remove := func() {
		ends := tr.ends()
		to := kadm.Offsets{}
		ends.Each(func(end kadm.ListedOffset) { to.AddOffset(end.Topic, end.Partition, max(0, end.Offset-500), -1) })
		_, err := tr.admin.DeleteRecords(tr.Context(), to)
		tr.must(err)
	}
	tr.strike(times(1, 5), func() {
		tr.held(40_000, remove)
		tr.compareLosses(tr.beforeStart())
	})
	tr.strike(times(1, 5), func() {
		tr.must(tr.current().Stop(25 * time.Second))
		tr.awaitSent(10_000)
		remove()
		tr.startSink()
		tr.compareLosses(tr.beforeStart())
	})
}

// beforeStart says whether a record is before the start of the log.
func (tr *trial) beforeStart() func(*kgo.Record) bool {
	starts, err := tr.admin.ListStartOffsets(tr.Context(), tr.topic)
	tr.must(err)
	return func(r *kgo.Record) bool {
		start, _ := starts.Lookup(r.Topic, r.Partition)
		return r.Offset < start.Offset
	}
}

// topicRecreated: the topic is created again under a sink that is behind. Only the new
// topic has refusable orders: a dead letter names its record by an offset, which both
// topics have.
func topicRecreated(tr *trial) {
	tr.small()
	tr.flow.mix.refusable = 0
	tr.begin()
	tr.strike(times(1, 3), func() {
		tr.flow.mix.refusable = 0
		tr.held(40_000, func() {
			tr.pauseFlow()
			_, err := tr.admin.DeleteTopic(tr.Context(), tr.topic)
			tr.must(err)
			tr.eventually("the topic is deleted", func(ctx context.Context) error {
				topics, err := tr.admin.ListTopics(ctx, tr.topic)
				if err == nil && !errors.Is(topics[tr.topic].Err, kerr.UnknownTopicOrPartition) {
					err = errors.New("Kafka still has it")
				}
				return err
			})
			// Asked once, since a second request would find the topic of the first.
			tr.must(tr.broker.CreateTopic(tr.Context(), tr.topic, tr.flow.partitions.Load(), nil))
			tr.flow.mix.refusable = 0
			tr.resumeFlow()
		})
		tr.compareLosses(func(*kgo.Record) bool { return true })
	})
	tr.pauseFlow()
	tr.flow.mix = usual
	tr.resumeFlow()
	tr.awaitProgress(500)
}

// pauseFlow ends the flow once the sink knows how much it is behind.
func (tr *trial) pauseFlow() {
	tr.Helper()
	tr.must(tr.flow.end(tr.Context()))
	tr.eventually("the sink knows the ends", func(ctx context.Context) error {
		ends, err := kafka.Ends(ctx, tr.admin, tr.topic)
		if err != nil {
			return err
		}
		committed, err := tr.committed(ctx)
		if err != nil {
			return err
		}
		lag := -committed
		ends.Each(func(end kadm.ListedOffset) { lag += end.Offset })
		if known := tr.metric(tr.current(), "kafka_read_lag"); known != float64(lag) {
			return fmt.Errorf("%v of %d", known, lag)
		}
		return nil
	})
}

func (tr *trial) resumeFlow() {
	tr.Helper()
	tr.flow.client = tr.producer()
	tr.flow.start(tr.Context())
}

// logCutOff: the broker loses the end of a partition's log, as an unclean leader
// election does.
func logCutOff(tr *trial) {
	tr.small()
	tr.flow.mix.refusable = 0
	tr.begin()
	tr.strike(times(1, 3), func() {
		partition := int32(tr.random.IntN(4))
		var first int64
		tr.held(40_000, func() {
			tr.pauseFlow()
			ends := tr.ends()
			end, _ := ends.Lookup(tr.topic, partition)
			var err error
			tr.must(tr.broker.Kill())
			first, err = tr.broker.Cut(tr.topic, partition, end.Offset-2000)
			tr.must(err)
			tr.must(tr.broker.Start(tr.Context()))
			// The sink must recognize the new log before it has as many records as the old one.
			tr.resumeFlow()
		})
		tr.compareLosses(func(r *kgo.Record) bool { return r.Partition == partition && r.Offset >= first })
	})
	tr.pauseFlow()
	tr.flow.mix = usual
	tr.resumeFlow()
	tr.awaitProgress(500)
}

var lossLine = regexp.MustCompile(`Records are gone: topic (\S+), partition (\d+), offsets? (\d+)(?: to (\d+))? \((\d+) offsets?\): (.*?)"`)

// loss is what the sink says of a partition: it had acknowledged the offsets before
// stored.
type loss struct{ first, last, stored int64 }

// compareLosses waits until the sink has passed what is gone, and compares what it
// says with what it counts. Of the records that are gone, those that it says are lost
// may not be in the table, and all others must.
func (tr *trial) compareLosses(gone func(*kgo.Record) bool) {
	tr.Helper()
	sent := tr.flow.take(gone)
	ends := tr.ends()
	tr.eventually("the sink is at what was the end of the log", func(ctx context.Context) error { return kafka.BehindEnds(ctx, tr.admin, tr.topic, ends) })

	said, counted := tr.saidLosses()
	if n := int64(tr.metric(tr.current(), "kafka_read_lost_total")) - tr.lost[tr.current()]; n != counted || n == 0 {
		tr.Errorf("kafka_read_lost_total counts %d, and the log says %d: %v", n, counted, said)
	}
	tr.lost[tr.current()] += counted
	var missing int64
	for _, record := range sent {
		l, ok := said[record.Partition]
		if ok && record.Offset >= max(l.first, l.stored) && record.Offset <= l.last {
			missing++
			continue
		}
		tr.config.Gone = append(tr.config.Gone, record)
	}
	tr.Logf("%d orders are gone from Kafka, %d of them are lost: %v", len(sent), missing, said)
	if missing == 0 {
		tr.Error("no order is lost: the fault did not strike")
	}
}

// saidLosses reads what the log says since the last call, by partition, and the number of
// offsets that it says are lost.
func (tr *trial) saidLosses() (said map[int32]loss, counted int64) {
	tr.Helper()
	number := func(text string) int64 {
		n, err := strconv.ParseInt(text, 10, 64)
		tr.must(err)
		return n
	}
	said = map[int32]loss{}
	text := tr.log.String()[tr.told:]
	tr.told += len(text)
	for _, found := range lossLine.FindAllStringSubmatch(text, -1) {
		partition, offsets := int32(number(found[2])), number(found[5])
		l := loss{first: number(found[3]), last: number(found[3])}
		if found[4] != "" {
			l.last = number(found[4])
		}
		if _, twice := said[partition]; twice || offsets != l.last-l.first+1 || found[1] != tr.topic {
			tr.Errorf("a loss is told twice, or wrong: %s", found[0])
		}
		switch _, before, some := strings.Cut(found[6], "the sink had acknowledged those before offset "); {
		case some:
			l.stored = number(regexp.MustCompile(`^\d+`).FindString(before))
		case strings.Contains(found[6], "the sink had acknowledged all"):
			l.stored = l.last + 1
		}
		said[partition] = l
		counted += offsets
	}
	return said, counted
}
