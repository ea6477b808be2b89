package dlq

import (
	"io"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/urfave/cli/v2"

	"github.com/order-sink/order-sink/internal/console"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// fill sends five dead letters: 0:0 and 0:2 for the same reason, 0:1 half an
// envelope, 1:0 with a key, 1:1 written by another program.
func fill(u *user) orders.Order {
	g := orders.NewGenerator(11)
	o := g.Order()
	half := orders.Message{Value: []byte(`{"schema":null,"payload":{"order_id":"half-one","qty`)}
	keyed := orders.Message{Key: []byte("keyed-one"), Value: []byte(`{"payload":{"order_id":17}}`)}
	u.refuse(
		refusal{Message: g.WrongType(), at: 3, code: "type_mismatch", field: "payload.qty"},
		refusal{Message: half, at: 4, code: "bad_json", field: "value", after: time.Hour},
		refusal{Message: orders.Good(o), at: 5, code: "type_mismatch", field: "payload.qty", after: 2 * time.Hour},
		refusal{Message: keyed, partition: 1, at: 6, code: "order_missing", field: "user_id", after: 3 * time.Hour},
	)
	u.send(&kgo.Record{
		Topic: u.deadLetters, Partition: 1, Value: []byte("theirs"), Timestamp: base.Add(4 * time.Hour),
		Headers: []kgo.RecordHeader{{Key: "reason", Value: []byte("unknown")}},
	})
	return o
}

func TestListCounts(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		u := newUser(t, b)
		fill(u)
		expected := `OPEN  CODE           FIELD        FIRST SEEN                LAST SEEN
2     type_mismatch  payload.qty  ` + at(0) + `  ` + at(2) + `
1     -              -            ` + at(4) + `  ` + at(4) + `
1     bad_json       value        ` + at(1) + `  ` + at(1) + `
1     order_missing  user_id      ` + at(3) + `  ` + at(3) + `

5 open in topic ` + u.deadLetters + "\n"
		if got := u.expect(0, "list"); got.out != expected || got.err != "" {
			t.Errorf("got\n%s%s\nexpected\n%s", got.out, got.err, expected)
		}
		got := parse[summary](t, u.expect(0, "list", "--output", "json", "--code", "type_mismatch").out)
		if want := (summary{Topic: u.deadLetters, Open: 2, Groups: []*groupCount{{
			Code: "type_mismatch", Field: "payload.qty", Open: 2,
			FirstSeen: at(0), LastSeen: at(2),
		}}}); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, expected %+v", got, want)
		}
		each := u.expect(0, "list", "--letters", "--partition", "1").out
		if want := `LETTER  FAILED AT                 CODE           FIELD    SOURCE
1:0     ` + at(3) + `  order_missing  user_id  ` + u.log + `/1/6
1:1     ` + at(4) + `  -              -        unknown
`; each != want {
			t.Errorf("got\n%s\nexpected\n%s", each, want)
		}
	})
}

func TestFiltersChoose(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		u := newUser(t, b)
		o := fill(u)
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
				want, code = "0:1", 0 // not JSON: found as text
			}
			got := u.expect(code, args...)
			var names []string
			for _, line := range parseLines[line](t, got.out) {
				names = append(names, line.Name)
			}
			if strings.Join(names, " ") != want {
				t.Errorf("%q: got %v, expected %s", filters, names, want)
			}
			if code == exitNothing && !strings.Contains(got.err, "no dead letter matches") {
				t.Errorf("%q: printed %q", filters, got.err)
			}
		}
	})
}

func TestAnEmptyTopicHasNothing(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		u := newUser(t, b)
		if got := u.expect(exitNothing, "list"); got.out != "" || got.err != "no dead letter matches\n" {
			t.Errorf("got %+v", got)
		}
		if got := parse[summary](t, u.expect(exitNothing, "list", "-o", "json").out); got.Open != 0 || got.Groups == nil {
			t.Errorf("got %+v", got)
		}
		u.expect(exitNothing, "list", "--letters", "-o", "json")
		u.expect(exitNothing, "replay", "--all", "--yes", "0")
		u.deadLetters = "there-is-no-such-topic"
		if got := u.expect(exitError, "list"); !strings.Contains(got.err, u.deadLetters) {
			t.Errorf("printed %q", got.err)
		}
	})
}

// full is a disk without space.
type full struct{ writes int }

func (f *full) Write([]byte) (int, error) {
	f.writes++
	return 0, syscall.ENOSPC
}

func TestAnOutputThatFailsIsReportedOnce(t *testing.T) {
	u := newUser(t, kafkatest.InMemory(t))
	fill(u)
	for _, args := range []string{"--letters -o json", "--letters", "-o json", ""} {
		disk := &full{}
		command := newCommand(console.Console{In: u, Out: disk, Err: io.Discard})
		app := &cli.App{Name: "order-sink", ExitErrHandler: func(*cli.Context, error) {}, Commands: []*cli.Command{command}}
		err := app.RunContext(t.Context(), append([]string{"order-sink"}, u.command(append([]string{"list"}, strings.Fields(args)...)...)...))
		if err == nil || strings.Count(err.Error(), syscall.ENOSPC.Error()) != 1 || disk.writes != 1 {
			t.Errorf("list %s: %d writes, %v", args, disk.writes, err)
		}
	}
}
