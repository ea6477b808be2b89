package plugins

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// layout is outputs that write a batch to several tables, or in several ways.
type layout struct {
	name   string
	topics int
	batch  int
	output func(p *pipeline, inFlight int) string
	// into is the tables that have a version of a key.
	into func(topic, id, n int) []string
}

// produce sends all versions of all keys, and returns the last of each that a table
// is to have.
func (l layout) produce(p *pipeline) map[string][]string {
	p.Helper()
	last := map[string]map[int]int{"quick": {}, "slow": {}}
	for n := range runs * partitions * keys * run {
		for topic, name := range p.topics {
			key := n / run % (partitions * keys)
			id := key + 100*topic
			p.produce(name, int32(key/keys), id, n)
			for _, table := range l.into(topic, id, n) {
				last[table][id] = n
			}
		}
	}
	require.NoError(p, p.client.Flush(p.Context()))
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
	{"one output", 1, 1, func(p *pipeline, inFlight int) string { return p.upsert("slow", inFlight) }, into("slow")},
	{"switch by content", 1, 3, func(p *pipeline, inFlight int) string {
		return switchOn(p, inFlight, "this.id % 2 == 0", "quick", "slow")
	}, func(_, id, _ int) []string { return []string{[]string{"quick", "slow"}[id%2]} }},
	{"switch by version", 1, 1, func(p *pipeline, inFlight int) string {
		return switchOn(p, inFlight, "this.n % 3 == 0", "slow", "slow")
	}, into("slow")},
	{"switch by topic", 2, 1, func(p *pipeline, inFlight int) string {
		return switchOn(p, inFlight, "@kafka_topic == \""+p.topics[0]+"\"", "quick", "slow")
	}, func(topic, _, _ int) []string { return []string{[]string{"quick", "slow"}[topic]} }},
	{"fallback", 1, 3, fallback, intoFallback},
	{"fallback of single records", 1, 1, fallback, intoFallback},
}

// into says that each version is in the same tables.
func into(tables ...string) func(topic, id, n int) []string {
	return func(int, int, int) []string { return tables }
}

func broker(pattern, first, second string) func(p *pipeline, inFlight int) string {
	return func(p *pipeline, inFlight int) string {
		return "{ broker: { pattern: " + pattern + ", outputs: [ " + p.upsert(first, inFlight) + ", " + p.upsert(second, inFlight) + " ] } }"
	}
}

func switchOn(p *pipeline, inFlight int, check, first, second string) string {
	return "{ switch: { cases: [ { check: '" + check + "', output: " + p.upsert(first, inFlight) + " }, { output: " + p.upsert(second, inFlight) + " } ] } }"
}

func fallback(p *pipeline, inFlight int) string {
	p.exec("ALTER TABLE quick ADD CHECK (n DIV 5 % 3 <> 0)")
	return "{ fallback: [ " + p.upsert("quick", inFlight) + ", " + p.upsert("slow", inFlight) + " ] }"
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
func eachLayout(t *testing.T, b kafka.Broker, test func(p *pipeline, batch int, output string, expected map[string][]string)) {
	for _, l := range layouts {
		for _, inFlight := range []int{1, 4} {
			t.Run(fmt.Sprintf("%s, %d in flight", l.name, inFlight), func(t *testing.T) {
				t.Parallel()
				p := newPipeline(t, b, l.topics)
				expected := l.produce(p)
				test(p, l.batch, l.output(p, inFlight), expected)
			})
		}
	}
}

// Without a version, each table ends with the last message of each key, and on the way
// no row becomes older than it was.
func TestEachTableKeepsTheOrderOfAPartition(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		eachLayout(t, b, func(p *pipeline, batch int, output string, expected map[string][]string) {
			p.start(batch, output)
			for table, rows := range expected {
				p.awaitRows(table, rows...)
				p.neverBack(table)
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
				p := newPipeline(t, b, 1)
				seen := func(expected ...string) {
					t.Helper()
					p.eventually("the processors have seen "+fmt.Sprint(expected), func() error {
						p.content.Lock()
						defer p.content.Unlock()
						if !slices.Equal(p.decoded, expected) {
							return fmt.Errorf("they have seen %v", p.decoded)
						}
						return nil
					})
				}
				// send sends the versions up to n.
				sent := 0
				send := func(n int) (all []string) {
					for ; sent <= n; sent++ {
						p.produce(p.topics[0], 0, 0, sent)
						require.NoError(p, p.client.Flush(t.Context()))
					}
					for i := range sent {
						all = append(all, fmt.Sprintf(`{"id":0,"n":%d}`, i))
					}
					return all
				}
				p.start(1, p.upsert("quick", inFlight))
				send(0)
				p.awaitRows("quick", "0 0")
				p.awaitSettled()
				locked, err := p.db.BeginTx(t.Context(), nil)
				require.NoError(p, err)
				defer locked.Rollback()
				_, err = locked.ExecContext(t.Context(), "UPDATE quick SET n = n WHERE id = 0")
				require.NoError(p, err)
				all := send(4)
				seen(all[:3]...) // 1 is being written, 2 is next
				require.NoError(p, locked.Commit())
				p.awaitRows("quick", "0 4")
				seen(all...)
				p.neverBack("quick")
			})
		}
	})
}

// A stop in the middle of it loses nothing and hangs nowhere.
func TestAStopKeepsWhatSeveralOutputsWrite(t *testing.T) {
	eachLayout(t, kafkatest.InMemory(t), func(p *pipeline, batch int, output string, expected map[string][]string) {
		history := func() (n int) {
			require.NoError(p, p.db.QueryRowContext(p.Context(), "SELECT (SELECT COUNT(*) FROM slow_log) + (SELECT COUNT(*) FROM quick_log)").Scan(&n))
			return n
		}
		for range 3 {
			stop, before := p.start(batch, output), history()
			p.eventually("something is written", func() error {
				if history() == before && before < 100 {
					return errors.New("nothing is")
				}
				return nil
			})
			stop()
		}
		p.start(batch, output)
		for table, rows := range expected {
			p.awaitRows(table, rows...)
		}
	})
}
