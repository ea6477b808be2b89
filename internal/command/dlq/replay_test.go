package dlq

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/plugins/deadletter"
	"github.com/order-sink/order-sink/plugins/deadletter/headers"
)

// find returns the record with a value, nil for none.
func find(records []*kgo.Record, value []byte) *kgo.Record {
	for _, r := range records {
		if bytes.Equal(r.Value, value) {
			return r
		}
	}
	return nil
}

func TestReplaySendsWhatTheProducerSent(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		u := newUser(t, b)
		g := orders.NewGenerator(5)
		trace := []kgo.RecordHeader{{Key: "trace", Value: []byte("1")}, {Key: "trace", Value: []byte("2")}, {Key: "raw", Value: []byte("\xff")}, {Key: "empty", Value: []byte{}}}
		all := []refusal{
			{Message: g.BrokenRule(), at: 1, code: "order_range", field: "qty"},
			{Message: g.WrongType(), at: 2, code: "type_mismatch", field: "payload.qty", partition: 1},
			{Message: g.NotJSON(), at: 3, code: "bad_json", field: "value", without: []string{"order_sink.timestamp_ms"}, after: time.Hour},
		}
		all[0].Headers, all[1].Key, all[2].Key = trace, []byte("a key"), []byte{}
		u.refuse(all...)

		if got := parse[result](t, u.expect(0, "replay", "--all", "--yes", "3", "-o", "json").out); got != (result{Topic: u.deadLetters, Matched: 3, Replayed: 3}) {
			t.Errorf("got %+v", got)
		}
		log := u.read(u.log)
		if len(log) != 3 {
			t.Fatalf("%d records, expected 3", len(log))
		}
		for i, from := range []string{"0/0", "1/0", "0/1"} {
			got, want := find(log, all[i].Value), all[i]
			if got == nil {
				t.Fatalf("dead letter %d was not sent", i)
			}
			headers := slices.Concat(want.Headers, []kgo.RecordHeader{{Key: "order_sink.replayed_from", Value: []byte(u.deadLetters + "/" + from)}})
			if !reflect.DeepEqual(got.Headers, headers) {
				t.Errorf("dead letter %d: headers %v, expected %v", i, got.Headers, headers)
			}
			if (got.Key == nil) != (want.Key == nil) || !bytes.Equal(got.Key, want.Key) || got.Partition != 1 {
				t.Errorf("dead letter %d: key %q in partition %d, expected %q in 1", i, got.Key, got.Partition, want.Key)
			}
			at := base.Add(time.Duration(want.at) * time.Millisecond)
			if i == 2 { // its own, because no header has that of the record
				at = base.Add(time.Hour)
			}
			if !got.Timestamp.Equal(at) {
				t.Errorf("dead letter %d: timestamp %s, expected %s", i, got.Timestamp.UTC(), at)
			}
		}
	})
}

func TestAReplayedDeadLetterIsNotSentAgain(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		u := newUser(t, b)
		u.some(3)
		g := orders.NewGenerator(5)
		u.refuse(refusal{Message: g.NotJSON(), partition: 1, code: "bad_json", field: "value"})
		u.expect(0, "replay", "--code", "order_range", "--yes", "3")
		marks := map[deadletter.Position]bool{}
		for _, record := range u.read(u.deadLetters) {
			m, ok := deadletter.ParseMark(record)
			if !ok {
				continue
			}
			if marks[m.Of] = true; record.Partition != m.Of.Partition || record.Value == nil || len(record.Value) != 0 || string(record.Key) != "order_sink.replayed:"+m.Of.String() {
				t.Errorf("mark %d:%d of %s has key %q, value %q", record.Partition, record.Offset, m.Of, record.Key, record.Value)
			}
		}
		if !marks[deadletter.Position{Partition: 0, Offset: 0}] || !marks[deadletter.Position{Partition: 0, Offset: 1}] || !marks[deadletter.Position{Partition: 0, Offset: 2}] || marks[deadletter.Position{Partition: 1, Offset: 0}] {
			t.Errorf("marks %v", marks)
		}
		u.some(1) // 0:6, behind three marks

		got := u.expect(exitNothing, "replay", "--offset", "0", "--partition", "0", "--yes", "1")
		if !strings.Contains(got.err, "1 that does was replayed before") {
			t.Errorf("printed %q", got.err)
		}
		u.expect(0, "replay", "--all", "--yes", "2")
		if n := u.count(u.log); n != 5 {
			t.Errorf("%d records were sent, expected 5", n)
		}
		u.expect(exitNothing, "list")

		s := parse[summary](t, u.expect(0, "list", "--replayed", "-o", "json").out)
		if s.Open != 0 || s.Replayed != 5 || len(s.Groups) != 2 || s.Groups[0].Replayed != 4 || s.Groups[0].LastSeen != base.Add(2*time.Millisecond).Format(headers.TimeFormat) {
			t.Errorf("got %+v", s)
		}
		if got := u.expect(0, "list", "--replayed").out; !strings.Contains(got, "OPEN  REPLAYED  CODE") || !strings.Contains(got, "0     4         order_range") {
			t.Errorf("got\n%s", got)
		}
		if got := u.expect(0, "list", "--replayed", "--letters", "--code", "bad_json").out; !strings.HasSuffix(got, "  yes\n") {
			t.Errorf("got\n%s", got)
		}
		if got := u.expect(0, "show", "0:1").out; !strings.Contains(got, "\nReplayed          20") || !strings.Contains(got, "Z to "+u.log+"/1/1\n") {
			t.Errorf("got\n%s", got)
		}
		// Unless the user asks for that.
		u.expect(0, "replay", "--replayed", "--partition", "0", "--offset", "1", "--yes", "1")
		if n := u.count(u.log); n != 6 {
			t.Errorf("%d records were sent, expected 6", n)
		}
		if s := parse[shown](t, u.expect(0, "show", "0:1", "-o", "json").out); len(s.Replays) != 2 || !s.Replayed {
			t.Errorf("got %+v", s.Replays)
		}
	})
}

// An order that was replayed and refused again is a new dead letter.
func TestARefusedReplayIsANewDeadLetter(t *testing.T) {
	u := newUser(t, kafkatest.InMemory(t))
	m := orders.NewGenerator(1).NotJSON()
	m.Headers = []kgo.RecordHeader{{Key: "order_sink.replayed_from", Value: []byte("letters/7/7")}, {Key: "order_sink.replayed", Value: []byte("0:1")}}
	u.refuse(refusal{Message: m, code: "bad_json", field: "value"}, refusal{Message: m, code: "bad_json", field: "value"})
	if got := u.expect(0, "show", "0:0").out; !strings.Contains(got, "Replayed from     letters/7/7\n") {
		t.Errorf("got\n%s", got)
	}
	u.expect(0, "replay", "--all", "--yes", "2")
	for i, record := range u.read(u.log) {
		if got := fmt.Sprintf("%s", record.Headers); got != fmt.Sprintf("[{%s %s/0/%d}]", "order_sink.replayed_from", u.deadLetters, i) {
			t.Errorf("headers %s", got)
		}
	}
}

func TestDryRunSendsNothing(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		u := newUser(t, b)
		u.some(2)
		got := u.expect(0, "replay", "--all", "--dry-run").out
		for _, part := range []string{"LETTER", "0:0     " + at(0), "  " + u.log + "/1/1  ", "  " + u.log + "/1\n", "\n2 dead letters would be sent; nothing was\n"} {
			if !strings.Contains(got, part) {
				t.Errorf("%q is not in\n%s", part, got)
			}
		}
		lines := parseLines[line](t, u.expect(0, "replay", "--all", "--dry-run", "-o", "json").out)
		if len(lines) != 2 || lines[1].Name != "0:1" || lines[1].To.Partition != 1 || lines[1].To.Topic != u.log || lines[1].To.Offset != nil {
			t.Errorf("got %+v", lines)
		}
		if u.count(u.log) != 0 || u.count(u.deadLetters) != 2 {
			t.Errorf("%d records were sent, %d marks", u.count(u.log), u.count(u.deadLetters)-2)
		}
	})
}

func TestNothingIsSentUnconfirmed(t *testing.T) {
	u := newUser(t, kafkatest.InMemory(t))
	u.some(12)
	for _, test := range []struct {
		answer, args string
		code         int
		says         string
	}{
		{"", "--all", exitUsage, "use --yes 12"},
		{"", "--all --yes 11", exitError, "the filter matches 12 dead letters, not 11"},
		{"11", "--all --yes 11", exitError, "the filter matches 12 dead letters, not 11"},
		{"yes", "--all", exitError, "not confirmed"},
		{"1", "--all", exitError, "not confirmed"},
		{" ", "--all", exitError, "not confirmed"},
		{"12", "", exitUsage, "--all"},
		{"12", "--replayed", exitUsage, "--all"},
		{"12", "--all --yes -3", exitUsage, "--yes"},
		{"12", "--all --to-topic " + u.deadLetters, exitError, "dead letter topic itself"},
		{"12", "--all --to-topic nowhere", exitError, "nowhere"},
	} {
		u.answer = test.answer
		got := u.expect(test.code, append([]string{"replay"}, strings.Fields(test.args)...)...)
		if !strings.Contains(got.err, test.says) {
			t.Errorf("%q, %s: printed %q", test.answer, test.args, got.err)
		}
	}
	if u.count(u.log) != 0 || u.count(u.deadLetters) != 12 {
		t.Fatalf("%d records were sent, %d marks", u.count(u.log), u.count(u.deadLetters)-12)
	}
	u.answer = "12"
	if got := u.expect(0, "replay", "--all"); got.out != "12 of 12 dead letters replayed\n" || !strings.Contains(got.err, "12 to topic "+u.log) {
		t.Errorf("got %+v", got)
	}
}
