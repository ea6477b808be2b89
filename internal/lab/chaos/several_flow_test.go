package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	severalTopics     = 6
	severalPartitions = 2
	severalKeys       = 1500 // of each topic
	severalRate       = 1200 // records a second
	longText          = 40   // characters; other texts have at most 10
)

// several is a load of several topics whose records have schemas and keys. It knows what
// each record does to the table of its topic.
type several struct {
	*trial
	topics   []string
	records  *rand.Rand
	fields   atomic.Int32 // how many optional fields the schema has had added
	long     atomic.Bool  // some records have long texts
	narrowed string       // the topic whose table takes no long text
	avro     *avro        // nil for records in JSON

	mutex sync.Mutex
	all   map[string][]change // by topic, as the broker has acknowledged them
}

// change is what a record does to its row.
type change struct {
	partition int32
	offset    int64
	id        int64
	row       map[string]string // nil for a tombstone
	isLong    bool
	isBroken  bool // the record is neither JSON nor Avro
}

// several replaces the orders of the trial by records of several topics. The account of the
// sink may create and alter tables.
func (tr *trial) several() *several {
	tr.Helper()
	s := &several{trial: tr, records: random(tr.fault + ", records"), all: map[string][]change{}}
	for i := range severalTopics {
		s.topics = append(s.topics, fmt.Sprintf("%s.t%d", tr.topic, i))
	}
	tr.topics = s.topics
	s.createTopics()
	tr.exec("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER ON " + tr.database + ".* TO order_sink")
	tr.pipeline, tr.outputs, tr.processor = "pipelines/tables.yaml", []string{"tables"}, "decode"
	tr.env["KAFKA_TOPICS_PATTERN"], tr.env["CREATE_TABLES"] = strings.ReplaceAll(tr.topic, ".", "[.]")+"[.].*", "true"
	return s
}

func (s *several) createTopics() {
	s.Helper()
	for _, topic := range s.topics {
		s.must(s.broker.CreateTopic(s.Context(), topic, severalPartitions, nil))
	}
}

// begin starts a sink and the records, and waits until they flow.
func (s *several) begin() {
	s.Helper()
	s.ready(s.startSink())
	s.start(s.Context())
	s.stalls.start(s.Context())
	s.awaitProgress(500)
}

// start sends records until the flow ends.
func (s *several) start(ctx context.Context) {
	ctx, s.flow.stop = context.WithCancel(ctx)
	s.flow.stopped.Go(func() {
		const tick = 20 * time.Millisecond
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			waiting := s.flow.sent.Load() - s.flow.acknowledged.Load() - s.flow.failed.Load()
			for range int(severalRate * tick / time.Second) {
				if waiting < 20*severalRate {
					s.send()
				}
			}
		}
	})
}

// send sends one record. The records of a key are in one partition.
func (s *several) send() {
	topic := s.topics[s.records.IntN(len(s.topics))]
	c, record := s.next()
	record.Topic, record.Partition = topic, int32(c.id%severalPartitions)
	s.flow.sent.Add(1)
	s.flow.client.Produce(context.Background(), record, func(record *kgo.Record, err error) {
		if err != nil {
			s.flow.failed.Add(1)
			return
		}
		c.partition, c.offset = record.Partition, record.Offset
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.all[topic] = append(s.all[topic], c)
		s.flow.acknowledged.Add(1)
	})
}

// next makes a record: 10 % delete their row, one in 200 is broken.
func (s *several) next() (change, *kgo.Record) {
	c := change{id: s.records.Int64N(severalKeys)}
	key := fmt.Sprintf(`{"schema":{"type":"struct","fields":[{"type":"int64","optional":false,"field":"id"}],"optional":false},"payload":{"id":%d}}`, c.id)
	record := &kgo.Record{Key: []byte(key)}
	if s.avro != nil {
		record.Key = s.avro.keyOf(c.id)
	}
	switch dice := s.records.IntN(1000); {
	case dice < 5:
		c.isBroken = true
		record.Value = []byte("no JSON")
	case dice < 100:
	default:
		text := strings.Repeat("x", s.records.IntN(11))
		if s.long.Load() && s.records.IntN(50) == 0 {
			text, c.isLong = strings.Repeat("가", longText), true
		}
		c.row = map[string]string{"id": fmt.Sprint(c.id), "n": fmt.Sprint(s.flow.sent.Load()), "text": text}
		record.Value = s.value(c.row)
	}
	return c, record
}

// value makes the value of a record with the fields that the schema has now. It adds these
// to the row.
func (s *several) value(row map[string]string) []byte {
	if s.avro != nil {
		return s.avro.value(s, row)
	}
	fields := `{"type":"int64","optional":false,"field":"id"},{"type":"int64","optional":false,"field":"n"},{"type":"string","optional":true,"field":"text"}`
	payload := map[string]any{"id": json.Number(row["id"]), "n": json.Number(row["n"]), "text": row["text"]}
	for i := range s.fields.Load() {
		name := fmt.Sprintf("more_%d", i)
		fields += `,{"type":"int32","optional":true,"field":"` + name + `"}`
		number := s.records.IntN(1000)
		row[name], payload[name] = fmt.Sprint(number), number
	}
	text, err := json.Marshal(payload)
	if err != nil {
		panic(err) // numbers and text
	}
	return []byte(`{"schema":{"type":"struct","fields":[` + fields + `],"optional":false},"payload":` + string(text) + `}`)
}
