package report

import (
	"errors"
	"testing"
	"time"

	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/redpanda-data/benthos/v4/public/service"
)

// Without a tracer nothing is looked for in a message.
func TestNothingIsTracedUnlessConfigured(t *testing.T) {
	none := service.MockResources().OtelTracer()
	if NewTraced(none) != nil {
		t.Errorf("%T, the framework's tracer by default, counts as one", none)
	}
	if NewTraced(sdk.NewTracerProvider()) == nil {
		t.Error("a tracer counts as none")
	}
}

// A span tells when, where in Kafka, and with what outcome.
func TestASpanOfAnOrder(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	traced := NewTraced(sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)))
	metadata := map[string]string{
		"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "vendor=1",
		"kafka_topic": "orders", "kafka_partition": "3", "kafka_offset": "42",
	}
	m := service.NewMessage(nil)
	for name, value := range metadata {
		m.MetaSetMut(name, value)
	}
	began := time.UnixMilli(1_700_000_000_000)
	traced.End(m, began, began.Add(time.Second), errors.New("row_too_long: user_id: too long"))
	m.MetaSetMut("traceparent", "")
	traced.End(m, began, began.Add(time.Second), nil)

	if len(spans.Ended()) != 1 {
		t.Fatalf("%d spans, expected that of the order with a trace context", len(spans.Ended()))
	}
	span := spans.Ended()[0]
	if id := span.SpanContext().TraceID().String(); id != "0af7651916cd43dd8448eb211c80319c" {
		t.Errorf("it is in trace %s", id)
	}
	if id := span.Parent().SpanID().String(); id != "b7ad6b7169203331" {
		t.Errorf("its parent is %s", id)
	}
	if state := span.SpanContext().TraceState().String(); state != "vendor=1" {
		t.Errorf("the trace's state is %q", state)
	}
	if took := span.EndTime().Sub(span.StartTime()); took != time.Second || !span.StartTime().Equal(began) {
		t.Errorf("it began %v and took %v", span.StartTime(), took)
	}
	if status := span.Status(); status.Code != codes.Error || status.Description != "row_too_long: user_id: too long" {
		t.Errorf("its status is %+v", status)
	}
	found := make(map[string]string)
	for _, attribute := range span.Attributes() {
		found[string(attribute.Key)] = attribute.Value.AsString()
	}
	if found["messaging.destination.name"] != "orders" || found["messaging.destination.partition.id"] != "3" || found["messaging.kafka.offset"] != "42" {
		t.Errorf("its attributes are %v", found)
	}
}
