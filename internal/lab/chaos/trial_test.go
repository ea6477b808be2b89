package chaos

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// patience is how long a sink may take to recover on a machine that is busy with
// other things. How long it did take is in the summary.
const patience = 3 * time.Minute

// trial is the test of one fault. It has its own topics, group and database, orders that
// flow, and sinks to break.
type trial struct {
	*testing.T
	fault  string
	random *rand.Rand
	broker *kafka.Java
	server *mariadbtest.Server
	db     *sql.DB // with every privilege
	admin  *kadm.Client
	flow   *flow
	stalls *stalls

	topic, deadLetters string   // the name of the topic is that of the group, too
	topics             []string // that the sinks read
	database, dsn      string
	env                map[string]string
	pipeline           string             // instead of the shipped one
	outputs            []string           // labels of its mariadb_upserts
	processor          string             // the label of its last processor
	log                *ordersinktest.Log // of all its sinks
	sinks              []*ordersink.Sink
	times              int  // the fault has struck
	compared           bool // with the log, at the end

	told int                       // of the log, that compareLosses has read
	lost map[*ordersink.Sink]int64 // offsets that each sink has said are lost

	// config is what the end is compared with.
	config checker.Config
}

func newTrial(t *testing.T, f fault) *trial {
	t.Helper()
	tr := &trial{T: t, fault: f.name, outputs: []string{"orders_table"}, processor: "price", random: random(f.name), log: ordersinktest.NewLog(t), env: map[string]string{}, lost: map[*ordersink.Sink]int64{}}
	if tr.broker = kafkatest.Shared(t); f.privateBroker {
		tr.broker = kafkatest.Private(t)
	}
	if f.partitions == 0 {
		f.partitions = 4
	}
	tr.topic, tr.deadLetters = kafkatest.Topic(t, tr.broker, f.partitions), kafkatest.Topic(t, tr.broker, 1)
	tr.topics = []string{tr.topic}
	client := tr.producer()
	tr.admin = kadm.NewClient(client)
	tr.flow = &flow{
		client: client, topic: tr.topic, rate: 1500, mix: usual,
		random: tr.random, generator: orders.NewGenerator(tr.random.Uint64()),
	}
	tr.flow.partitions.Store(f.partitions)
	tr.flow.userIDColumn.Store(userIDColumn)
	tr.config = checker.Config{
		Seeds: tr.broker.Seeds(), Topic: tr.topic, DeadLetters: tr.deadLetters,
		Oracle:  checker.SeedOracle(userIDColumn),
		Version: func(r *kgo.Record) int64 { return r.Timestamp.UnixMilli() },
	}
	tr.stalls = &stalls{trial: tr}
	switch {
	case f.ownDB: // the fault makes it
	case f.privateDB:
		tr.use(mariadbtest.Private(t, f.serverOptions...))
	default:
		tr.use(mariadbtest.Shared(t))
	}
	return tr
}

// producer sends to the partition that a record names, however long the broker is
// away.
func (tr *trial) producer() *kgo.Client {
	tr.Helper()
	return kafkatest.Client(tr, tr.broker, kgo.MaxBufferedRecords(1_000_000), kgo.MetadataMinAge(100*time.Millisecond))
}

// use makes the trial's database in a server.
func (tr *trial) use(server *mariadbtest.Server) {
	tr.Helper()
	tr.server = server
	tr.database, tr.dsn = server.Orders(tr, filepath.Join(ordersinktest.Root(tr), "config"))
	var err error
	tr.db, err = sql.Open("mysql", server.AdminDSN(tr.database))
	tr.must(err)
	tr.Cleanup(func() { tr.db.Close() })
	tr.config.DB = tr.db
	tr.exec(fmt.Sprintf("ALTER TABLE orders MODIFY user_id VARCHAR(%d) NOT NULL", userIDColumn))
}

// begin starts a sink and the orders, and waits until they flow.
func (tr *trial) begin() {
	tr.Helper()
	tr.ready(tr.startSink())
	tr.flow.start(tr.Context())
	tr.stalls.start(tr.Context())
	tr.awaitProgress(500)
}

// startSink runs the shipped pipeline; it does not wait for its connections.
func (tr *trial) startSink() *ordersink.Sink {
	tr.Helper()
	config := ordersink.Config{
		Binary: ordersinktest.Binary(tr), Dir: ordersinktest.Root(tr),
		Args: []string{"streams", "--no-api", "-o", "config/service.yaml", "-r", "config/resources.yaml", cmp.Or(tr.pipeline, "pipelines/orders.yaml")},
		Env: map[string]string{
			"KAFKA_BROKERS": strings.Join(tr.broker.Seeds(), ","), "KAFKA_TOPIC": tr.topic, "KAFKA_GROUP": tr.topic,
			"DEAD_LETTER_TOPIC": tr.deadLetters, "MARIADB_DSN": tr.dsn,
		},
		HTTP: ordersinktest.FreeAddress(tr), Log: tr.log,
	}
	for name, value := range tr.env {
		config.Env[name] = value
	}
	s, err := ordersink.Start(config)
	tr.must(err)
	tr.Cleanup(func() { tr.must(s.Kill()) })
	tr.sinks = append(tr.sinks, s)
	return s
}

func (tr *trial) ready(s *ordersink.Sink) {
	tr.Helper()
	ctx, cancel := context.WithTimeout(tr.Context(), patience)
	defer cancel()
	tr.must(s.AwaitReady(ctx))
}

// strike does the fault so many times, at random moments while orders flow, and
// waits each time until they flow again.
func (tr *trial) strike(times int, fault func()) {
	tr.Helper()
	for range times {
		tr.pass(time.Duration(50+tr.random.IntN(500)) * time.Millisecond)
		fault()
		tr.times++
		tr.awaitProgress(500)
	}
}

// pass lets time pass under the fault.
func (tr *trial) pass(d time.Duration) {
	select {
	case <-time.After(d):
	case <-tr.Context().Done():
	}
}

// awaitProgress waits until so many more orders are acknowledged.
func (tr *trial) awaitProgress(orders int64) {
	tr.Helper()
	var begin int64 = -1
	tr.eventually(fmt.Sprintf("%d more orders are stored", orders), func(ctx context.Context) error {
		now, err := tr.committed(ctx)
		if err != nil {
			return err
		}
		if begin < 0 {
			begin = now
		}
		if now < begin+orders {
			return fmt.Errorf("%d since %d", now, begin)
		}
		return nil
	})
}

// committed is how many records the group has acknowledged.
func (tr *trial) committed(ctx context.Context) (int64, error) {
	offsets, err := tr.admin.FetchOffsetsForTopics(ctx, tr.topic, tr.topics...)
	if err == nil {
		err = offsets.Error()
	}
	if err != nil {
		return 0, err
	}
	var sum int64
	offsets.Each(func(o kadm.OffsetResponse) { sum += max(0, o.At) })
	return sum, nil
}

// finish ends the orders, waits until the sinks have taken all of them, compares
// the table and the dead letters with the log, and adds to the summary.
func (tr *trial) finish() {
	tr.Helper()
	ctx, cancel := context.WithTimeout(tr.Context(), patience)
	defer cancel()
	if tr.flow.stop != nil {
		tr.must(tr.flow.end(ctx))
	}
	if n := tr.flow.failed.Load(); n > 0 {
		tr.Errorf("%d orders could not be sent", n)
	}
	tr.awaitAll()
	tr.stalls.end()
	tr.outcomesAddUp()
	report, err := checker.Check(ctx, tr.config)
	tr.must(err)
	if err := report.Err(); err != nil {
		tr.Error(err)
	}
	if report.Rows == 0 || report.Refusable == 0 {
		tr.Errorf("%d rows and %d refusable orders prove nothing", report.Rows, report.Refusable)
	}
	tr.compared = true
	l := line{fault: tr.fault, times: tr.times, orders: report.Records, report: report, stall: tr.stalls.longest, passed: !tr.Failed()}
	summary.add(l)
	tr.Log(strings.Join(l.cells(), " | "))
}

// awaitAll waits until the group has acknowledged the whole log.
func (tr *trial) awaitAll() {
	tr.Helper()
	tr.eventually("every offset is committed", func(ctx context.Context) error {
		return kafka.Behind(ctx, tr.admin, tr.topic, tr.topic)
	})
}

// ends are the present ends of the topic's partitions.
func (tr *trial) ends() kadm.ListedOffsets {
	tr.Helper()
	ends, err := kafka.Ends(tr.Context(), tr.admin, tr.topic)
	tr.must(err)
	return ends
}
