package checker

import (
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// differences are the kinds of difference that a check finds, one in each story.
var differences = map[string]struct {
	spoil    func(s *story)      // the table
	dead     func(r *kgo.Record) // the second dead letter
	position [2]int64            // partition and offset, -1 for none
	says     []string
	counts   Report
}{
	"missing row": {
		spoil:    func(s *story) { s.exec("DELETE FROM orders WHERE order_id = ?", s.b.OrderID) },
		position: [2]int64{0, 2}, says: []string{"no such row", "CATALOG"}, counts: Report{MissingRows: 1},
	},
	"extra row": {
		spoil:    func(s *story) { o := s.b; o.OrderID = "stray"; s.store(o) },
		position: [2]int64{-1}, says: []string{`"stray"`, "the log has no such key"}, counts: Report{ExtraRows: 1},
	},
	"a key that differs in case only": {
		spoil:    func(s *story) { s.exec("UPDATE orders SET order_id = UPPER(order_id) WHERE order_id = ?", s.b.OrderID) },
		position: [2]int64{0, 2}, says: []string{"no such row"}, counts: Report{MissingRows: 1, ExtraRows: 1},
	},
	"a row twice": {
		spoil: func(s *story) {
			s.exec("ALTER TABLE orders DROP PRIMARY KEY")
			s.exec("INSERT INTO orders SELECT * FROM orders WHERE order_id = ?", s.b.OrderID)
		},
		position: [2]int64{-1}, says: []string{"twice"}, counts: Report{ExtraRows: 1},
	},
	"wrong value": {
		spoil:    func(s *story) { s.exec("UPDATE orders SET total_price = 1 WHERE order_id = ?", s.b.OrderID) },
		position: [2]int64{0, 2}, says: []string{`found "1"`, "column total_price"}, counts: Report{WrongRows: 1},
	},
	"text shifted by a blank": {
		spoil: func(s *story) {
			s.exec("UPDATE orders SET user_id = CONCAT(user_id, ' ') WHERE order_id = ?", s.c.OrderID)
		},
		position: [2]int64{1, 1}, says: []string{"column user_id", `주문 🛒 \"\\ "`}, counts: Report{WrongRows: 1},
	},
	"NULL": {
		spoil: func(s *story) {
			s.exec("ALTER TABLE orders MODIFY qty BIGINT NULL")
			s.exec("UPDATE orders SET qty = NULL WHERE order_id = ?", s.c.OrderID)
		},
		position: [2]int64{1, 1}, says: []string{"column qty", "found NULL"}, counts: Report{WrongRows: 1},
	},
	"older row stored": {
		spoil:    func(s *story) { s.store(s.old) },
		position: [2]int64{0, 3}, says: []string{"column qty"}, counts: Report{WrongRows: 1},
	},
	"the first of several": {
		spoil:    func(s *story) { s.exec("DELETE FROM orders") },
		position: [2]int64{0, 2}, says: []string{"no such row"}, counts: Report{MissingRows: 3},
	},
	"dead letter of a good order": {
		dead:     func(r *kgo.Record) { set(headerOffset, "1")(r) }, // of partition 1: order c
		position: [2]int64{1, 0}, says: []string{"no dead letter", `"order_range"`},
		counts: Report{MissingDeadLetters: 1, UndeservedDeadLetters: 1},
	},
	"dead letter of no record": {
		dead: set(headerOffset, "99"), position: [2]int64{1, 0}, says: []string{"no dead letter"},
		counts: Report{MissingDeadLetters: 1, UndeservedDeadLetters: 1},
	},
	"dead letter of another topic": {
		dead: set(headerTopic, "invoices"), position: [2]int64{1, 0}, says: []string{"no dead letter"},
		counts: Report{MissingDeadLetters: 1, UndeservedDeadLetters: 1},
	},
	"dead letter of no partition": {
		dead: set(headerPartition, ""), position: [2]int64{1, 0}, says: []string{"no dead letter"},
		counts: Report{MissingDeadLetters: 1, UndeservedDeadLetters: 1},
	},
	"wrong code": {
		dead: set(headerCode, "order_type"), position: [2]int64{1, 0},
		says: []string{headerCode, `expected "order_range", found "order_type"`}, counts: Report{WrongDeadLetters: 1},
	},
	"wrong bytes": {
		dead: func(r *kgo.Record) { r.Value = append([]byte(" "), r.Value...) }, position: [2]int64{1, 0},
		says: []string{"value", `found " {`}, counts: Report{WrongDeadLetters: 1},
	},
	"wrong key": {
		dead: func(r *kgo.Record) { r.Key = nil }, position: [2]int64{1, 0},
		says: []string{`key: expected "", found null`}, counts: Report{WrongDeadLetters: 1},
	},
	"one of two equal headers lost": {
		dead: func(r *kgo.Record) { r.Headers = r.Headers[:len(r.Headers)-1] }, position: [2]int64{1, 0},
		says: []string{`header trace: expected "1"`}, counts: Report{WrongDeadLetters: 1},
	},
}

// set changes the value of a header.
func set(name, value string) func(*kgo.Record) {
	return func(dead *kgo.Record) {
		for i := range dead.Headers {
			if dead.Headers[i].Key == name {
				dead.Headers[i].Value = []byte(value)
			}
		}
	}
}

func TestEachKindOfDifferenceIsFound(t *testing.T) {
	memory := kafkatest.InMemory(t)
	for name, test := range differences {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStory(t, memory)
			s.deadLetters(test.dead)
			if test.spoil != nil {
				test.spoil(s)
			}
			got := s.check()
			if test.position[0] >= 0 {
				test.says = append(test.says, s.at(int32(test.position[0]), test.position[1]))
			}
			for _, expected := range test.says {
				if !strings.Contains(got.Diff, expected) {
					t.Errorf("the difference does not say %q: %s", expected, got.Diff)
				}
			}
			if got.Err() == nil {
				t.Error("a difference is no error")
			}
			counts := got
			counts.Records, counts.Keys, counts.Refusable, counts.Rows, counts.DeadLetters = 0, 0, 0, 0, 0
			counts.Diff, counts.at = "", position{}
			if counts != test.counts {
				t.Errorf("counted %+v, expected %+v", counts, test.counts)
			}
		})
	}
}
