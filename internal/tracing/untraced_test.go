package tracing

import (
	"testing"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// The tracer returns the same context, and a span that does not record.
func TestUntracedCostsNothing(t *testing.T) {
	var provider trace.TracerProvider = untraced{}
	tracer := provider.Tracer("any")
	ctx := t.Context()
	got, span := tracer.Start(ctx, "name")
	if got != ctx || span.IsRecording() {
		t.Errorf("got %v, %v", got, span)
	}
	if _, off := span.TracerProvider().(noop.TracerProvider); !off {
		t.Errorf("the spans are of %T, like the spans of a real tracer", span.TracerProvider())
	}
	if n := testing.AllocsPerRun(100, func() { tracer.Start(ctx, "name") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
