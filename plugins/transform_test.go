package plugins

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

const decodePlain = `{ connect_json_decode: { schemas_enable: false } }`

// A chain that drops some records of a batch, or all of them, stops no batch behind it: the
// rows are written in their order, and every record is acknowledged.
func TestBatchesBehindDroppedRecordsAreWritten(t *testing.T) {
	const drop = `{ connect_transform: {
		transforms: [ { name: skip, type: org.apache.kafka.connect.transforms.Filter, predicate: empty } ],
		predicates: [ { name: empty, type: org.apache.kafka.connect.transforms.predicates.RecordIsTombstone } ] } }`
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for _, inFlight := range []int{1, 4} {
			t.Run(fmt.Sprintf("%d in flight", inFlight), func(t *testing.T) {
				t.Parallel()
				p := newPipeline(t, b, 1)
				// A tombstone is the first, the second, or the third record of a batch, or all
				// of them are.
				last := 0
				for n := range 120 {
					if n%30 < 9 && n%30 >= 3 || n%4 == 0 {
						p.client.Produce(p.Context(), &kgo.Record{Topic: p.topics[0], Key: []byte("1")}, func(_ *kgo.Record, err error) { assert.NoError(p, err) })
						continue
					}
					p.produce(p.topics[0], 0, 1, n)
					last = n
				}
				require.NoError(p, p.client.Flush(p.Context()))
				p.start(3, p.upsert("slow", inFlight), decodePlain, drop)
				p.awaitRows("slow", fmt.Sprintf("1 %d", last))
				p.neverBack("slow")
				p.awaitSettled()
			})
		}
	})
}

// The topic that a transform makes is the name of the table.
func TestARoutedTopicNamesTheTable(t *testing.T) {
	p := newPipeline(t, kafkatest.InMemory(t), 2)
	p.produce(p.topics[0], 0, 1, 10)
	p.produce(p.topics[1], 0, 2, 20)
	require.NoError(p, p.client.Flush(p.Context()))
	p.start(1, p.upsert("'${! @kafka_topic }'", 4), decodePlain, fmt.Sprintf(`{ connect_transform: { transforms: [
		{ name: first, type: org.apache.kafka.connect.transforms.RegexRouter, regex: '%s', replacement: quick },
		{ name: others, type: org.apache.kafka.connect.transforms.RegexRouter, regex: '(?!quick).*', replacement: slow } ] } }`, p.topics[0]))
	p.awaitRows("quick", "1 10")
	p.awaitRows("slow", "2 20")
	p.awaitSettled()
}
