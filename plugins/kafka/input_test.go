package kafka

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/loopback"
)

func TestMain(m *testing.M) { kafkatest.Main(m) }

func secured(port int) string {
	return fmt.Sprintf(`
kafka_read:
  idle: 50ms
  seed_brokers: [ %q ]
  topics: [ orders ]
  consumer_group: readers
  commit_period: 100ms
  sasl: [ { mechanism: PLAIN, username: sink, password: '${PASSWORD}' } ]
`, loopback.Address(port))
}

// A server that goes and comes back: told once, and read on.
func TestAServerThatGoesIsAwaited(t *testing.T) {
	port, err := loopback.Port(0)
	if err != nil {
		t.Fatal(err)
	}
	first := cluster(t, port, 1)
	r := &reading{}
	r.start(t, secured(port))
	r.eventually(t, "the first record", func() bool { got, _ := r.said(""); return len(got) == 1 })
	first.Close()
	r.eventually(t, "the wait is told", func() bool { _, n := r.said("waiting to read since"); return n == 1 })
	cluster(t, port, 2) // another log, whose records are all new
	r.eventually(t, "the records of the new log", func() bool { got, _ := r.said(""); return len(got) == 3 })
	r.eventually(t, "the end of the wait is told", func() bool { _, n := r.said("Reading: the wait is over"); return n == 1 })
	if _, n := r.said("waiting to read since"); n != 1 {
		t.Errorf("the wait was told %d times, expected once", n)
	}
	if got, _ := r.said(""); got[1] != "record 0" || got[2] != "record 1" {
		t.Errorf("got %q", got)
	}
	if _, n := r.said("p\\\"a"); n > 0 {
		t.Error("the log has the password")
	}
}

func TestAWrongPasswordIsTold(t *testing.T) {
	port, err := loopback.Port(0)
	if err != nil {
		t.Fatal(err)
	}
	cluster(t, port, 1)
	r := &reading{}
	r.start(t, strings.Replace(secured(port), "${PASSWORD}", "wrong", 1))
	r.eventually(t, "the wait is told", func() bool { _, n := r.said("waiting to read since"); return n == 1 })
	if got, _ := r.said(""); len(got) > 0 {
		t.Errorf("got %q", got)
	}
}

func TestATopicThatIsMissingIsTold(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		missing := kafkatest.Topic(t, b, 1) + "-missing" // a name that no other run has
		r := &reading{}
		r.start(t, open(b, "'"+missing+",'", "metadata_max_age: 500ms\n"))
		r.eventually(t, "the wait is told", func() bool {
			_, n := r.said("topic " + missing + " does not exist, or the account may not see it: UNKNOWN_TOPIC_OR_PARTITION")
			return n == 1
		})
		if err := b.CreateTopic(t.Context(), missing, 1, nil); err != nil {
			t.Fatal(err)
		}
		produce(t, b, &kgo.Record{Topic: missing, Value: []byte("an order")})
		r.eventually(t, "the record", func() bool { got, _ := r.said(""); return len(got) == 1 })
	})
}

func open(b kafka.Broker, topic, more string) string {
	config := fmt.Sprintf("seed_brokers: [ %q ]\ntopics: [ %s ]\nconsumer_group: readers-of-%s\ncommit_period: 100ms\n%s", b.Seeds()[0], topic, topic, more)
	return "kafka_read:\n  " + strings.ReplaceAll(strings.TrimSpace(config), "\n", "\n  ") + "\n"
}

func produce(t *testing.T, b kafka.Broker, records ...*kgo.Record) {
	t.Helper()
	client := connect(t, b, kgo.RecordPartitioner(kgo.ManualPartitioner()))
	if err := client.ProduceSync(t.Context(), records...).FirstErr(); err != nil {
		t.Fatal(err)
	}
}

func connect(t *testing.T, b kafka.Broker, options ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append(options, kgo.SeedBrokers(b.Seeds()...))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// numbered is so many records of one partition: their numbers.
func numbered(topic string, partition int32, n int) (all []*kgo.Record) {
	for i := range n {
		all = append(all, &kgo.Record{Topic: topic, Partition: partition, Value: fmt.Append(nil, i)})
	}
	return all
}

func committed(t *testing.T, b kafka.Broker, topic string) map[int32]int64 {
	t.Helper()
	offsets, err := kadm.NewClient(connect(t, b)).FetchOffsets(t.Context(), "readers-of-"+topic)
	if err != nil {
		t.Fatal(err)
	}
	at := map[int32]int64{}
	offsets.Each(func(o kadm.OffsetResponse) { at[o.Partition] = o.At })
	return at
}

// What is not taken comes again, before what follows it, and is committed only then.
func TestWhatIsNotTakenComesAgainInItsOrder(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		const n = 500
		topic := kafkatest.Topic(t, b, 1)
		produce(t, b, numbered(topic, 0, n)...)
		var mutex sync.Mutex
		var taken []string
		refusals, largest := 3, 0
		r := &reading{}
		r.run(t, func(builder *service.StreamBuilder) error {
			return errors.Join(builder.AddInputYAML(open(b, topic, "max_batch_bytes: 5KiB\nmax_batch_records: 30\n")), builder.AddBatchConsumerFunc(func(_ context.Context, batch service.MessageBatch) error {
				mutex.Lock()
				defer mutex.Unlock()
				largest = max(largest, len(batch))
				first, _ := batch[0].AsBytes()
				if string(first) != "0" && refusals > 0 {
					refusals--
					return errors.New("not now")
				}
				for _, m := range batch {
					content, _ := m.AsBytes()
					taken = append(taken, string(content))
				}
				return nil
			}))
		})
		var expected []string
		for i := range n {
			expected = append(expected, fmt.Sprint(i))
		}
		r.eventually(t, "all records", func() bool { mutex.Lock(); defer mutex.Unlock(); return len(taken) >= n })
		if !slices.Equal(taken, expected) {
			t.Errorf("taken: %v", taken)
		}
		if largest != 30 {
			t.Errorf("the largest batch had %d records", largest)
		}
		r.eventually(t, "the offset is committed", func() bool { return committed(t, b, topic)[0] == n })
	})
}

// A partition moves to a second member: what was in flight is committed, nothing is
// read by both.
func TestAPartitionMovesWithItsOffset(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		n := 300
		topic := kafkatest.Topic(t, b, 2)
		first, second := &reading{}, &reading{}
		first.accept = func(string) { time.Sleep(time.Millisecond) } // so that something is in flight
		first.start(t, open(b, topic, "max_batch_bytes: 1KiB\n"))
		produce(t, b, append(numbered(topic, 0, n), numbered(topic, 1, n)...)...)
		first.eventually(t, "the first has begun", func() bool { got, _ := first.said(""); return len(got) > 10 })
		second.start(t, open(b, topic, "max_batch_bytes: 1KiB\n"))
		// Whenever the second has joined, there is something left to read.
		second.eventually(t, "the second has begun", func() bool {
			produce(t, b, append(numbered(topic, 0, 20), numbered(topic, 1, 20)...)...)
			n += 20
			got, _ := second.said("")
			return len(got) > 0
		})
		second.eventually(t, "the offsets are committed", func() bool { at := committed(t, b, topic); return at[0] == int64(n) && at[1] == int64(n) })
		a, _ := first.said("")
		c, _ := second.said("")
		if len(a)+len(c) != 2*n {
			t.Errorf("%d and %d records, expected %d together", len(a), len(c), 2*n)
		}
	})
}

func TestMetadataIsTheRecordsOwn(t *testing.T) {
	b := kafkatest.InMemory(t)
	topic := kafkatest.Topic(t, b, 3)
	produce(t, b, &kgo.Record{Topic: topic, Partition: 2, Key: []byte("k"), Value: []byte("v"), Timestamp: time.UnixMilli(1709210096789),
		Headers: []kgo.RecordHeader{{Key: "trace", Value: []byte("one")}, {Key: "trace", Value: []byte("two")}, {Key: "none"}, {Key: "kafka_timestamp_ms", Value: []byte("9")}}})
	produce(t, b, &kgo.Record{Topic: topic, Partition: 2})
	got := make(chan map[string]any, 2)
	r := &reading{}
	r.run(t, func(builder *service.StreamBuilder) error {
		return errors.Join(builder.AddInputYAML(open(b, topic, "")), builder.AddConsumerFunc(func(_ context.Context, m *service.Message) error {
			metadata := map[string]any{}
			err := m.MetaWalkMut(func(key string, value any) error { metadata[key] = value; return nil })
			got <- metadata
			return err
		}))
	})
	expected := map[string]any{
		"kafka_key": []byte("k"), "kafka_topic": topic, "kafka_partition": 2, "kafka_offset": 0, "kafka_timestamp_ms": int64(1709210096789),
		"kafka_tombstone_message": false, "kafka_batch": "", "trace": "two", "none": nil,
		// Only since a header has the name of other metadata.
		"kafka_headers": map[string]any{"trace": "two", "none": nil, "kafka_timestamp_ms": "9"},
	}
	if m := <-got; fmt.Sprint(m) != fmt.Sprint(expected) {
		t.Errorf("got      %v\nexpected %v", m, expected)
	}
	m := <-got
	if key, ok := m["kafka_key"].([]byte); !ok || key != nil || m["kafka_tombstone_message"] != true || m["kafka_offset"] != 1 {
		t.Errorf("the tombstone's metadata are %v", m)
	}
}

func TestAbortedTransactionsAreNotRead(t *testing.T) {
	b := kafkatest.Shared(t)
	topic := kafkatest.Topic(t, b, 1)
	client := connect(t, b, kgo.TransactionalID(topic), kgo.DefaultProduceTopic(topic))
	for value, end := range map[string]kgo.TransactionEndTry{"aborted": kgo.TryAbort, "committed": kgo.TryCommit} {
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := client.ProduceSync(t.Context(), kgo.StringRecord(value)).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := client.EndTransaction(t.Context(), end); err != nil {
			t.Fatal(err)
		}
	}
	r := &reading{}
	r.start(t, open(b, topic, ""))
	r.eventually(t, "the record that is committed", func() bool { got, _ := r.said(""); return strings.Join(got, " ") == "committed" })
}

// While nothing is taken, what is held stays within the bound and two fetches.
func TestMemoryIsBounded(t *testing.T) {
	b := kafkatest.Shared(t)
	topic := kafkatest.Topic(t, b, 6)
	const records, bytes = 6000, 10_000
	var all []*kgo.Record
	for i := range records {
		all = append(all, &kgo.Record{Topic: topic, Partition: int32(i % 6), Value: []byte(strings.Repeat(fmt.Sprintf("%09d ", i), bytes/10))})
	}
	client := connect(t, b, kgo.RecordPartitioner(kgo.ManualPartitioner()), kgo.ProducerBatchCompression(kgo.NoCompression()))
	if err := client.ProduceSync(t.Context(), all...).FirstErr(); err != nil {
		t.Fatal(err)
	}
	text := strings.TrimPrefix(open(b, topic, "buffer_bytes: 1MiB\nfetch_max_bytes: 1MiB\n"), "kafka_read:")
	parsed, err := InputSpec().ParseYAML(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	i, err := newInput(parsed, service.MockResources())
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Connect(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer i.Close(t.Context())
	most := 0
	for read := 0; read < records; {
		batch, acknowledge, err := i.ReadBatch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		i.member.mutex.Lock()
		most = max(most, i.member.held)
		i.member.mutex.Unlock()
		read += len(batch)
		if err := acknowledge(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
	}
	// A batch of the producer's, up to 1 MB, comes whole for each partition.
	if most < 500_000 || most > 8<<20 {
		t.Errorf("%d bytes of %d were held at most", most, records*bytes)
	}
}

func TestConfigurationsThatCannotWorkAreRefused(t *testing.T) {
	for more, expected := range map[string]string{
		"session_timeout: 1ms\n":                        "checking the configuration: ",
		"buffer_bytes: many\n":                          "reading buffer_bytes: expected a size from 1B to 1GiB, as in 256KiB",
		"fetch_max_bytes: 2GiB\n":                       "reading fetch_max_bytes: expected a size from 1B to 1GiB, as in 256KiB",
		"max_batch_records: 0\n":                        "max_batch_records must be at least 1",
		"sasl: [ { mechanism: PLAIN, username: u } ]\n": "reading sasl[0]: PLAIN needs a password, but the field password is empty: set the field or its environment variable (KAFKA_PASSWORD in the shipped files)",
		"sasl: [ { mechanism: OAUTHBEARER } ]\n":        "reading sasl[0]: OAUTHBEARER needs a token, but the field token is empty: set the field or its environment variable (KAFKA_TOKEN in the shipped files)",
		"sasl: [ { mechanism: GSSAPI } ]\n":             "reading sasl[0]: mechanism \"GSSAPI\" is not supported here: expected PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER",
		"idle: 0s\n":                                    "idle must be longer than nothing",
		"topics: [ ' , ' ]\n":                           "reading the configuration: topics and consumer_group must not be empty",
		"consumer_group: ''\n":                          "reading the configuration: topics and consumer_group must not be empty",
	} {
		text := "seed_brokers: [ 127.0.0.1:1 ]\n" + more
		if !strings.Contains(more, "topics") {
			text += "topics: [ orders ]\n"
		}
		if !strings.Contains(more, "group") {
			text += "consumer_group: g\n"
		}
		parsed, err := InputSpec().ParseYAML(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := newInput(parsed, service.MockResources()); err == nil || !strings.HasPrefix(err.Error(), expected) {
			t.Errorf("%s: got %v, expected %s", more, err, expected)
		}
	}
}

// Asking leaves nothing behind.
func TestAskingLeavesNothingBehind(t *testing.T) {
	b := kafkatest.InMemory(t)
	i := made(t, open(b, kafkatest.Topic(t, b, 1), ""))
	ask := func(times int) int {
		for range times {
			for _, result := range i.ConnectionTest(t.Context()) {
				if result.Err != nil {
					t.Fatal(result.Err)
				}
			}
		}
		return runtime.NumGoroutine()
	}
	before := ask(3)
	const times = 30
	if after := ask(times); after > before+times/3 {
		t.Errorf("%d goroutines became %d after asking %d times", before, after, times)
	}
}
