package plugins

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// Two outputs of a fan_out drop different records and change the same content: each
// gets its own, in order, and no batch waits for a record that one of them has dropped.
func TestOutputsWithChainsOfTheirOwn(t *testing.T) {
	// ReplaceField takes n from the content of one output only.
	const chain = `processors: [
		{ mapping: 'meta drop = if this.n %% %d %s { "yes" } else { deleted() }' },
		{ connect_transform: { transforms: [
			{ name: skip, type: org.apache.kafka.connect.transforms.Filter, predicate: marked },
			{ name: names, type: 'org.apache.kafka.connect.transforms.ReplaceField$Value', renames: 'n:m' },
			{ name: route, type: org.apache.kafka.connect.transforms.RegexRouter, regex: '.*', replacement: %s },
			{ name: add, type: 'org.apache.kafka.connect.transforms.InsertField$Value', static.field: s, static.value: %[3]s } ],
			predicates: [ { name: marked, type: org.apache.kafka.connect.transforms.predicates.HasHeaderKey, header: drop } ] } } ]`
	for _, batch := range []int{1, 3} {
		for _, inFlight := range []int{1, 4} {
			t.Run(fmt.Sprintf("%d records, %d in flight", batch, inFlight), func(t *testing.T) {
				t.Parallel()
				p := newPipeline(t, kafkatest.InMemory(t), 2)
				for _, name := range []string{"quick", "slow"} {
					p.exec("ALTER TABLE " + name + " RENAME COLUMN n TO m, ADD s VARCHAR(9)")
					p.exec("DROP TRIGGER " + name + "_1")
					p.exec("DROP TRIGGER " + name + "_2")
					p.exec("CREATE TRIGGER " + name + "_1 AFTER UPDATE ON " + name + " FOR EACH ROW INSERT INTO " + name + "_log (id, n) VALUES (NEW.id, NEW.m)")
				}
				last := map[string]map[int]int{"quick": {}, "slow": {}}
				for n := range 300 {
					topic, partition := n%2, n/2%2
					id := 10*topic + partition
					p.produce(p.topics[topic], int32(partition), id, n)
					if n%3 == 0 {
						last["quick"][id] = n
					}
					if n%7 != 0 {
						last["slow"][id] = n
					}
				}
				require.NoError(p, p.client.Flush(p.Context()))
				output := "{ broker: { pattern: fan_out, outputs: ["
				for _, o := range []string{fmt.Sprintf(chain, 3, "!= 0", "quick"), fmt.Sprintf(chain, 7, "== 0", "slow")} {
					output += fmt.Sprintf("{ mariadb_upsert: { dsn: %q, table: '${! @kafka_topic }', columns: [ id, m, s ], key: [ id ], max_in_flight: %d }, %s },", p.dsn, inFlight, o)
				}
				p.start(batch, output+"] } }", decodePlain)
				for name, rows := range last {
					p.eventually(name, func() error {
						for id, n := range rows {
							if got := p.rows(fmt.Sprintf("SELECT CONCAT(m, s) FROM %s WHERE id = %d", name, id)); len(got) != 1 || got[0] != fmt.Sprint(n, name) {
								return fmt.Errorf("%d has %v, expected %d", id, got, n)
							}
						}
						return nil
					})
					p.neverBack(name)
				}
				p.awaitSettled()
			})
		}
	}
}
