package plugins

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// topology is a set of outputs that writes a batch to several tables, or on several paths.
type topology struct {
	name   string
	topics int
	batch  int
	output func(w *world, inFlight int) string
	// into returns the tables that get a version of a key.
	into func(topic, id, n int) []string
}

// produce sends all versions of all keys. It returns the last version of each key in each
// table.
func (s topology) produce(w *world) map[string][]string {
	w.Helper()
	last := map[string]map[int]int{"quick": {}, "slow": {}}
	for n := range runs * partitions * keys * run {
		for topic, name := range w.topics {
			key := n / run % (partitions * keys)
			id := key + 100*topic
			w.produce(name, int32(key/keys), id, n)
			for _, table := range s.into(topic, id, n) {
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

var topologies = []topology{
	{"fan_out", 1, 1, func(w *world, inFlight int) string {
		return "{ broker: { pattern: fan_out, outputs: [ " + w.upsert("quick", inFlight) + ", " + w.upsert("slow", inFlight) + " ] } }"
	}, func(int, int, int) []string { return []string{"quick", "slow"} }},
	{"fan_out_sequential", 1, 1, func(w *world, inFlight int) string {
		return "{ broker: { pattern: fan_out_sequential, outputs: [ " + w.upsert("quick", inFlight) + ", " + w.upsert("slow", inFlight) + " ] } }"
	}, func(int, int, int) []string { return []string{"quick", "slow"} }},
	{"switch by content", 1, 3, func(w *world, inFlight int) string {
		return "{ switch: { cases: [ { check: 'this.id % 2 == 0', output: " + w.upsert("quick", inFlight) + " }, { output: " + w.upsert("slow", inFlight) + " } ] } }"
	}, func(_, id, _ int) []string { return []string{[]string{"quick", "slow"}[id%2]} }},
	{"switch by version", 1, 1, func(w *world, inFlight int) string {
		return "{ switch: { cases: [ { check: 'this.n % 3 == 0', output: " + w.upsert("slow", inFlight) + " }, { output: " + w.upsert("slow", inFlight) + " } ] } }"
	}, func(int, int, int) []string { return []string{"slow"} }},
	{"switch by topic", 2, 1, func(w *world, inFlight int) string {
		return "{ switch: { cases: [ { check: '@kafka_topic == \"" + w.topics[0] + "\"', output: " + w.upsert("quick", inFlight) + " }, { output: " + w.upsert("slow", inFlight) + " } ] } }"
	}, func(topic, _, _ int) []string { return []string{[]string{"quick", "slow"}[topic]} }},
	{"fallback", 1, 3, func(w *world, inFlight int) string {
		w.exec("ALTER TABLE quick ADD CHECK (n DIV 5 % 3 <> 0)")
		return "{ fallback: [ " + w.upsert("quick", inFlight) + ", " + w.upsert("slow", inFlight) + " ] }"
	}, func(_, _, n int) []string {
		if n/run%3 == 0 {
			return []string{"slow"}
		}
		return []string{"quick"}
	}},
	{"fallback of single records", 1, 1, func(w *world, inFlight int) string {
		w.exec("ALTER TABLE quick ADD CHECK (n DIV 5 % 3 <> 0)")
		return "{ fallback: [ " + w.upsert("quick", inFlight) + ", " + w.upsert("slow", inFlight) + " ] }"
	}, func(_, _, n int) []string {
		if n/run%3 == 0 {
			return []string{"slow"}
		}
		return []string{"quick"}
	}},
	{"round_robin", 1, 1, func(w *world, inFlight int) string {
		return "{ broker: { pattern: round_robin, outputs: [ " + w.upsert("slow", inFlight) + ", " + w.upsert("slow", inFlight) + " ] } }"
	}, func(int, int, int) []string { return []string{"slow"} }},
	{"greedy", 1, 1, func(w *world, inFlight int) string {
		return "{ broker: { pattern: greedy, outputs: [ " + w.upsert("slow", inFlight) + ", " + w.upsert("slow", inFlight) + " ] } }"
	}, func(int, int, int) []string { return []string{"slow"} }},
	{"one output", 1, 1, func(w *world, inFlight int) string { return w.upsert("slow", inFlight) },
		func(int, int, int) []string { return []string{"slow"} }},
}

// Without a version column, each table ends with the last message of each key. No row ever
// becomes older.
func TestEachTableKeepsTheOrderOfAPartition(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for _, topology := range topologies {
			for _, inFlight := range []int{1, 4} {
				t.Run(fmt.Sprintf("%s, %d in flight", topology.name, inFlight), func(t *testing.T) {
					t.Parallel()
					w := newWorld(t, b, topology.topics)
					expected := topology.produce(w)
					w.start(topology.batch, topology.output(w, inFlight))
					for table, rows := range expected {
						w.awaitRows(table, rows...)
						w.neverBack(table)
					}
				})
			}
		}
	})
}

// While MariaDB writes a batch, the next batch of its partition goes through the
// processors, and no third batch does.
func TestTheNextBatchIsDecodedWhileOneIsWritten(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for _, inFlight := range []int{1, 4} {
			t.Run(fmt.Sprint(inFlight), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, b, 1)
				seen := func(expected ...string) {
					t.Helper()
					w.eventually("the processors have "+fmt.Sprint(expected), func() error {
						w.content.Lock()
						defer w.content.Unlock()
						if !slices.Equal(w.decoded, expected) {
							return fmt.Errorf("they have %v", w.decoded)
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

// A stop in the middle of the work loses no record and does not hang.
func TestAStopKeepsWhatSeveralOutputsWrite(t *testing.T) {
	b := kafkatest.InMemory(t)
	for _, topology := range topologies {
		for _, inFlight := range []int{1, 4} {
			t.Run(fmt.Sprintf("%s, %d in flight", topology.name, inFlight), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, b, topology.topics)
				expected := topology.produce(w)
				output := topology.output(w, inFlight)
				history := func() (n int) {
					w.must(w.db.QueryRowContext(t.Context(), "SELECT (SELECT COUNT(*) FROM slow_log) + (SELECT COUNT(*) FROM quick_log)").Scan(&n))
					return n
				}
				for range 3 {
					stop, before := w.start(topology.batch, output), history()
					w.eventually("a row is written", func() error {
						if history() == before && before < 100 {
							return errors.New("no row is")
						}
						return nil
					})
					stop()
				}
				w.start(topology.batch, output)
				for table, rows := range expected {
					w.awaitRows(table, rows...)
				}
			})
		}
	}
}
