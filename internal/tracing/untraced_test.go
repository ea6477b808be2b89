package tracing

import (
	"testing"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// It gives back the very context, and no span that records.
func TestUntracedCostsNothing(t *testing.T) {
	var provider trace.TracerProvider = untraced{}
	tracer := provider.Tracer("any")
	ctx := t.Context()
	got, span := tracer.Start(ctx, "name")
	if got != ctx || span.IsRecording() {
		t.Errorf("got %v, %v", got, span)
	}
	if _, off := span.TracerProvider().(noop.TracerProvider); !off {
		t.Errorf("its spans are of %T: they cannot be told from a tracer's", span.TracerProvider())
	}
	if n := testing.AllocsPerRun(100, func() { tracer.Start(ctx, "name") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
