package report

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// spanName is the name of the spans of this output.
const spanName = "mariadb_upsert commit"

// Traced continues the traces of the orders that have a trace context
// (https://www.w3.org/TR/trace-context/) in their headers. It adds a span that begins with
// the write of the order's batch and ends with the outcome of the order.
type Traced struct{ tracer trace.Tracer }

// NewTraced returns nil where nothing is traced.
func NewTraced(provider trace.TracerProvider) *Traced {
	if provider == nil {
		return nil
	}
	tracer := provider.Tracer("order-sink/mariadb_upsert")
	// A provider that traces nothing makes such spans. This span never ends.
	_, span := tracer.Start(context.Background(), spanName)
	if _, off := span.TracerProvider().(noop.TracerProvider); off {
		return nil
	}
	return &Traced{tracer}
}

// spanned is what a span needs of a message.
type spanned interface {
	Context() context.Context // with the framework's own span of the message, linked
	MetaGet(name string) (string, bool)
	MetaGetMut(name string) (any, bool)
	MetaGetImmut(name string) (any, bool)
}

// End adds the span of a message. refused is why the message is refused, nil if it is not.
func (t *Traced) End(m spanned, began, ended time.Time, refused error) {
	text := func(name string) string {
		value, _ := m.MetaGet(name)
		return value
	}
	carrier := propagation.MapCarrier{}
	for _, name := range (propagation.TraceContext{}).Fields() {
		carrier[name] = text(name)
	}
	parent := propagation.TraceContext{}.Extract(context.Background(), carrier)
	if !trace.SpanContextFromContext(parent).IsValid() {
		return
	}
	topic, _ := record.SourceTopic(m).(string)
	_, span := t.tracer.Start(parent, spanName,
		trace.WithSpanKind(trace.SpanKindConsumer),
		trace.WithTimestamp(began),
		trace.WithLinks(trace.LinkFromContext(m.Context())),
		trace.WithAttributes(
			attribute.String("messaging.system", "kafka"),
			attribute.String("messaging.destination.name", topic),
			attribute.String("messaging.destination.partition.id", text(record.Partition)),
			attribute.String("messaging.kafka.offset", text(record.Offset)),
			attribute.String("db.system.name", "mariadb"),
		))
	if refused != nil {
		span.SetStatus(codes.Error, refused.Error())
	}
	span.End(trace.WithTimestamp(ended))
}
