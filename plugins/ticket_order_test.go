package plugins

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// layout is outputs that write a batch to several tables, or in several ways.
type layout struct {
	name   string
	topics int
	batch  int
	output func(w *world, inFlight int) string
	// into is the tables that have a version of a key.
	into func(topic, id, n int) []string
}

// produce sends all versions of all keys, and returns the last of each that a table
// is to have.
func (l layout) produce(w *world) map[string][]string {
	w.Helper()
	last := map[string]map[int]int{"quick": {}, "slow": {}}
	for n := range runs * partitions * keys * run {
		for topic, name := range w.topics {
			key := n / run % (partitions * keys)
			id := key + 100*topic
			w.produce(name, int32(key/keys), id, n)
			for _, table := range l.into(topic, id, n) {
				last[table][id] = n
			}
		}
	}
	w.must(w.client.Flush(w.Context()))
	expected := map[string][]string{}
	for table, rows := range last {
		for id, n := range rows {
			expected[table] = append(expected[table], fmt.Sprintf("%d %d", id, n))
		}
	}
	return expected
}

var layouts = []layout{
	{"fan_out", 1, 1, broker("fan_out", "quick", "slow"), into("quick", "slow")},
	{"fan_out_sequential", 1, 1, broker("fan_out_sequential", "quick", "slow"), into("quick", "slow")},
	{"round_robin", 1, 1, broker("round_robin", "slow", "slow"), into("slow")},
	{"greedy", 1, 1, broker("greedy", "slow", "slow"), into("slow")},
	{"one output", 1, 1, func(w *world, inFlight int) string { return w.upsert("slow", inFlight) }, into("slow")},
	{"switch by content", 1, 3, func(w *world, inFlight int) string {
		return switchOn(w, inFlight, "this.id % 2 == 0", "quick", "slow")
	}, func(_, id, _ int) []string { return []string{[]string{"quick", "slow"}[id%2]} }},
	{"switch by version", 1, 1, func(w *world, inFlight int) string {
		return switchOn(w, inFlight, "this.n % 3 == 0", "slow", "slow")
	}, into("slow")},
	{"switch by topic", 2, 1, func(w *world, inFlight int) string {
		return switchOn(w, inFlight, "@kafka_topic == \""+w.topics[0]+"\"", "quick", "slow")
	}, func(topic, _, _ int) []string { return []string{[]string{"quick", "slow"}[topic]} }},
	{"fallback", 1, 3, fallback, intoFallback},
	{"fallback of single records", 1, 1, fallback, intoFallback},
}

// into says that each version is in the same tables.
func into(tables ...string) func(topic, id, n int) []string {
	return func(int, int, int) []string { return tables }
}

func broker(pattern, first, second string) func(w *world, inFlight int) string {
	return func(w *world, inFlight int) string {
		return "{ broker: { pattern: " + pattern + ", outputs: [ " + w.upsert(first, inFlight) + ", " + w.upsert(second, inFlight) + " ] } }"
	}
}

func switchOn(w *world, inFlight int, check, first, second string) string {
	return "{ switch: { cases: [ { check: '" + check + "', output: " + w.upsert(first, inFlight) + " }, { output: " + w.upsert(second, inFlight) + " } ] } }"
}

func fallback(w *world, inFlight int) string {
	w.exec("ALTER TABLE quick ADD CHECK (n DIV 5 % 3 <> 0)")
	return "{ fallback: [ " + w.upsert("quick", inFlight) + ", " + w.upsert("slow", inFlight) + " ] }"
}

func intoFallback(_, _, n int) []string {
	if n/run%3 == 0 {
		return []string{"slow"}
	}
	return []string{"quick"}
}

// eachLayout runs a test of each layout with one and with four batches in flight. The
// topics have all versions of all keys already, and expected is the rows that each table
// is to have in the end.
func eachLayout(t *testing.T, b kafka.Broker, test func(w *world, batch int, output string, expected map[string][]string)) {
	for _, l := range layouts {
		for _, inFlight := range []int{1, 4} {
			t.Run(fmt.Sprintf("%s, %d in flight", l.name, inFlight), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, b, l.topics)
				expected := l.produce(w)
				test(w, l.batch, l.output(w, inFlight), expected)
			})
		}
	}
}

// Without a version, each table ends with the last message of each key, and on the way
// no row becomes older than it was.
func TestEachTableKeepsTheOrderOfAPartition(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		eachLayout(t, b, func(w *world, batch int, output string, expected map[string][]string) {
			w.start(batch, output)
			for table, rows := range expected {
				w.awaitRows(table, rows...)
				w.neverBack(table)
			}
		})
	})
}

// While MariaDB writes a batch, the next one of its partition goes through the
// processors, and no third: kafka_read and mariadb_upsert understand each other.
func TestTheNextBatchIsDecodedWhileOneIsWritten(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for _, inFlight := range []int{1, 4} {
			t.Run(fmt.Sprint(inFlight), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, b, 1)
				seen := func(expected ...string) {
					t.Helper()
					w.eventually("the processors have seen "+fmt.Sprint(expected), func() error {
						w.content.Lock()
						defer w.content.Unlock()
						if !slices.Equal(w.decoded, expected) {
							return fmt.Errorf("they have seen %v", w.decoded)
						}
						return nil
					})
				}
				// send sends the versions up to n.
				sent := 0
				send := func(n int) (all []string) {
					for ; sent <= n; sent++ {
						w.produce(w.topics[0], 0, 0, sent)
						w.must(w.client.Flush(t.Context()))
					}
					for i := range sent {
						all = append(all, fmt.Sprintf(`{"id":0,"n":%d}`, i))
					}
					return all
				}
				w.start(1, w.upsert("quick", inFlight))
				send(0)
				w.awaitRows("quick", "0 0")
				w.awaitSettled()
				locked, err := w.db.BeginTx(t.Context(), nil)
				w.must(err)
				defer locked.Rollback()
				_, err = locked.ExecContext(t.Context(), "UPDATE quick SET n = n WHERE id = 0")
				w.must(err)
				all := send(4)
				seen(all[:3]...) // 1 is being written, 2 is next
				w.must(locked.Commit())
				w.awaitRows("quick", "0 4")
				seen(all...)
				w.neverBack("quick")
			})
		}
	})
}

// A stop in the middle of it loses nothing and hangs nowhere.
func TestAStopKeepsWhatSeveralOutputsWrite(t *testing.T) {
	eachLayout(t, kafkatest.InMemory(t), func(w *world, batch int, output string, expected map[string][]string) {
		history := func() (n int) {
			w.must(w.db.QueryRowContext(w.Context(), "SELECT (SELECT COUNT(*) FROM slow_log) + (SELECT COUNT(*) FROM quick_log)").Scan(&n))
			return n
		}
		for range 3 {
			stop, before := w.start(batch, output), history()
			w.eventually("something is written", func() error {
				if history() == before && before < 100 {
					return errors.New("nothing is")
				}
				return nil
			})
			stop()
		}
		w.start(batch, output)
		for table, rows := range expected {
			w.awaitRows(table, rows...)
		}
	})
}
