package plugins

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"strconv"
	"sync"
	"testing"
	"time"

	_ "github.com/redpanda-data/connect/v4/public/components/prometheus"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

const (
	slowPartitions = 8
	slowSchemas    = 50
	slowRecords    = 500 // of each partition
	slowAnswer     = 300 * time.Millisecond
)

// slowRegistry needs a while for each answer, and counts the questions.
type slowRegistry struct {
	*httptest.Server
	mutex sync.Mutex
	asked map[string]int
}

// newSlowRegistry has schemas of records with one field: the id of the schema is its name.
func newSlowRegistry(t *testing.T) *slowRegistry {
	t.Helper()
	r := &slowRegistry{asked: map[string]int{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.mutex.Lock()
		r.asked[request.URL.Path]++
		r.mutex.Unlock()
		<-time.After(slowAnswer)
		fmt.Fprintf(w, `{"schema":"{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"of_%s\",\"type\":\"int\"}]}"}`, path.Base(request.URL.Path))
	}))
	t.Cleanup(r.Close)
	return r
}

// arrivals are the records that came out of a stream, by partition, in their order.
type arrivals struct {
	mutex sync.Mutex
	of    map[int][]string
	total int
}

func (a *arrivals) take(_ context.Context, m *service.Message) error {
	value, err := m.AsStructured()
	if err := errors.Join(err, m.GetError()); err != nil {
		return err
	}
	partition, _ := m.MetaGetMut("kafka_partition")
	number, err := strconv.Atoi(fmt.Sprint(partition))
	if err != nil {
		return err
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.of[number] = append(a.of[number], fmt.Sprint(value))
	a.total++
	return nil
}

// TestASlowRegistryUnderLoad: eight partitions have records of fifty new schemas at once. Each
// schema is asked for once, and each record arrives once, in the order of its partition. A
// slow answer is no wait.
func TestASlowRegistryUnderLoad(t *testing.T) {
	t.Parallel()
	b, registry, got := kafkatest.InMemory(t), newSlowRegistry(t), &arrivals{of: map[int][]string{}}
	topic := kafkatest.Topic(t, b, slowPartitions)
	want, ids := map[int][]string{}, map[string]int{}
	client := kafkatest.Client(t, b)
	for n := range slowRecords {
		for p := range slowPartitions {
			id := 1 + (7*n+p)%slowSchemas // the partitions meet the schemas in other orders
			ids["/schemas/ids/"+strconv.Itoa(id)] = 1
			want[p] = append(want[p], fmt.Sprintf("map[of_%d:%d]", id, n))
			client.Produce(t.Context(), &kgo.Record{
				Topic: topic, Partition: int32(p), Value: binary.AppendVarint(binary.BigEndian.AppendUint32([]byte{0}, uint32(id)), int64(n)),
			}, nil)
		}
	}
	require.NoError(t, client.Flush(t.Context()))

	builder, metrics := service.NewStreamBuilder(), http.NewServeMux()
	builder.SetHTTPMux(metrics)
	builder.SetThreads(32)
	require.NoError(t, errors.Join(
		builder.SetLoggerYAML("level: off"), builder.SetMetricsYAML("prometheus: {}"),
		builder.AddInputYAML(fmt.Sprintf("kafka_read: { seed_brokers: [ %q ], topics: [ %s ], consumer_group: %s, start_offset: earliest, max_batch_records: 10, commit_period: 100ms }", b.Seeds()[0], topic, topic)),
		builder.AddProcessorYAML(fmt.Sprintf(`connect_avro_decode: { urls: [ %q ], key_format: "" }`, registry.URL)),
		builder.AddConsumerFunc(got.take)))
	stream, err := builder.Build()
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- stream.Run(context.Background()) }()
	require.Eventually(t, func() bool {
		got.mutex.Lock()
		defer got.mutex.Unlock()
		return got.total >= slowPartitions*slowRecords
	}, time.Minute, 10*time.Millisecond)
	kafkatest.AwaitGroup(t, b, topic, topic)
	answer := httptest.NewRecorder()
	metrics.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	require.NoError(t, errors.Join(stream.StopWithin(time.Minute), <-ended))

	require.Equal(t, want, got.of)
	require.Equal(t, ids, maps.Clone(registry.asked), "each id is asked for once")
	require.Len(t, ids, slowSchemas)
	require.Regexp(t, `(?m)^connect_avro_decode_waits_total\{.*\} 0$`, answer.Body.String())
	require.NotContains(t, answer.Body.String(), `connect_avro_decode_refused_total{`)
}
