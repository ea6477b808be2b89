package e2e

import (
	"compress/gzip"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// receiver is an OpenTelemetry collector that keeps the spans it gets.
type receiver struct {
	*httptest.Server
	mutex sync.Mutex
	spans []*otlp.Span
	wrong []error
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) {
		spans, err := read(request)
		r.mutex.Lock()
		defer r.mutex.Unlock()
		if err != nil {
			r.wrong = append(r.wrong, err)
		}
		r.spans = append(r.spans, spans...)
	}))
	t.Cleanup(r.Close)
	return r
}

func read(request *http.Request) (spans []*otlp.Span, err error) {
	var body io.Reader = request.Body
	if request.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(body); err != nil {
			return nil, err
		}
	}
	content, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	if request.URL.Path != "/v1/traces" {
		return nil, fmt.Errorf("asked for %s", request.URL.Path)
	}
	var export collector.ExportTraceServiceRequest
	if err := proto.Unmarshal(content, &export); err != nil {
		return nil, err
	}
	for _, r := range export.ResourceSpans {
		for _, scope := range r.ScopeSpans {
			spans = append(spans, scope.Spans...)
		}
	}
	return spans, nil
}

// commits returns the spans of orders so far, by trace id.
func (r *receiver) commits() (map[string]*otlp.Span, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	found := make(map[string]*otlp.Span)
	for _, span := range r.spans {
		if span.Name != "mariadb_upsert commit" {
			continue
		}
		trace := hex.EncodeToString(span.TraceId)
		if found[trace] != nil {
			r.wrong = append(r.wrong, fmt.Errorf("trace %s has two commits", trace))
		}
		found[trace] = span
	}
	return found, errors.Join(r.wrong...)
}

// A trace goes on from the producer of an order to its row or refusal. Each order of a
// batch has its own trace, and an order without a trace gets none.
func TestATraceGoesOnToTheCommit(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
	w.serviceConfig = withTracer(t)
	w.env = map[string]string{"OTLP_ADDRESS": strings.TrimPrefix(r.URL, "http://")}
	g := orders.NewGenerator(21)
	traced := func(m orders.Message, n int) orders.Message {
		m.Headers = []kgo.RecordHeader{{Key: "traceparent", Value: fmt.Appendf(nil, "00-%032x-%016x-01", n, n+100)}}
		return m
	}
	unsampled := g.Good()
	unsampled.Headers = []kgo.RecordHeader{{Key: "traceparent", Value: fmt.Appendf(nil, "00-%032x-%016x-00", 4, 104)}}
	broken := g.Good()
	broken.Headers = []kgo.RecordHeader{{Key: "traceparent", Value: []byte("00-nonsense")}}
	w.produce(traced(g.Good(), 1), traced(g.Good(), 2), traced(g.BrokenRule(), 3), g.Good(), unsampled, broken)
	s := w.startReady()
	w.awaitCommitted()
	w.must(s.Stop(patience)) // what it has not sent yet, it sends now

	spans := make(map[string]*otlp.Span)
	w.eventually("the spans arrive", func(context.Context) error {
		var err error
		if spans, err = r.commits(); err == nil && len(spans) < 3 {
			err = fmt.Errorf("there are %d", len(spans))
		}
		return err
	})
	if len(spans) != 3 {
		t.Errorf("there are %d traces, expected 3", len(spans))
	}
	for n, failed := range map[int]bool{1: false, 2: false, 3: true} {
		span := spans[fmt.Sprintf("%032x", n)]
		if span == nil {
			t.Errorf("trace %d has no commit", n)
			continue
		}
		if parent := hex.EncodeToString(span.ParentSpanId); parent != fmt.Sprintf("%016x", n+100) {
			t.Errorf("trace %d: the parent is %s", n, parent)
		}
		if got := span.Status.GetCode() == otlp.Status_STATUS_CODE_ERROR; got != failed {
			t.Errorf("trace %d: status %v", n, span.Status)
		}
		if span.EndTimeUnixNano <= span.StartTimeUnixNano {
			t.Errorf("trace %d takes no time", n)
		}
	}
}

// withTracer is the shipped configuration with the tracer that its comment shows.
func withTracer(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(ordersinktest.Root(t), "config", "service.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile(`(?m)^# tracer:\n(?:#   .*\n)+`).FindString(string(text))
	const none = "tracer:\n  untraced: {}\n"
	if block == "" || !strings.Contains(string(text), none) {
		t.Fatal("config/service.yaml shows no tracer, or has another than untraced")
	}
	on := strings.ReplaceAll(strings.TrimPrefix(block, "# "), "\n# ", "\n")
	file := filepath.Join(t.TempDir(), "service.yaml")
	if err := os.WriteFile(file, []byte(strings.NewReplacer(none, "", block, on).Replace(string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
