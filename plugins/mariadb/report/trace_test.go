package report

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// Without a tracer nothing is looked for in a message.
func TestNothingIsTracedUnlessConfigured(t *testing.T) {
	none := service.MockResources().OtelTracer()
	require.Nil(t, NewTraced(none), "%T, the framework's tracer by default", none)
	require.NotNil(t, NewTraced(sdk.NewTracerProvider()))
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
	m.MetaSetImmut("kafka_topic", &record.Routed{To: "shop", From: "orders"}) // a transform has changed the topic
	began := time.UnixMilli(1_700_000_000_000)
	traced.End(m, began, began.Add(time.Second), errors.New("row_too_long: user_id: too long"))
	m.MetaSetMut("traceparent", "")
	traced.End(m, began, began.Add(time.Second), nil)

	require.Len(t, spans.Ended(), 1, "only the order with a trace context has a span")
	span := spans.Ended()[0]
	require.Equal(t, "0af7651916cd43dd8448eb211c80319c", span.SpanContext().TraceID().String())
	require.Equal(t, "b7ad6b7169203331", span.Parent().SpanID().String())
	require.Equal(t, "vendor=1", span.SpanContext().TraceState().String())
	require.True(t, span.StartTime().Equal(began))
	require.Equal(t, time.Second, span.EndTime().Sub(span.StartTime()))
	require.Equal(t, sdk.Status{Code: codes.Error, Description: "row_too_long: user_id: too long"}, span.Status())
	found := make(map[string]string)
	for _, attribute := range span.Attributes() {
		found[string(attribute.Key)] = attribute.Value.AsString()
	}
	require.Equal(t, []string{"orders", "3", "42"},
		[]string{found["messaging.destination.name"], found["messaging.destination.partition.id"], found["messaging.kafka.offset"]})
}
