package dlq

import (
	"context"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// fill sends five letters: 0:0 and 0:2 for the same reason, 0:1 half an
// envelope, 1:0 with a key, 1:1 written by another program.
func fill(w *world) orders.Order {
	g := orders.NewGenerator(11)
	o := g.Order()
	half := orders.Message{Value: []byte(`{"schema":null,"payload":{"order_id":"half-one","qty`)}
	keyed := orders.Message{Key: []byte("keyed-one"), Value: []byte(`{"payload":{"order_id":17}}`)}
	w.refuse(
		refusal{Message: g.WrongType(), at: 3, code: "type_mismatch", field: "payload.qty"},
		refusal{Message: half, at: 4, code: "bad_json", field: "value", after: time.Hour},
		refusal{Message: orders.Good(o), at: 5, code: "type_mismatch", field: "payload.qty", after: 2 * time.Hour},
		refusal{Message: keyed, partition: 1, at: 6, code: "order_missing", field: "user_id", after: 3 * time.Hour},
	)
	w.send(&kgo.Record{
		Topic: w.letters, Partition: 1, Value: []byte("theirs"), Timestamp: base.Add(4 * time.Hour),
		Headers: []kgo.RecordHeader{{Key: "reason", Value: []byte("unknown")}},
	})
	return o
}

func TestListCounts(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		w := newWorld(t, b)
		fill(w)
		expected := `OPEN  CODE           FIELD        FIRST SEEN                LAST SEEN
2     type_mismatch  payload.qty  ` + at(0) + `  ` + at(2) + `
1     -              -            ` + at(4) + `  ` + at(4) + `
1     bad_json       value        ` + at(1) + `  ` + at(1) + `
1     order_missing  user_id      ` + at(3) + `  ` + at(3) + `

5 open in topic ` + w.letters + "\n"
		if got := w.expect(0, "list"); got.out != expected || got.err != "" {
			t.Errorf("got\n%s%s\nexpected\n%s", got.out, got.err, expected)
		}
		got := parse[summary](t, w.expect(0, "list", "--output", "json", "--code", "type_mismatch").out)
		if want := (summary{Topic: w.letters, Open: 2, Groups: []groupCount{{
			Code: "type_mismatch", Field: "payload.qty", Open: 2,
			FirstSeen: at(0), LastSeen: at(2),
		}}}); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, expected %+v", got, want)
		}
		letters := w.expect(0, "list", "--letters", "--partition", "1").out
		if want := `LETTER  FAILED AT                 CODE           FIELD    SOURCE
1:0     ` + at(3) + `  order_missing  user_id  ` + w.log + `/1/6
1:1     ` + at(4) + `  -              -        unknown
`; letters != want {
			t.Errorf("got\n%s\nexpected\n%s", letters, want)
		}
	})
}

func TestFiltersChoose(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		w := newWorld(t, b)
		o := fill(w)
		for filters, want := range map[string]string{
			"":                                       "0:0 0:1 0:2 1:0 1:1",
			"--code bad_json":                        "0:1",
			"--code bad_json --code type_mismatch":   "0:0 0:1 0:2",
			"--field user_id":                        "1:0",
			"--code bad_json --field user_id":        "",
			"--code type_mism":                       "",
			"--since " + at(1):                       "0:1 0:2 1:0 1:1",
			"--until " + at(1):                       "0:0",
			"--since " + at(1) + " --until " + at(3): "0:1 0:2",
			"--order-id " + o.OrderID:                "0:2",
			"--order-id half-one":                    "0:1",
			"--order-id keyed-one":                   "1:0",
			"--order-id 17":                          "1:0",
			"--order-id payload":                     "", // "half an envelope" has it, as a name: see below
			"--partition 0":                          "0:0 0:1 0:2",
			"--offset 1":                             "0:1 1:1",
			"--partition 1 --offset 1":               "1:1",
			"--partition 7":                          "",
			"--offset 99":                            "",
		} {
			args := append([]string{"list", "--letters", "--output", "json"}, strings.Fields(filters)...)
			code := 0
			if want == "" {
				code = exitNothing
			}
			if strings.HasSuffix(filters, "payload") {
				want, code = "0:1", 0 // no JSON, hence looked for as text
			}
			got := w.expect(code, args...)
			var names []string
			for _, line := range parseLines[letterLine](t, got.out) {
				names = append(names, line.Letter)
			}
			if strings.Join(names, " ") != want {
				t.Errorf("%q: got %v, expected %s", filters, names, want)
			}
			if code == exitNothing && !strings.Contains(got.err, "no dead letter matches") {
				t.Errorf("%q: said %q", filters, got.err)
			}
		}
	})
}

func TestAnEmptyTopicHasNothing(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		w := newWorld(t, b)
		if got := w.expect(exitNothing, "list"); got.out != "" || got.err != "no dead letter matches\n" {
			t.Errorf("got %+v", got)
		}
		if got := parse[summary](t, w.expect(exitNothing, "list", "-o", "json").out); got.Open != 0 || got.Groups == nil {
			t.Errorf("got %+v", got)
		}
		w.expect(exitNothing, "list", "--letters", "-o", "json")
		w.expect(exitNothing, "replay", "--all", "--yes", "0")
		w.letters = "there-is-no-such-topic"
		if got := w.expect(exitError, "list"); !strings.Contains(got.err, w.letters) {
			t.Errorf("said %q", got.err)
		}
	})
}

// Behind the last letter may be offsets without a record.
func TestHolesAreNotWaitedFor(t *testing.T) {
	t.Run("a transaction's marker", func(t *testing.T) {
		kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
			w := newWorld(t, b)
			client, err := kgo.NewClient(kgo.SeedBrokers(b.Seeds()...), kgo.TransactionalID(w.letters), kgo.RecordPartitioner(kgo.ManualPartitioner()))
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			if err := client.BeginTransaction(); err != nil {
				t.Fatal(err)
			}
			record := w.letter(refusal{Message: orders.NewGenerator(1).NotJSON(), code: "bad_json"})
			if err := client.ProduceSync(t.Context(), record).FirstErr(); err != nil {
				t.Fatal(err)
			}
			if err := client.EndTransaction(t.Context(), kgo.TryCommit); err != nil {
				t.Fatal(err)
			}
			if got := parse[summary](t, w.expect(0, "list", "-o", "json").out); got.Open != 1 {
				t.Errorf("got %+v", got)
			}
		})
	})
	t.Run("compacted away", func(t *testing.T) {
		b := kafkatest.InMemory(t)
		w := newWorld(t, b)
		fill(w)
		// As if the last three records of each partition had been compacted away.
		b.Cluster.ControlKey(int16(kmsg.ListOffsets), func(request kmsg.Request) (kmsg.Response, error, bool) {
			b.Cluster.KeepControl()
			ask := request.(*kmsg.ListOffsetsRequest)
			if ask.Topics[0].Partitions[0].Timestamp != -1 {
				return nil, nil, false
			}
			answer := ask.ResponseKind().(*kmsg.ListOffsetsResponse)
			for _, topic := range ask.Topics {
				of := kmsg.NewListOffsetsResponseTopic()
				of.Topic = topic.Topic
				for _, partition := range topic.Partitions {
					end := kmsg.NewListOffsetsResponseTopicPartition()
					end.Partition, end.Offset, end.LeaderEpoch = partition.Partition, 6-int64(partition.Partition), 0
					of.Partitions = append(of.Partitions, end)
				}
				answer.Topics = append(answer.Topics, of)
			}
			return answer, nil, true
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if got := w.runContext(ctx, "list", "-o", "json"); got.code != 0 || parse[summary](t, got.out).Open != 5 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("compacted", func(t *testing.T) {
		b := kafkatest.InMemory(t)
		w := newWorld(t, b)
		w.letters += "-compacted"
		if err := b.CreateTopic(t.Context(), w.letters, 1, map[string]string{"cleanup.policy": "compact"}); err != nil {
			t.Fatal(err)
		}
		for i := range int64(4) {
			m := orders.Message{Key: []byte("the same"), Value: []byte("{}")}
			w.refuse(refusal{Message: m, at: i, code: "order_missing"})
		}
		b.Cluster.Compact()
		got := parse[summary](t, w.expect(0, "list", "-o", "json").out)
		if got.Open == 0 || got.Open == 4 {
			t.Errorf("got %+v, expected some of the 4 to be compacted away", got)
		}
		w.expect(0, "replay", "--all", "--yes", strconv.Itoa(got.Open))
		b.Cluster.Compact()
		w.expect(exitNothing, "replay", "--all")
	})
}
