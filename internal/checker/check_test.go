package checker

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// story is a small log with every kind of record, and the rows that a correct sink
// stores. A test then introduces a difference.
type story struct {
	*testData
	old, a, b, c orders.Order // a replaces old
	notJSON, bad *kgo.Record  // bad has a key and headers
}

func newStory(t testing.TB, b kafka.Broker) *story {
	d, g := newTestData(t, b), orders.NewGenerator(7)
	s := &story{testData: d, old: g.Order(), b: g.Order(), c: g.Order()}
	s.a = s.old
	s.a.Quantity++
	s.a.TotalPrice = s.a.Quantity * s.a.UnitPrice
	s.c.UserID, s.c.ProductID = `주문 🛒 "\`, "a\tb"
	d.log(0, orders.Good(s.old)) // 0
	s.notJSON = d.log(0, g.NotJSON())
	d.log(0, orders.Good(s.b)) // 2
	d.log(0, orders.Good(s.a)) // 3
	broken := g.BrokenRule()
	broken.Key = []byte{}
	broken.Headers = []kgo.RecordHeader{{Key: "trace", Value: []byte("1")}, {Key: "trace", Value: []byte("1")}}
	s.bad = d.log(1, broken)
	d.log(1, orders.Good(s.c)) // 1
	for _, o := range []orders.Order{s.a, s.b, s.c} {
		d.store(o)
	}
	return s
}

// deadLetters sends both dead letters. A test may change the second one.
func (s *story) deadLetters(spoil func(dead *kgo.Record)) {
	s.send(s.deadLetter(s.notJSON, "bad_json"))
	dead := s.deadLetter(s.bad, "order_range")
	if spoil != nil {
		spoil(dead)
	}
	s.send(dead)
}

func TestNoDifference(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		s := newStory(t, b)
		s.deadLetters(nil)
		expected := Report{Records: 6, Keys: 3, Refusable: 2, Rows: 3, DeadLetters: 2}
		if got := s.check(); got != expected {
			t.Errorf("got %+v, expected %+v", got, expected)
		}
		s.send(s.deadLetter(s.bad, "order_range")) // delivery is at least once
		expected.DeadLetters, expected.Repeated = 3, 1
		if got := s.check(); got != expected || got.Err() != nil {
			t.Errorf("with a dead letter twice: got %+v, expected %+v", got, expected)
		}
		s.config.Exactly = true
		if got := s.check(); !strings.Contains(got.Diff, s.at(1, 0)) || got.Repeated != 1 {
			t.Errorf("with a dead letter twice and exactly: got %+v", got)
		}
	})
}

// A comparison does not count the rows and dead letters of an earlier one.
func TestALogIsReadOnceAndComparedOften(t *testing.T) {
	s := newStory(t, kafkatest.InMemory(t))
	s.deadLetters(nil)
	log, err := ReadLog(t.Context(), s.config)
	if err != nil {
		t.Fatal(err)
	}
	compare := func(config Config, expected Report) {
		t.Helper()
		got, err := log.Compare(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		got.at, got.Diff = position{}, ""
		if got != expected {
			t.Errorf("got %+v, expected %+v", got, expected)
		}
	}
	same := Report{Records: 6, Keys: 3, Refusable: 2, Rows: 3, DeadLetters: 2}
	compare(s.config, same)
	compare(s.config, same)
	s.exec("DELETE FROM orders WHERE order_id = ?", s.b.OrderID)
	missing := same
	missing.Rows, missing.MissingRows = 2, 1
	compare(s.config, missing)
	s.store(s.b)
	compare(s.config, same)
	none := s.config
	none.DeadLetters = ""
	withoutLetters := same
	withoutLetters.DeadLetters, withoutLetters.MissingDeadLetters = 0, 2
	compare(none, withoutLetters)
}

func TestNothingEqualsNothing(t *testing.T) {
	if got := newTestData(t, kafkatest.InMemory(t)).check(); got != (Report{}) {
		t.Errorf("got %+v, expected an empty report", got)
	}
}

func TestDeadLetterThatIsNotThere(t *testing.T) {
	s := newStory(t, kafkatest.InMemory(t))
	s.send(s.deadLetter(s.notJSON, "bad_json"))
	good := s.deadLetter(&kgo.Record{Topic: s.config.Topic, Partition: 0, Offset: 2, Value: s.b.Envelope()}, "row_too_long")
	s.send(good)
	got := s.check()
	if !strings.HasPrefix(got.Diff, s.at(0, 2)) || !strings.Contains(got.Diff, `"row_too_long": the record is not refusable`) {
		t.Errorf("the first difference is %s", got.Diff)
	}
	if got.MissingDeadLetters != 1 || got.UndeservedDeadLetters != 1 {
		t.Errorf("got %+v, expected one dead letter missing and one undeserved", got)
	}
}

// The same order in two partitions, which have no common order.
func TestAKeyInSeveralPartitions(t *testing.T) {
	d, order := newTestData(t, kafkatest.InMemory(t)), orders.NewGenerator(7).Order()
	quantity := func(n int64) orders.Order { o := order; o.Quantity = n; return o }
	versions := map[position]int64{}
	for _, r := range []struct {
		partition int32
		offset    int64
		quantity  int64
		version   int64
	}{{0, 0, 1, 10}, {0, 1, 2, 30}, {1, 0, 3, 20}, {1, 1, 4, 30}, {1, 2, 5, 25}} {
		d.log(r.partition, orders.Good(quantity(r.quantity)))
		versions[position{r.partition, r.offset}] = r.version
	}
	equal := func(n int64) bool {
		d.store(quantity(n))
		return d.check().Diff == ""
	}
	for n, expected := range map[int64]bool{1: false, 2: true, 3: false, 4: false, 5: true} {
		if equal(n) != expected {
			t.Errorf("without a version, quantity %d: equal is %t", n, !expected)
		}
	}
	d.config.Version = func(r *kgo.Record) int64 { return versions[position{r.Partition, r.Offset}] }
	for n, expected := range map[int64]bool{1: false, 2: true, 3: false, 4: true, 5: false} {
		if equal(n) != expected {
			t.Errorf("with a version, quantity %d: equal is %t", n, !expected)
		}
	}
}

// A record deletes the row of its key, and a later record stores the row again.
func TestADeletedRow(t *testing.T) {
	d, g := newTestData(t, kafkatest.InMemory(t)), orders.NewGenerator(7)
	seed := SeedOracle(255)
	d.config.Oracle = func(r *kgo.Record) Outcome {
		if r.Value == nil {
			return Outcome{Deleted: string(r.Key)}
		}
		return seed(r)
	}
	gone, back := g.Order(), g.Order()
	deletion := func(o orders.Order) orders.Message { return orders.Message{Key: []byte(o.OrderID)} }
	d.log(0, deletion(gone)) // of a row that never was
	d.log(0, orders.Good(gone))
	d.log(0, deletion(gone))
	d.log(1, orders.Good(back))
	d.log(1, deletion(back))
	back.Quantity++
	d.log(1, orders.Good(back))
	d.store(back)
	if got, expected := d.check(), (Report{Records: 6, Keys: 1, Rows: 1}); got != expected {
		t.Errorf("got %+v, expected %+v", got, expected)
	}
	d.store(gone)
	if got := d.check(); got.ExtraRows != 1 || !strings.Contains(got.Diff, gone.OrderID) {
		t.Errorf("with a row that must be gone: got %+v", got)
	}
}

func TestWhatCannotBeCheckedIsAnError(t *testing.T) {
	s := newStory(t, kafkatest.InMemory(t))
	check := func(change func(*Config)) error {
		config := s.config
		change(&config)
		_, err := Check(t.Context(), config)
		return err
	}
	if err := check(func(c *Config) { c.Topic = "nowhere" }); err == nil {
		t.Error("a topic that does not exist was read")
	}
	if err := check(func(c *Config) { c.Table = "nowhere" }); err == nil {
		t.Error("a table that does not exist was read")
	}
	unsure := func(*kgo.Record) Outcome { return Outcome{Err: errors.New("unsure")} }
	if err := check(func(c *Config) { c.Oracle = unsure }); !errors.Is(err, ErrUnjudged) || !strings.Contains(err.Error(), "unsure") {
		t.Errorf("an oracle that does not know: %v", err)
	}
	if err := check(func(c *Config) { c.Columns = []string{"order_id"} }); !errors.Is(err, ErrUnjudged) {
		t.Errorf("an oracle of other columns: %v", err)
	}
}

func TestNullIsNotTheEmptyText(t *testing.T) {
	if firstDifference([]string{"", ""}, []sql.NullString{{Valid: true}, {}}) != 1 {
		t.Error("NULL was taken for an empty text")
	}
}
