package dlq

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/urfave/cli/v2"

	"github.com/order-sink/order-sink/internal/console"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/sharedtest"
	"github.com/order-sink/order-sink/plugins/deadletter/headers"
)

// asCommand makes this test binary the command itself, for tests that need a process to
// kill or an exit status.
const asCommand = "ORDER_SINK_DLQ_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		service.RunCLI(context.Background(), service.CLIOptAddCommand(Command()))
		return
	}
	sharedtest.Main(m, kafkatest.Close, mariadbtest.Close, ordersinktest.Close)
}

// user runs the command and answers its questions. Each test has a user with a log and a
// dead letter topic.
type user struct {
	t           testing.TB
	broker      kafka.Broker
	client      *kgo.Client
	log         string // 3 partitions
	deadLetters string // 2 partitions
	answer      string // what the user types; "" for no terminal

	thinking func() // runs before the answer
}

// Read types the answer.
func (u *user) Read(p []byte) (int, error) {
	if u.thinking != nil {
		u.thinking()
	}
	return copy(p, u.answer+"\n"), nil
}

func newUser(t testing.TB, b kafka.Broker) *user {
	t.Helper()
	return &user{t: t, broker: b, client: kafkatest.Client(t, b), log: kafkatest.Topic(t, b, 3), deadLetters: kafkatest.Topic(t, b, 2)}
}

func (u *user) send(records ...*kgo.Record) {
	u.t.Helper()
	if err := u.client.ProduceSync(context.Background(), records...).FirstErr(); err != nil {
		u.t.Fatal(err)
	}
}

// base is when the orders of the tests were produced; they failed later. It is not
// fixed, because Kafka refuses records of the future and deletes records that are too old.
var base = time.Now().UTC().Truncate(time.Hour).Add(-10 * time.Hour)

// at returns a time of a test as commands print it.
func at(hours int) string {
	return base.Add(time.Duration(hours) * time.Hour).Format(headers.TimeFormat)
}

// refusal becomes a dead letter. Its origin is the log's partition 1, offset at.
type refusal struct {
	orders.Message
	partition   int32 // of the dead letter
	at          int64
	code, field string
	table       string        // "" for a pipeline with one table
	after       time.Duration // base
	without     []string      // headers
}

// deadLetter returns a dead letter with the headers that config/resources.yaml writes.
func (u *user) deadLetter(r refusal) *kgo.Record {
	failed := base.Add(r.after)
	record := &kgo.Record{Topic: u.deadLetters, Partition: r.partition, Key: r.Key, Value: r.Value, Timestamp: failed}
	record.Headers = append(record.Headers, r.Headers...)
	for _, h := range [][2]string{
		{"__connect.errors.class.name", "order_price"},
		{"__connect.errors.connector.name", "order-sink"},
		{"__connect.errors.exception.message", r.code + ": " + r.field + ": expected another"},
		{"__connect.errors.offset", strconv.FormatInt(r.at, 10)},
		{"__connect.errors.partition", "1"},
		{"__connect.errors.stage", "TRANSFORMATION"},
		{"__connect.errors.topic", u.log},
		{"order_sink.code", r.code},
		{"order_sink.failed_at", failed.Format(headers.TimeFormat)},
		{"order_sink.field", r.field},
		{"order_sink.stage", "order_price"},
		{"order_sink.timestamp_ms", strconv.FormatInt(base.UnixMilli()+r.at, 10)},
	} {
		if !strings.Contains(strings.Join(r.without, " "), h[0]) {
			record.Headers = append(record.Headers, kgo.RecordHeader{Key: h[0], Value: []byte(h[1])})
		}
	}
	if r.table != "" {
		record.Headers = append(record.Headers, kgo.RecordHeader{Key: "order_sink.table", Value: []byte(r.table)})
	}
	return record
}

// refuse writes dead letters.
func (u *user) refuse(all ...refusal) {
	u.t.Helper()
	records := make([]*kgo.Record, len(all))
	for i, r := range all {
		records[i] = u.deadLetter(r)
	}
	u.send(records...)
}

// some writes n dead letters of good orders, all to one partition.
func (u *user) some(n int) []orders.Message {
	u.t.Helper()
	g := orders.NewGenerator(3)
	messages, all := make([]orders.Message, n), make([]refusal, n)
	for i := range n {
		o := g.Order()
		messages[i] = orders.Good(o)
		messages[i].Key = []byte(o.OrderID)
		all[i] = refusal{Message: messages[i], at: int64(i), code: "order_range", field: "qty", after: time.Duration(i) * time.Millisecond}
	}
	u.refuse(all...)
	return messages
}

// answer has the output and the exit code of a command.
type answer struct {
	out, err string
	code     int
}

func (u *user) command(args ...string) []string {
	return append([]string{"dlq", args[0], "-r", "../../../config/resources.yaml",
		"--brokers", strings.Join(u.broker.Seeds(), ","), "--topic", u.deadLetters}, args[1:]...)
}

func (u *user) run(args ...string) answer {
	u.t.Helper()
	return u.runContext(u.t.Context(), args...)
}

func (u *user) runContext(ctx context.Context, args ...string) answer {
	u.t.Helper()
	return u.runArgs(ctx, u.command(args...))
}

// runArgs adds nothing to the arguments.
func (u *user) runArgs(ctx context.Context, args []string) answer {
	u.t.Helper()
	var out, diagnostics bytes.Buffer
	app := &cli.App{
		Name:           "order-sink",
		Writer:         &out,
		ErrWriter:      &diagnostics,
		ExitErrHandler: func(*cli.Context, error) {},
		Commands: []*cli.Command{newCommand(console.Console{
			In: u, Out: &out, Err: &diagnostics, Interactive: u.answer != "",
		})},
	}
	err := app.RunContext(ctx, append([]string{"order-sink"}, args...))
	a := answer{out: out.String()}
	if err != nil {
		var coded cli.ExitCoder
		if !errors.As(err, &coded) {
			u.t.Fatalf("%v: %v has no exit code", args, err)
		}
		a.code = coded.ExitCode()
		fmt.Fprintln(&diagnostics, err)
	}
	a.err = diagnostics.String()
	return a
}

// expect runs a command and checks its exit code.
func (u *user) expect(code int, args ...string) answer {
	u.t.Helper()
	a := u.run(args...)
	if a.code != code {
		u.t.Fatalf("%v: exit code %d, expected %d\n%s%s", args, a.code, code, a.out, a.err)
	}
	return a
}

// process runs this binary as order-sink.
func (u *user) process(args ...string) *exec.Cmd {
	u.t.Helper()
	self, err := os.Executable()
	if err != nil {
		u.t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), asCommand+"=1", "KAFKA_BROKERS="+strings.Join(u.broker.Seeds(), ","), "DEAD_LETTER_TOPIC="+u.deadLetters)
	return cmd
}

// read returns the records that a topic has now.
func (u *user) read(topic string) []*kgo.Record {
	u.t.Helper()
	return kafkatest.Records(u.t, u.broker, topic)
}

// count returns the number of records that were written to a topic.
func (u *user) count(topic string) int {
	u.t.Helper()
	ends, err := kadm.NewClient(u.client).ListEndOffsets(u.t.Context(), topic)
	if err = errors.Join(err, ends.Error()); err != nil {
		u.t.Fatal(err)
	}
	count := 0
	ends.Each(func(end kadm.ListedOffset) { count += int(end.Offset) })
	return count
}

func (u *user) eventually(condition func() bool) {
	u.t.Helper()
	eventuallytest.Succeeds(u.t, 2*time.Minute, "the condition is met", func(context.Context) error {
		if !condition() {
			return errors.New("it is not")
		}
		return nil
	})
}

func parse[T any](t testing.TB, text string) T {
	t.Helper()
	var value T
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	return value
}

func parseLines[T any](t testing.TB, text string) []T {
	t.Helper()
	var values []T
	for line := range strings.Lines(text) {
		values = append(values, parse[T](t, line))
	}
	return values
}
