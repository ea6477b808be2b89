package kafka

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	_ "github.com/redpanda-data/connect/v4/public/components/prometheus"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
)

// watched is a stream whose metrics and health are served, and whose messages can be
// held up.
type watched struct {
	reading
	mux  *http.ServeMux
	gate *gate
	end  func()
}

// gate holds up messages while it is shut.
type gate struct {
	mutex sync.Mutex
	shut  chan struct{} // nil: open
}

func (g *gate) close() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.shut = make(chan struct{})
}

func (g *gate) open() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.shut != nil {
		close(g.shut)
		g.shut = nil
	}
}

func (g *gate) pass() {
	g.mutex.Lock()
	shut := g.shut
	g.mutex.Unlock()
	if shut != nil {
		<-shut
	}
}

func watching(t *testing.T, config string) *watched {
	t.Helper()
	w := &watched{mux: http.NewServeMux(), gate: &gate{}}
	w.accept = func(string) { w.gate.pass() }
	w.end = w.run(t, func(builder *service.StreamBuilder) error {
		builder.SetHTTPMux(w.mux)
		return errors.Join(builder.SetMetricsYAML("prometheus: {}"), builder.AddInputYAML(config), builder.AddConsumerFunc(w.take))
	})
	t.Cleanup(w.gate.open) // before the end
	return w
}

func (w *watched) get(path string) (int, string) {
	answer := httptest.NewRecorder()
	w.mux.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, http.NoBody))
	return answer.Code, answer.Body.String()
}

// metric is a metric of a partition, -1 where it has none.
func (w *watched) metric(name string, partition int) (value int64) {
	_, text := w.get("/metrics")
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, name+"{") && strings.Contains(line, fmt.Sprintf(`partition="%d"`, partition)) {
			var n float64
			if _, err := fmt.Sscan(line[strings.LastIndexByte(line, ' ')+1:], &n); err != nil {
				return -1
			}
			return int64(n)
		}
	}
	return -1
}

func (w *watched) got() []string {
	got, _ := w.said("")
	return got
}

// warned is how often the log warns with a text.
func (w *watched) warned(text string) (n int) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for line := range strings.Lines(w.log.String()) {
		if strings.Contains(line, "level=WARN") && strings.Contains(line, text) {
			n++
		}
	}
	return n
}

func admin(t *testing.T, b kafka.Broker) *kadm.Client { return kadm.NewClient(connect(t, b)) }

func at(topic string, partition int32, offset int64) kadm.Offsets {
	var all kadm.Offsets
	all.AddOffset(topic, partition, offset, -1)
	return all
}

// committedAt is the offset that the group has committed for partition 0, -1 for none.
func committedAt(t *testing.T, b kafka.Broker, topic string) int64 {
	t.Helper()
	offsets, err := admin(t, b).FetchOffsets(t.Context(), "readers-of-"+topic)
	if at, ok := offsets.Lookup(topic, 0); err == nil && ok {
		return at.At
	}
	return -1
}

func deleteTo(t *testing.T, b kafka.Broker, topic string, offset int64) {
	t.Helper()
	if _, err := admin(t, b).DeleteRecords(t.Context(), at(topic, 0, offset)); err != nil {
		t.Fatal(err)
	}
}

func commit(t *testing.T, b kafka.Broker, group string, offsets kadm.Offsets) error {
	t.Helper()
	return admin(t, b).CommitAllOffsets(context.WithoutCancel(t.Context()), group, offsets)
}

// values are so many records of partition 0, from a number on.
func values(topic string, from, to int) (all []*kgo.Record) {
	for i := from; i < to; i++ {
		all = append(all, &kgo.Record{Topic: topic, Value: fmt.Append(nil, i)})
	}
	return all
}

func expected(from, to int) (all []string) {
	for i := from; i < to; i++ {
		all = append(all, fmt.Sprint(i))
	}
	return all
}
